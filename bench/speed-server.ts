import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { TEST_SETTINGS, temporaryDirectory } from '../test/support/server.js';

/** The compiled file lies in bench/dist/bench. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const MAIN = path.join(ROOT, 'dist', 'main.js');
const START_MS = 60_000;

export interface MeasuredServer {
  readonly url: string;
  readonly pid: number;
  /** When the process was asked for, as `performance.now()` has it. */
  readonly startedAt: number;
  stop(): Promise<void>;
}

/** As the image has it, where its package (`libjemalloc2`) is installed; else as docs/deployment.md says. */
const JEMALLOC = ['x86_64', 'aarch64']
  .map((machine) => `/usr/lib/${machine}-linux-gnu/libjemalloc.so.2`)
  .find((file) => existsSync(file));
const ALLOCATOR = JEMALLOC
  ? { LD_PRELOAD: JEMALLOC, MALLOC_CONF: 'dirty_decay_ms:500,muzzy_decay_ms:0,narenas:2' }
  : { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '2097152' };
const FLAGS = ['--max-semi-space-size=2', '--heap-growing-percent=25'];
export const ALLOCATOR_NOTE = JEMALLOC
  ? 'jemalloc, as in the image'
  : 'that of glibc, since jemalloc (Debian: libjemalloc2) is not installed';

/**
 * The built server as it is by default, but for budgets of requests; with two workers, and memory as in the image.
 *
 * @param dataDirectory must exist
 */
export async function startMeasuredServer(dataDirectory: string): Promise<MeasuredServer> {
  return startProgram(
    MAIN,
    {
      ...TEST_SETTINGS,
      ...ALLOCATOR,
      DATA_DIR: dataDirectory,
      FACE_WORKERS: '2',
      // Tokens for a whole round are fetched before it: a sign-in hashes a password, which is not what is measured.
      VERIFICATION_TOKEN_TTL: '600',
    },
    FLAGS,
  );
}

/**
 * @param environment the program listens on the PORT that it is given here, on HOST 127.0.0.1
 * @param flags of Node.js
 */
export async function startProgram(
  main: string,
  environment: Readonly<Record<string, string>>,
  flags: readonly string[] = [],
): Promise<MeasuredServer> {
  const port = await freePort();
  // Whoever read the log from a pipe would take time from the server.
  const log = path.join(await temporaryDirectory(), 'log');
  const sink = await open(log, 'w');
  const startedAt = performance.now();
  const server = spawn(process.execPath, [...flags, main], {
    stdio: ['ignore', 'ignore', sink.fd],
    env: { PATH: process.env['PATH'], HOST: '127.0.0.1', PORT: String(port), ...environment },
  });
  await sink.close();
  const url = `http://127.0.0.1:${port}`;
  const stop = async () => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGTERM');
    await ended;
  };
  try {
    await answering(`${url}/health/ready`, () => server.exitCode !== null);
  } catch (cause) {
    await stop();
    throw new Error(`${main} did not start:\n${await readFile(log, 'utf8')}`, { cause });
  }
  return { url, pid: server.pid!, startedAt, stop };
}

/** Resolves with the first 200, within five milliseconds of it. */
async function answering(url: string, hasEnded: () => boolean): Promise<void> {
  const giveUpAt = performance.now() + START_MS;
  while (performance.now() < giveUpAt && !hasEnded()) {
    const status = await fetch(url).then(
      async (answer) => {
        await answer.arrayBuffer();
        return answer.status;
      },
      () => null,
    );
    if (status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`${url} did not answer 200`);
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
