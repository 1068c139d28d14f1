import { existsSync } from 'node:fs';

import { type Config, readConfig } from '../config/config.js';
import { type Secrets, loadSecrets } from '../config/secrets.js';
import { openStorage } from '../open-storage.js';
import type { Storage } from '../storage/port.js';
import { UsageError } from './usage-error.js';

export interface InstalledStore {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly storage: Storage;
}

/**
 * Lends the store of this installation, which must be there already, and closes it afterwards. Servers may go on.
 *
 * @param prepare what has to happen before the secrets are read
 * @throws UsageError, ConfigError, StorageUnavailable with a sentence for the operator
 */
export async function withInstalledStore<T>(
  work: (installed: InstalledStore) => Promise<T>,
  prepare?: (config: Config) => Promise<void>,
): Promise<T> {
  // As the server does: what is made here is nobody else's business.
  process.umask(0o077);
  const config = readConfig(process.env);
  if (config.storage.kind === 'sqlite' && !existsSync(config.storage.file)) {
    throw new UsageError(`There is no installation: ${config.storage.file} does not exist. Set DATA_DIR.`);
  }
  await prepare?.(config);
  const secrets = await loadSecrets(config);
  const storage = await openStorage(config.storage);
  try {
    return await work({ config, secrets, storage });
  } finally {
    await storage.close();
  }
}
