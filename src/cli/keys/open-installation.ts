import type { SecurityEvents } from '../../auth/security-event.js';
import type { Config } from '../../config/config.js';
import { StorageUnavailable } from '../../storage/port.js';
import { type TemplateProtection, protectTemplates } from '../../template-protection.js';
import { type InstalledStore, withInstalledStore } from '../installed-store.js';
import { operatorEvents } from '../operator-events.js';
import { UsageError } from '../usage-error.js';

export interface Installation extends InstalledStore, TemplateProtection {
  readonly events: SecurityEvents;
}

/**
 * Lends an installation that is there already to `work`.
 *
 * @param prepare what has to happen before the secrets are read
 * @throws UsageError, ConfigError, StorageUnavailable with a sentence for the operator
 */
export async function withInstallation(
  work: (installation: Installation) => Promise<void>,
  prepare?: (config: Config) => Promise<void>,
): Promise<void> {
  await withInstalledStore(async (installed) => {
    const { config, secrets, storage } = installed;
    const events = operatorEvents(config, secrets, storage);
    try {
      await work({ ...installed, ...protectTemplates(config, secrets, storage.accountKeys), events });
    } catch (error) {
      if (!(error instanceof StorageUnavailable)) throw error;
      throw new UsageError(
        `The work ended before it was complete: ${error.message}. Run the same command again, without --new-key: ` +
          'it goes on there.',
        { cause: error },
      );
    }
  }, prepare);
}
