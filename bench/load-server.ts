import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open } from 'node:fs/promises';
import path from 'node:path';

import { temporaryDirectory } from '../test/support/server.js';

/** The built server with its own settings, as whoever runs it has it. Its log goes to a file, for it is long. */
export interface LoadedServer {
  readonly url: string;
  readonly pid: number;
  readonly logFile: string;
  stop(): Promise<void>;
}

/**
 * @param main the built program
 * @param settings beside the defaults: no budgets of addresses, for everything comes from one; consent is not asked for
 */
export async function startLoadedServer(
  main: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<LoadedServer> {
  const directory = await temporaryDirectory();
  const logFile = path.join(directory, 'server.log');
  const log = await open(logFile, 'w', 0o600);
  const server: ChildProcess = spawn(process.execPath, [main], {
    stdio: ['ignore', 'pipe', log.fd],
    env: {
      PATH: process.env['PATH'],
      PORT: '0',
      HOST: '127.0.0.1',
      DATA_DIR: path.join(directory, 'data'),
      RATE_LIMIT_ADDRESS: '0',
      RATE_LIMIT_EXPENSIVE: '0',
      CONSENT: 'outside',
      ...settings,
    },
  });
  await log.close();
  const url = await Promise.race([readyUrl(server), failure(server, logFile)]);
  return {
    url,
    pid: server.pid!,
    logFile,
    stop: async () => {
      if (server.exitCode !== null || server.signalCode !== null) return;
      const ended = once(server, 'exit');
      server.kill('SIGTERM');
      await ended;
    },
  };
}

async function readyUrl(server: ChildProcess): Promise<string> {
  const stdout = server.stdout!.setEncoding('utf8');
  let text = '';
  for (;;) {
    const [part] = (await once(stdout, 'data')) as [string];
    text += part;
    const url = /is ready at (\S+)/.exec(text)?.[1];
    if (url === undefined) continue;
    stdout.resume();
    return url;
  }
}

async function failure(server: ChildProcess, logFile: string): Promise<never> {
  await once(server, 'exit');
  throw new Error(`the server did not start: see ${logFile}`);
}
