import { randomBytes } from 'node:crypto';

import { AccountKeys } from '../src/auth/account-keys.js';
import { TemplateKeys } from '../src/auth/template-keys.js';
import { TemplateVault } from '../src/auth/template-vault.js';
import type { AccountKeyStore, BiometricReference } from '../src/storage/port.js';

/** The vault of an installation with a template key of its own, and with its account keys in memory. */
export function memoryVault(): TemplateVault {
  const templateKeys = new TemplateKeys([randomBytes(32)], null);
  return new TemplateVault({ keys: new AccountKeys({ store: memoryKeys(), templateKeys }), templateKeys });
}

export function referenceOf(modelId: string, ciphertext: Uint8Array): BiometricReference {
  return { modelId, ciphertext, qualityScore: 1, createdAt: 0, lastUsedAt: 0, renewalDue: false };
}

function memoryKeys(): AccountKeyStore {
  const keys = new Map<string, Uint8Array>();
  return {
    find: (accountId) => Promise.resolve(keys.get(accountId) ?? null),
    insertUnlessThere: (accountId, sealed) => {
      const kept = keys.get(accountId) ?? sealed;
      keys.set(accountId, kept);
      return Promise.resolve(kept);
    },
    replace: (accountId, current, replacement) => {
      const isCurrent = keys.get(accountId) === current;
      if (isCurrent) keys.set(accountId, replacement);
      return Promise.resolve(isCurrent);
    },
    shred: (accountId) => Promise.resolve(keys.delete(accountId)),
  };
}
