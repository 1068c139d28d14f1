import type { AccountStore, SignInFlowStore } from '../storage/port.js';
import type { AttemptLimits } from './attempt-limits.js';
import { AuthError } from './auth-error.js';
import type { PasswordHasher } from './password-hasher.js';
import type { PasswordPolicy } from './password-policy.js';
import { requireRecentAuthentication } from './recent-authentication.js';
import type { SecurityEvents } from './security-event.js';
import type { AuthenticatedCaller, OpenedSession, Sessions } from './sessions.js';

/** Replaces a password, and ends every other session and sign-in: whoever knew the old one is out. */
export class PasswordChange {
  constructor(
    private readonly deps: {
      readonly accounts: AccountStore;
      readonly flows: SignInFlowStore;
      readonly sessions: Sessions;
      readonly limits: AttemptLimits;
      readonly hasher: PasswordHasher;
      readonly passwords: PasswordPolicy;
      readonly events: SecurityEvents;
      readonly reauthenticationSeconds: number;
      readonly now: () => number;
    },
  ) {}

  /**
   * @returns a session in the place of the caller's
   * @throws AuthError `reauthentication_required`; `validation_failed` with what is wrong with the new password;
   *         `invalid_credentials` when the current one is another; `too_many_attempts`; `invalid_token`
   *         when the caller's session ended meanwhile
   */
  async run(
    { account, session }: AuthenticatedCaller,
    { current, replacement }: { readonly current: string; readonly replacement: string },
  ): Promise<OpenedSession> {
    const { accounts, events, flows, hasher, limits, passwords, sessions } = this.deps;
    requireRecentAuthentication(session, this.deps.reauthenticationSeconds, this.deps.now());
    const weakness = passwords.check(replacement, account.email);
    if (weakness) throw new AuthError('validation_failed', [weakness]);
    const verdict = await limits.attempt({ email: account.email, accountId: account.id }, async () =>
      (await hasher.verify(current, account.passwordHash)) ? 'accepted' : 'failed',
    );
    const changed = { action: 'password_changed', accountId: account.id, by: 'account' } as const;
    const hash = verdict === 'failed' ? null : await hasher.hash(replacement);
    // Another change, or a sign-in that renewed the hash, may have been quicker: then this is not the current one.
    if (hash === null || !(await accounts.replacePasswordHash(account.id, account.passwordHash, hash))) {
      await events.record({ ...changed, outcome: 'failure', reason: 'invalid_credentials' });
      throw new AuthError('invalid_credentials');
    }
    // First, so that a fault in between leaves nobody in who knew the old password.
    await sessions.revokeOthers(session);
    await flows.deleteOf(account.id);
    await events.record({ ...changed, outcome: 'success' });
    return sessions.reopen(session);
  }
}
