import type { Account, AccountKeyStore, AccountStore, SessionStore } from '../storage/port.js';
import type { AttemptLimits } from './attempt-limits.js';
import type { RecoveryCodes } from './recovery-codes.js';
import type { SecurityAction, SecurityEvents } from './security-event.js';

/**
 * What an operator may do for the owner of an account. A face can be taken away, never set, and taking it away does
 * not open the account to the password alone.
 */
export class AccountSupport {
  constructor(
    private readonly deps: {
      readonly accounts: AccountStore;
      readonly sessions: SessionStore;
      readonly keys: Pick<AccountKeyStore, 'shred'>;
      readonly limits: Pick<AttemptLimits, 'clear'>;
      readonly recoveryCodes: Pick<RecoveryCodes, 'issueOne'>;
      readonly events: SecurityEvents;
    },
  ) {}

  /** Forgets failed attempts: nobody has to wait, and a face that was suspended is accepted again. */
  async unlock(account: Account): Promise<void> {
    await this.deps.limits.clear(account);
    await this.#note('attempts_cleared', account);
  }

  /**
   * Erases the face for good. The account owes a second factor from then on, until its owner binds one.
   *
   * @returns a recovery code that lets the owner in once, beside the password, in the place of all earlier ones
   */
  async resetFace(account: Account): Promise<string> {
    const { accounts, keys, recoveryCodes } = this.deps;
    // First: whatever a fault leaves of the templates is noise then.
    await keys.shred(account.id);
    await accounts.eraseReference(account.id, true);
    await this.#note('face_disabled', account);
    return recoveryCodes.issueOne(account.id);
  }

  /** @returns how many sessions it ended */
  async revokeSessions(account: Account): Promise<number> {
    const ended = await this.deps.sessions.deleteOthers(account.id, null);
    await this.#note('sessions_revoked', account);
    return ended;
  }

  /** The next good match replaces the template under a new transform. @returns false when there is no face */
  async renewTemplate(account: Account): Promise<boolean> {
    if (!(await this.deps.accounts.markReferenceForRenewal(account.id))) return false;
    await this.#note('face_renewal_requested', account);
    return true;
  }

  async #note(action: SecurityAction, { id }: Account): Promise<void> {
    await this.deps.events.record({ action, outcome: 'success', accountId: id, by: 'operator' });
  }
}
