import { createAccountGuards } from '../../account-guards.js';
import { AccountSupport } from '../../auth/account-support.js';
import { RequestOrigins } from '../../auth/request-origin.js';
import type { InstalledStore } from '../installed-store.js';
import { operatorEvents } from '../operator-events.js';

/** The use cases about accounts that an operator has, over the same store and secrets as the server's. */
export function accountUseCases(installed: InstalledStore) {
  const { config, secrets, storage } = installed;
  const events = operatorEvents(config, secrets, storage);
  const { limits, recoveryCodes, erasure } = createAccountGuards(installed, new RequestOrigins(), events);
  const { accounts, sessions, accountKeys: keys } = storage;
  const support = new AccountSupport({ accounts, sessions, keys, limits, recoveryCodes, events });
  return { limits, support, erasure };
}
