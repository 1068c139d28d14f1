import { AccountKeys } from './auth/account-keys.js';
import { TemplateKeys } from './auth/template-keys.js';
import { TemplateVault } from './auth/template-vault.js';
import type { Config } from './config/config.js';
import { type Secrets, loadSecrets } from './config/secrets.js';
import type { AccountKeyStore } from './storage/port.js';

/** What seals and opens an installation's templates. */
export interface TemplateProtection {
  readonly templateKeys: TemplateKeys;
  readonly keys: AccountKeys;
  readonly vault: TemplateVault;
}

/** @param secrets as they are now; they are read anew when a rotation may have changed them */
export function protectTemplates(
  config: Config,
  secrets: Secrets,
  store: AccountKeyStore,
): TemplateProtection {
  const templateKeys = new TemplateKeys(
    secrets.templateKeys,
    async () => (await loadSecrets(config)).templateKeys,
  );
  const keys = new AccountKeys({ store, templateKeys });
  return { templateKeys, keys, vault: new TemplateVault({ keys, templateKeys }) };
}
