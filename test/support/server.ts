import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { mongoInstallation } from './mongodb.js';

/** Of what has tests of its own: everything comes from one address here, and enrols as the published contract says. */
export const TEST_SETTINGS = { RATE_LIMIT_ADDRESS: '0', RATE_LIMIT_EXPENSIVE: '0', CONSENT: 'outside' };

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** The built program, running as a process of its own on a free port. */
export interface RunningServer {
  readonly url: string;
  readonly pid: number;
  readonly dataDirectory: string;
  /** What it has written so far. */
  readonly output: { stdout: string; stderr: string };
  /** Ends it with `signal`. @returns the exit code, null when the signal killed it */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/**
 * @param environment settings beside the defaults; DATA_DIR is a fresh temporary folder unless given
 * @param main the built program, where this does not run beside it
 */
export async function startServer(
  environment: Record<string, string> = {},
  main = MAIN,
): Promise<RunningServer> {
  const { process: server, output, dataDirectory } = await launch(environment, main);
  const url = await Promise.race([
    readyUrl(server, output),
    once(server, 'exit').then(() => {
      throw new Error(`the server did not start:\n${output.stderr}`);
    }),
  ]);
  return {
    url,
    pid: server.pid!,
    dataDirectory,
    output,
    stop: async (signal = 'SIGTERM') => {
      if (server.exitCode !== null || server.signalCode !== null) return server.exitCode;
      const ended = once(server, 'exit');
      server.kill(signal);
      const [code] = (await ended) as [number | null];
      return code;
    },
  };
}

/** Runs the program where it is expected to refuse to start. @returns its exit code and what it said */
export async function startServerInVain(
  environment: Record<string, string>,
  main = MAIN,
): Promise<{ code: number | null; stderr: string }> {
  const { process: server, output } = await launch(environment, main);
  const [code] = (await once(server, 'close')) as [number | null];
  return { code, stderr: output.stderr };
}

export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'vultus-test-'));
  temporary.push(directory);
  return directory;
}

/** For `afterAll`: removes what `temporaryDirectory` made. */
export async function removeTemporaryDirectories(): Promise<void> {
  await Promise.all(temporary.splice(0).map((directory) => rm(directory, { recursive: true, force: true })));
}

const temporary: string[] = [];

/** On TEST_STORE=mongodb every installation has a database of its own, and keeps it over restarts. */
const databases = new Map<string, Record<string, string>>();

function storeOf(dataDirectory: string): Record<string, string> {
  if (process.env['TEST_STORE'] !== 'mongodb') return {};
  const known = databases.get(dataDirectory) ?? mongoInstallation();
  databases.set(dataDirectory, known);
  return known;
}

async function launch(environment: Record<string, string>, main = MAIN) {
  const dataDirectory = environment['DATA_DIR'] ?? (await temporaryDirectory());
  const server = spawn(process.execPath, [main], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      HOST: '127.0.0.1',
      FACE_WORKERS: '1',
      ...TEST_SETTINGS,
      ...storeOf(dataDirectory),
      ...environment,
      DATA_DIR: dataDirectory,
    },
  });
  const output = { stdout: '', stderr: '' };
  server.stdout.setEncoding('utf8').on('data', (text: string) => (output.stdout += text));
  server.stderr.setEncoding('utf8').on('data', (text: string) => (output.stderr += text));
  return { process: server as ChildProcess, output, dataDirectory };
}

async function readyUrl(server: ChildProcess, output: { stdout: string }): Promise<string> {
  for (;;) {
    const url = /is ready at (\S+)/.exec(output.stdout)?.[1];
    if (url !== undefined) return url;
    await once(server.stdout!, 'data');
  }
}
