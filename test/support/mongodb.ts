import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import net from 'node:net';
import path from 'node:path';

/** A MongoDB, or a server compatible with it, for the suites that need one; undefined where there is none. */
export const TEST_MONGODB_URL = process.env['TEST_MONGODB_URL'];

/** @returns a connection string for a database of this test alone, on the server of TEST_MONGODB_URL */
export function freshDatabaseUrl(server = TEST_MONGODB_URL): string {
  if (server === undefined) throw new Error('TEST_MONGODB_URL is not set');
  const [, hosts, options = ''] = /^(mongodb(?:\+srv)?:\/\/[^/?]+)\/?[^?]*(\?.*)?$/.exec(server)!;
  return `${hosts}/vultus_test_${randomBytes(6).toString('hex')}${options}`;
}

/** @returns the settings that all servers of one installation on a fresh database share */
export function mongoInstallation(url = freshDatabaseUrl()): Record<string, string> {
  return {
    DATABASE_URL: url,
    JWT_SECRET: randomBytes(48).toString('base64'),
    FACE_AUTH_SECRET: randomBytes(48).toString('base64'),
    TEMPLATE_KEY: randomBytes(32).toString('base64'),
  };
}

/** A program that serves a MongoDB on a port from a file, `PROGRAM PORT FILE`; undefined where there is none. */
export const TEST_MONGODB_PROGRAM = process.env['TEST_MONGODB_PROGRAM'];

/** A database server that can be killed and started again on what it had stored. */
export class DatabaseServer {
  #process: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly file: string,
  ) {}

  static async create(directory: string): Promise<DatabaseServer> {
    const server = new DatabaseServer(await freePort(), path.join(directory, 'mongodb.data'));
    await server.start();
    return server;
  }

  async start(): Promise<void> {
    this.#process = spawn(TEST_MONGODB_PROGRAM!, [String(this.port), this.file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(this.#process.stdout!, 'data');
  }

  async stop(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (!this.#process || this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill(signal);
    await ended;
  }
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const probe = net.createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as net.AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
