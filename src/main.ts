import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';

import { ConfigError, readConfig } from './config/config.js';
import { CalibrationError } from './face/calibration.js';
import { ModelPackError } from './face/model-pack.js';
import { createLogger } from './logger.js';
import { loadParts } from './parts.js';
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

  stopOnSignals(async () => {
    logger.info('stopping: running requests are finished first');
    await app.close();
  });
  const { port } = app.getHttpServer().address() as AddressInfo;
  process.stdout.write(
    startUpMessage({
      version,
      url: `http://${reachableHost(config.host)}:${port}`,
      dataDirectory: config.dataDirectory,
      workers: config.face.workers,
      modelId: parts.engine.modelId,
      threshold: parts.threshold,
    }),
  );
}

/** A host to type into a browser: "every interface" is no address, and IPv6 wants brackets. */
function reachableHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

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
  const expected =
    error instanceof ConfigError || error instanceof ModelPackError || error instanceof CalibrationError;
  const inUse = (error as { code?: unknown }).code === 'EADDRINUSE';
  const message = inUse
    ? 'The port is in use by another program. Stop that one, or set PORT.'
    : expected
      ? error.message
      : error instanceof Error
        ? error.stack
        : String(error);
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

main().catch(fail);
