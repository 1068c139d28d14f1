import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, cp, readFile } from 'node:fs/promises';
import net, { type AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { temporaryDirectory } from '../support/server.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** What somebody who tried the example in place has left there. */
const LEFT_BEHIND = /[/\\](node_modules|\.next|vendor|package-lock\.json|next-env\.d\.ts)$/;
/** Next.js tells its makers what it is used for unless it is told not to. */
const QUIET = { NEXT_TELEMETRY_DISABLED: '1', CI: '1', NO_COLOR: '1' };

/**
 * Copies an example with the built packages beside it, as a stranger has them, and installs what it depends on.
 *
 * @returns its folder
 */
export async function installExample(name: string): Promise<string> {
  const root = await temporaryDirectory();
  const folder = path.join(root, 'examples', name);
  const isOurs = (file: string) => !LEFT_BEHIND.test(file);
  await cp(path.join(ROOT, 'examples', name), folder, { recursive: true, filter: isOurs });
  for (const own of await packagesOf(folder)) {
    const built = path.join(own, 'dist');
    await access(path.join(ROOT, built)).catch(() => {
      throw new Error(`${own} is not built: npm run build`);
    });
    for (const part of ['package.json', 'dist']) {
      await cp(path.join(ROOT, own, part), path.join(root, own, part), { recursive: true });
    }
  }
  await run(folder, 'npm', ['install', '--no-audit', '--no-fund', '--prefer-offline']);
  return folder;
}

/** @returns the packages of this repository that it depends on, as paths from the root */
async function packagesOf(folder: string): Promise<string[]> {
  const { dependencies } = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')) as {
    readonly dependencies: Record<string, string>;
  };
  const local = Object.values(dependencies).filter((version) => version.startsWith('file:'));
  return local.map((version) => path.join('examples/any', version.slice('file:'.length)));
}

/** Runs a command to its end. @throws Error with all that it wrote, when it fails */
export async function run(
  folder: string,
  command: string,
  args: readonly string[],
  environment: Record<string, string> = {},
): Promise<void> {
  const child = start(folder, command, args, environment);
  const written = outputOf(child);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0)
    throw new Error(`${command} ${args.join(' ')} ended with ${String(code)}:\n${written.text}`);
}

export interface RunningExample {
  /** Where it says that it is. */
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts a program that goes on.
 *
 * @param args of Node.js
 * @param ready what it writes when it listens; the first group is its address
 */
export async function serveExample(
  folder: string,
  args: readonly string[],
  environment: Record<string, string>,
  ready: RegExp,
): Promise<RunningExample> {
  const child = start(folder, process.execPath, args, environment);
  const written = outputOf(child);
  const ended = once(child, 'close');
  void ended.then(() => (written.isOver = true));
  let url: string | undefined;
  while ((url = ready.exec(written.text)?.[1]) === undefined) {
    if (written.isOver) throw new Error(`${args.join(' ')} did not start:\n${written.text}`);
    await Promise.race([once(child.stdout!, 'data'), ended]);
  }
  return {
    url,
    stop: async () => {
      child.kill();
      await ended;
    },
  };
}

/** @returns one that nobody listens at, until somebody else takes it */
export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, 'localhost');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function start(
  folder: string,
  command: string,
  args: readonly string[],
  environment: Record<string, string>,
): ChildProcess {
  const { PATH, HOME } = process.env;
  return spawn(command, args, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH, HOME, ...QUIET, ...environment },
  });
}

function outputOf(child: ChildProcess): { text: string; isOver: boolean } {
  const written = { text: '', isOver: false };
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8').on('data', (text: string) => (written.text += text));
  }
  return written;
}
