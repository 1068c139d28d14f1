// Compiles the sources when any of them is newer than the last build; otherwise does nothing, fast.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const project = path.join(root, 'tsconfig.build.json');
const stamp = path.join(root, 'dist', '.tsbuildinfo');

if (!existsSync(stamp) || newest() > statSync(stamp).mtimeMs) {
  process.stderr.write('Building …\n');
  const compiler = findCompiler();
  const { status } = spawnSync(process.execPath, [compiler, '--project', project], { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

function newest() {
  const sources = readdirSync(path.join(root, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
    .map((entry) => path.join(entry.parentPath, entry.name));
  const files = [...sources, path.join(root, 'tsconfig.json'), project, path.join(root, 'package-lock.json')];
  return Math.max(...files.map((file) => statSync(file).mtimeMs));
}

function findCompiler() {
  try {
    return createRequire(import.meta.url).resolve('typescript/bin/tsc');
  } catch {
    process.stderr.write('TypeScript is not installed, which the build needs. Run: npm ci --include=dev\n');
    process.exit(1);
  }
}
