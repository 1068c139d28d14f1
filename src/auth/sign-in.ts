import type { Account, AccountStore, SignInFlowStore } from '../storage/port.js';
import type { AttemptLimits, AttemptVerdict } from './attempt-limits.js';
import { AuthError } from './auth-error.js';
import { normaliseEmail } from './email.js';
import type { PasswordHasher } from './password-hasher.js';
import { needsSecondFactor } from './second-factor.js';
import type { SecurityEvents } from './security-event.js';
import type { Sessions } from './sessions.js';
import type { SignInCompletion, SignedIn } from './sign-in-completion.js';
import { SIGN_IN_START, advance } from './sign-in-flow.js';
import type { Credentials } from './sign-up.js';
import type { TokenSigner } from './tokens.js';

export type SignInOutcome =
  | ({ readonly outcome: 'signed_in' } & SignedIn)
  | { readonly outcome: 'face_required'; readonly verificationToken: string; readonly expiresAt: number };

/** Checks the password; whoever has a second factor gets a verification token instead of a session. */
export class SignIn {
  constructor(
    private readonly deps: {
      readonly accounts: AccountStore;
      readonly flows: SignInFlowStore;
      readonly sessions: Sessions;
      readonly completion: SignInCompletion;
      readonly limits: AttemptLimits;
      readonly events: SecurityEvents;
      readonly hasher: PasswordHasher;
      readonly verificationTokens: TokenSigner;
      readonly verificationSeconds: number;
      readonly maxFaceFailures: number;
      readonly now: () => number;
    },
  ) {}

  /**
   * @throws AuthError `invalid_credentials`, the same for an unknown e-mail and a wrong password; `too_many_attempts`,
   *         before the password is looked at, again the same for both
   */
  async run({ email: typed, password }: Credentials): Promise<SignInOutcome> {
    const email = normaliseEmail(typed);
    const account = email === null ? null : await this.deps.accounts.findByEmail(email);
    const target = { email: email ?? typed, accountId: account?.id ?? null };
    const verdict = await this.deps.limits.attempt(target, () => this.#check(account, password));
    if (!account || verdict === 'failed') return this.#refuse(account);
    const verifiedHash = await this.#renewHash(account, password);

    const status = advance(
      SIGN_IN_START,
      { type: 'password_verified', secondFactorBound: needsSecondFactor(account) },
      this.deps.maxFaceFailures,
    );
    if (status.state === 'passed') {
      // A factor may have been bound while the password was being hashed: then it is asked for after all.
      const opened = await this.deps.sessions.openByPassword(account.id);
      if (opened !== null) {
        await this.#requireUnchanged(account.id, verifiedHash, () =>
          this.deps.sessions.revoke(opened.session),
        );
        const done = { action: 'sign_in_password' } as const;
        return {
          outcome: 'signed_in',
          ...(await this.deps.completion.welcome({ ...account, passwordHash: verifiedHash }, opened, done)),
        };
      }
    }
    return this.#startFlow(account.id, verifiedHash);
  }

  async #check(account: Account | null, password: string): Promise<AttemptVerdict> {
    const matches = await this.deps.hasher.verify(password, account?.passwordHash ?? null);
    return account && matches ? 'accepted' : 'failed';
  }

  async #refuse(account: Account | null): Promise<never> {
    await this.deps.events.record({
      action: 'sign_in_password',
      outcome: 'failure',
      accountId: account?.id ?? null,
      by: 'account',
      reason: 'invalid_credentials',
    });
    throw new AuthError('invalid_credentials');
  }

  /** A sign-in is the one moment at which a password is known: the one to hash it as we do. @returns the hash in use */
  async #renewHash({ id, passwordHash }: Account, password: string): Promise<string> {
    const { accounts, hasher } = this.deps;
    if (!hasher.needsRehash(passwordHash)) return passwordHash;
    const renewed = await hasher.hash(password);
    if (await accounts.replacePasswordHash(id, passwordHash, renewed)) return renewed;
    // Another sign-in was quicker, or somebody changed the password.
    const current = (await accounts.findById(id))?.passwordHash ?? '';
    if (!(await hasher.verify(password, current))) throw new AuthError('invalid_credentials');
    return current;
  }

  /** A change of the password ends everything: also what was about to be opened with the old one. */
  async #requireUnchanged(accountId: string, hash: string, end: () => Promise<void>): Promise<void> {
    const current = await this.deps.accounts.findById(accountId);
    if (current?.passwordHash === hash) return;
    await end();
    throw new AuthError('invalid_credentials');
  }

  async #startFlow(accountId: string, verifiedHash: string): Promise<SignInOutcome> {
    const now = this.deps.now();
    const { token, referenceHash, expiresAt } = this.deps.verificationTokens.issue({
      accountId,
      methods: ['pwd'],
      lifetimeSeconds: this.deps.verificationSeconds,
      now,
    });
    await this.deps.flows.insert({
      id: referenceHash,
      accountId,
      state: 'awaiting_face',
      faceFailures: 0,
      createdAt: now,
      expiresAt,
    });
    await this.#requireUnchanged(accountId, verifiedHash, () => this.deps.flows.deleteOf(accountId));
    await this.deps.events.record({
      action: 'sign_in_password',
      outcome: 'success',
      accountId,
      by: 'account',
      reason: 'second_factor_required',
    });
    return { outcome: 'face_required', verificationToken: token, expiresAt };
  }
}
