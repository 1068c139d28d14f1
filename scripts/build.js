// Builds the parts whose sources are newer than what was built of them; otherwise does nothing, fast.
import { Buffer } from 'node:buffer';
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('..', import.meta.url));
const from = (...parts) => path.join(root, ...parts);
const SHARED = ['tsconfig.json', 'package-lock.json'];
const CLIENT = ['packages/client/src', 'packages/client/package.json', 'packages/client/tsconfig.build.json'];
const ELEMENT = [
  'packages/element/src',
  'packages/element/package.json',
  'packages/element/tsconfig.build.json',
  'packages/element/vite.config.ts',
];
const PAGE = ['web/src', 'web/public', 'web/index.html', 'web/package.json', 'web/vite.config.ts'];
const KERNEL_OPTIONS = [
  'pixels.ts',
  'spectrum.ts',
  ...['--baseDir', from('kernels')],
  ...['--outFile', 'kernels.wasm'],
  '-O3',
  // Indices are right by construction, and nothing is allocated: neither checks nor a garbage collector.
  '--noAssert',
  ...['--runtime', 'stub'],
  ...['--enable', 'simd'],
];
const KERNELS_FILE = 'src/face/kernels.generated.ts';
const ELEMENT_FILE = 'packages/element/dist/vultus-face-check.js';

const steps = [
  {
    name: 'kernels',
    sources: ['kernels'],
    build: compileKernels,
    // Beside the sources, where a clean copy of them does not have it.
    result: KERNELS_FILE,
  },
  {
    name: 'server',
    sources: ['src', 'rolldown.config.js'],
    build: bundle,
  },
  {
    name: 'client',
    sources: CLIENT,
    build: () => {
      clear('packages/client/dist');
      run('packages/client', 'typescript/bin/tsc', '--project', 'tsconfig.build.json');
    },
  },
  {
    name: 'element',
    sources: [...CLIENT, ...ELEMENT],
    build: () => {
      clear('packages/element/dist');
      run('packages/element', 'vite/bin/vite.js', 'build', '--logLevel', 'warn');
      run('packages/element', 'typescript/bin/tsc', '--project', 'tsconfig.build.json');
    },
  },
  {
    name: 'page',
    sources: [...CLIENT, ...ELEMENT, ...PAGE],
    build: () => {
      run('web', 'vite/bin/vite.js', 'build', '--logLevel', 'warn');
      // For sites that have no build of their own: one file, from the server that it talks to.
      copyFileSync(from(ELEMENT_FILE), from('dist/web/vultus-face-check.js'));
      compress(from('dist/web'));
    },
  },
];

for (const { name, sources, build, result = '.' } of steps) {
  const stamp = from('dist', `.built-${name}`);
  if (
    existsSync(stamp) &&
    existsSync(from(result)) &&
    newest([...SHARED, ...sources]) <= statSync(stamp).mtimeMs
  )
    continue;
  process.stderr.write(`Building the ${name} …\n`);
  const began = new Date();
  await build();
  mkdirSync(path.dirname(stamp), { recursive: true });
  writeFileSync(stamp, '');
  // What is changed while it is built is built again the next time.
  utimesSync(stamp, began, began);
}

function newest(sources) {
  const files = sources.flatMap((source) => {
    if (!statSync(from(source)).isDirectory()) return [from(source)];
    const entries = readdirSync(from(source), { recursive: true, withFileTypes: true });
    const files = entries
      .filter(({ name }) => !/\.test\.tsx?$/.test(name))
      .map((entry) => path.join(entry.parentPath, entry.name));
    // A folder is as new as the last removal from it.
    return [from(source), ...files];
  });
  return Math.max(...files.map((file) => statSync(file).mtimeMs));
}

/** What is packed, or run, must not have what sources that are gone have left. */
function clear(folder) {
  rmSync(from(folder), { recursive: true, force: true });
}

/** WebAssembly within a module: whoever runs or bundles the sources has it, wherever they are. */
async function compileKernels() {
  find('assemblyscript');
  const { default: asc } = await import('assemblyscript/asc');
  let code;
  const writeFile = (_, content) => (code = Buffer.from(content).toString('base64'));
  const { error, stderr } = await asc.main(KERNEL_OPTIONS, { writeFile });
  if (error) {
    process.stderr.write(`${stderr.toString()}${error.message}\n`);
    process.exit(1);
  }
  writeFileSync(
    from(KERNELS_FILE),
    `/** What is in kernels/, compiled; base64. */\nexport const KERNELS = '${code}';\n`,
  );
}

/** The server's programs. Not by its command, which would print a line for each file. */
async function bundle() {
  find('rolldown');
  const [{ build }, { default: config }] = await Promise.all([
    import('rolldown'),
    import('../rolldown.config.js'),
  ]);
  // Names of chunks change with their content: those of earlier builds would stay.
  clear('dist/chunks');
  await build(config);
}

/** Runs a tool of node_modules in a folder of the project, and ends with it if it fails. */
function run(folder, tool, ...args) {
  const { status } = spawnSync(process.execPath, [find(tool), ...args], {
    cwd: from(folder),
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(status ?? 1);
}

function find(tool) {
  const [name] = tool.split('/');
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`);
    return path.join(path.dirname(manifest), ...tool.split('/').slice(1));
  } catch {
    process.stderr.write(`${name} is not installed, which the build needs. Run: npm ci --include=dev\n`);
    process.exit(1);
  }
}

/** Beside each file that gains by it, once and as small as can be: the server only picks. */
function compress(folder) {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || !/\.(js|css|html|svg|json|webmanifest)$/.test(entry.name)) continue;
    const file = path.join(entry.parentPath, entry.name);
    const content = readFileSync(file);
    writeFileSync(`${file}.gz`, gzipSync(content, { level: 9 }));
    const options = { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } };
    writeFileSync(`${file}.br`, brotliCompressSync(content, options));
  }
}
