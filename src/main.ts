import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';

import { ConfigError, readConfig } from './config/config.js';
import { describeLocation } from './config/storage-location.js';
import { CalibrationError } from './face/calibration.js';
import { ModelPackError } from './face/model-pack.js';
import { createLogger } from './logger.js';
import { loadParts } from './parts.js';
import { StorageUnavailable } from './storage/port.js';
import { startUpMessage } from './start-up-message.js';

async function main(): Promise<void> {
  // The database and its journals are nobody else's business, also in a folder that was there before.
  process.umask(0o077);
  const config = readConfig(process.env);
  const logger = createLogger(config.logLevel);
  const packageFile = new URL('../package.json', import.meta.url);
  const { version } = JSON.parse(await readFile(packageFile, 'utf8')) as { version: string };

  // The workers load their models while this thread loads the framework, which takes as long.
  const [parts, { createServer }] = await Promise.all([loadParts(config), import('./server.js')]);
  const app = await createServer(parts, logger, version);
  await app.listen(config.port, config.host);

  // Whoever closes the other end of our output must not end the server with it.
  process.stdout.on('error', () => undefined);
  stopOnSignals(async () => {
    logger.info('stopping: running requests are finished first');
    // A client that never finishes its request must not keep the server from stopping.
    setTimeout(() => {
      app.getHttpServer().closeAllConnections();
    }, DRAIN_MS).unref();
    setTimeout(() => {
      fail(new Error('The server did not stop in time and was ended.'));
    }, STOP_MS).unref();
    await app.close();
  });
  const { port } = app.getHttpServer().address() as AddressInfo;
  process.stdout.write(
    startUpMessage({
      version,
      url: `http://${reachableHost(config.host)}:${port}`,
      storage: describeLocation(config.storage),
      workers: config.face.workers,
      modelId: parts.engine.modelId,
      threshold: parts.threshold,
      liveness: config.liveness,
    }),
  );
}

/** A host to type into a browser: "every interface" is no address, and IPv6 wants brackets. */
function reachableHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

/** How long running requests may take to finish once the server stops. */
const DRAIN_MS = 10_000;
/** How long it may take to stop altogether: a part that hangs must not keep a process alive that serves nobody. */
const STOP_MS = 14_000;

/** Under npm one Ctrl-C arrives twice: from the terminal and, passed on, from npm. */
const ECHO_MS = 1000;

/** The first signal drains; a second one, from somebody who has lost patience, ends the process at once. */
function stopOnSignals(stop: () => Promise<void>): void {
  let stoppingSince: number | undefined;
  const onSignal = (): void => {
    if (stoppingSince === undefined) {
      stoppingSince = Date.now();
      stop().then(() => process.exit(0), fail);
    } else if (Date.now() - stoppingSince > ECHO_MS) {
      process.exit(1);
    }
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
}

function fail(error: unknown): never {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
}

/** One sentence for what the operator can mend, everything there is for what only we can. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return 'The port is in use by another program. Stop that one, or set PORT.';
  const expected = [ConfigError, ModelPackError, CalibrationError, StorageUnavailable];
  if (expected.some((kind) => error instanceof kind)) return error.message;
  // The system refused: a folder that is a file, a port that only root may open, a host that is not ours.
  if (syscall !== undefined)
    return `The server cannot start: ${error.message}. Look at DATA_DIR, HOST and PORT.`;
  return error.stack ?? error.message;
}

main().catch(fail);
