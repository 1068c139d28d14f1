import type { AddressInfo } from 'node:net';

import { ConfigError, readConfig } from './config/config.js';
import { describeLocation } from './config/storage-location.js';
import { CalibrationError } from './face/calibration.js';
import { ModelPackError } from './face/model-pack.js';
import { FaceServiceError } from './face/remote/face-service-error.js';
import { createLogger } from './logger.js';
import { loadParts } from './parts.js';
import { productVersion } from './product-version.js';
import { endOnFault, reachableHost, stopOnSignals } from './program-end.js';
import { StorageUnavailable } from './storage/port.js';
import { describeEngine, startUpMessage } from './start-up-message.js';

const fail = endOnFault({
  kinds: [ConfigError, ModelPackError, CalibrationError, FaceServiceError, StorageUnavailable],
  settings: 'DATA_DIR, HOST and PORT',
});

async function main(): Promise<void> {
  // The database and its journals are nobody else's business, also in a folder that was there before.
  process.umask(0o077);
  const config = readConfig(process.env);
  const logger = createLogger(config.logLevel);
  const version = await productVersion();

  // The workers load their models while this thread loads the framework, which takes as long; but not before they do, for
  // it would be too busy to start them.
  const framework = () => import('./server.js');
  const onStarting = () => void framework().catch(() => undefined);
  const parts = await loadParts(config, { log: logger, onStarting });
  const { createServer, announceStop } = await framework();
  const app = await createServer(parts, logger, version);
  await app.listen(config.port, config.host);

  const announce = () => {
    announceStop(app);
  };
  stopOnSignals(app, { announce, logger, delaySeconds: config.stopDelaySeconds }, fail);
  const { port } = app.getHttpServer().address() as AddressInfo;
  process.stdout.write(
    startUpMessage({
      version,
      url: `http://${reachableHost(config.host)}:${port}`,
      storage: describeLocation(config.storage),
      engine: describeEngine(config),
      modelId: parts.engine.modelId,
      threshold: parts.threshold,
      liveness: config.liveness,
    }),
  );
}

main().catch(fail);
