import type { Account, AccountStore, SignInFlowStore } from '../storage/port.js';
import { AuthError } from './auth-error.js';
import { normaliseEmail } from './email.js';
import type { PasswordHasher } from './password-hasher.js';
import type { Sessions } from './sessions.js';
import { SIGN_IN_START, advance } from './sign-in-flow.js';
import type { Credentials, SignedIn } from './sign-up.js';
import type { TokenSigner } from './tokens.js';

export type SignInOutcome =
  | ({ readonly outcome: 'signed_in' } & SignedIn)
  | { readonly outcome: 'face_required'; readonly verificationToken: string };

/** Checks the password; whoever has enrolled a face gets a verification token instead of a session. */
export class SignIn {
  constructor(
    private readonly deps: {
      readonly accounts: AccountStore;
      readonly flows: SignInFlowStore;
      readonly sessions: Sessions;
      readonly hasher: PasswordHasher;
      readonly verificationTokens: TokenSigner;
      readonly verificationSeconds: number;
      readonly maxFaceFailures: number;
      readonly now: () => number;
    },
  ) {}

  /** @throws AuthError `invalid_credentials`, the same for an unknown e-mail and a wrong password */
  async run({ email: typed, password }: Credentials): Promise<SignInOutcome> {
    const email = normaliseEmail(typed);
    const account = email === null ? null : await this.deps.accounts.findByEmail(email);
    const matches = await this.deps.hasher.verify(password, account?.passwordHash ?? null);
    if (!account || !matches) throw new AuthError('invalid_credentials');
    await this.#renewHash(account, password);

    const status = advance(
      SIGN_IN_START,
      { type: 'password_verified', faceEnrolled: account.reference !== null },
      this.deps.maxFaceFailures,
    );
    if (status.state === 'passed') {
      // A face may have been enrolled while the password was being hashed: then the face check follows after all.
      const token = await this.deps.sessions.openByPassword(account.id);
      if (token !== null) return { outcome: 'signed_in', account, token };
    }
    return { outcome: 'face_required', verificationToken: await this.#startFlow(account.id) };
  }

  /** A sign-in is the one moment at which a password is known: the one to hash it as we do. */
  async #renewHash({ id, passwordHash }: Account, password: string): Promise<void> {
    const { accounts, hasher } = this.deps;
    if (!hasher.needsRehash(passwordHash)) return;
    // Another sign-in may have been quicker: then the hash is a new one already.
    await accounts.replacePasswordHash(id, passwordHash, await hasher.hash(password));
  }

  async #startFlow(accountId: string): Promise<string> {
    const now = this.deps.now();
    const { token, referenceHash, expiresAt } = await this.deps.verificationTokens.issue({
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
    return token;
  }
}
