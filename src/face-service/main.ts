import type { AddressInfo } from 'node:net';

import { ConfigError } from '../config/config.js';
import { templateModelId } from '../face/model-identity.js';
import { ModelPackError, loadModelPack } from '../face/model-pack.js';
import { installed } from '../installation.js';
import { createLogger } from '../logger.js';
import { productVersion } from '../product-version.js';
import { endOnFault, reachableHost, stopOnSignals } from '../program-end.js';
import { readServiceConfig } from './service-config.js';

const fail = endOnFault({ kinds: [ConfigError, ModelPackError], settings: 'HOST and PORT' });

async function main(): Promise<void> {
  const config = readServiceConfig(process.env);
  const logger = createLogger(config.logLevel);
  const [version, pack, { createFaceService, announceStop }] = await Promise.all([
    productVersion(),
    loadModelPack(installed('models')),
    import('./face-service.js'),
  ]);
  const app = await createFaceService(config, pack, logger, version);
  await app.listen(config.port, config.host);

  const announce = () => {
    announceStop(app);
  };
  stopOnSignals(app, { announce, logger, delaySeconds: config.stopDelaySeconds }, fail);
  const { port } = app.getHttpServer().address() as AddressInfo;
  const url = `http://${reachableHost(config.host)}:${port}`;
  const { keys, face } = config;
  process.stdout.write(`
Vultus face recognition service ${version} is ready at ${url}

  faces      ${templateModelId(pack)} in ${face.workers} worker${face.workers === 1 ? '' : 's'}
  keys       ${keys.length}
  API        ${url}/docs

Try it:
  curl -s ${url}/image-embedding -H "key: $FACE_API_KEY" -F image=@me.jpg

Ctrl-C stops the service.
`);
}

main().catch(fail);
