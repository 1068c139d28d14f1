import type { Account, AccountKeyStore, AccountStore } from '../storage/port.js';
import type { AttemptLimits } from './attempt-limits.js';
import { AuthError } from './auth-error.js';
import { type ErasureReceipt, signReceipt } from './erasure-receipt.js';
import { requireRecentAuthentication } from './recent-authentication.js';
import type { SecurityEvents } from './security-event.js';
import type { AuthenticatedCaller } from './sessions.js';

/** Erases an account with all that belongs to it. */
export class AccountErasure {
  constructor(
    private readonly deps: {
      readonly accounts: AccountStore;
      readonly keys: Pick<AccountKeyStore, 'shred'>;
      readonly limits: Pick<AttemptLimits, 'clear'>;
      readonly events: SecurityEvents;
      readonly receiptKey: Uint8Array;
      readonly reauthenticationSeconds: number;
      readonly now: () => number;
    },
  ) {}

  /** @throws AuthError `reauthentication_required`; `invalid_token` when another call was quicker */
  async eraseOwn({ account, session }: AuthenticatedCaller): Promise<ErasureReceipt> {
    requireRecentAuthentication(session, this.deps.reauthenticationSeconds, this.deps.now());
    const receipt = await this.erase(account, 'account');
    if (!receipt) throw new AuthError('invalid_token');
    return receipt;
  }

  /**
   * The key goes first: from then on whatever a fault in between leaves of templates, here or elsewhere, is noise, and
   * the same call again finishes the rest.
   *
   * @returns null when there is no such account any more
   */
  async erase(account: Account, by: 'account' | 'operator'): Promise<ErasureReceipt | null> {
    const { accounts, keys, limits, events, receiptKey, now } = this.deps;
    const record = await accounts.findRecord(account.id);
    await keys.shred(account.id);
    await limits.clear(account);
    if (!record || !(await accounts.erase(account.id))) return null;
    // An enrolment that was under way may have made another key; whatever it stored is in journals still.
    await keys.shred(account.id);
    await events.record({ action: 'account_erased', outcome: 'success', accountId: account.id, by });
    return signReceipt(receiptKey, {
      account_id: account.id,
      erased_at: new Date(now()).toISOString(),
      erased: {
        face: record.account.reference !== null,
        live_records: record.liveRecords.length,
        sessions: record.sessions.length,
        passkeys: record.passkeys.length,
        recovery_codes: record.recoveryCodes.length,
        notices: record.notices.length,
        consents: record.consents.length,
      },
    });
  }
}
