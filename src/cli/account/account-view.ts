import type { AttemptLimits } from '../../auth/attempt-limits.js';
import type { Account } from '../../storage/port.js';
import type { InstalledStore } from '../installed-store.js';
import type { AccountView } from './account-summary.js';

/** Reads what there is about an account. */
export async function accountView(
  account: Account,
  { config, storage }: InstalledStore,
  limits: AttemptLimits,
): Promise<AccountView> {
  const { accounts, sessions, passkeys, recoveryCodes, consents, notices } = storage;
  const now = Date.now();
  const { id } = account;
  return {
    account,
    faceSuspended: await limits.isFaceSuspended(id),
    liveRecords: (await accounts.liveRecords(id)).length,
    passkeys: await passkeys.list(id),
    recoveryCodes: await recoveryCodes.remaining(id),
    sessions: await sessions.list(id, { now, idleSince: now - config.sessionIdleSeconds * 1000 }),
    consents: await consents.list(id),
    unseenNotices: (await notices.list(id)).filter(({ seen }) => !seen).length,
  };
}
