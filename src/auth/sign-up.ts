import { randomUUID } from 'node:crypto';

import type { Account, AccountStore } from '../storage/port.js';
import { AuthError, type FieldError } from './auth-error.js';
import { normaliseEmail } from './email.js';
import type { PasswordHasher } from './password-hasher.js';
import type { PasswordPolicy } from './password-policy.js';
import type { SignInCompletion, SignedIn } from './sign-in-completion.js';

export interface Credentials {
  readonly email: string;
  readonly password: string;
}

/** Creates an account and signs it in. */
export class SignUp {
  constructor(
    private readonly deps: {
      readonly accounts: AccountStore;
      readonly completion: SignInCompletion;
      readonly hasher: PasswordHasher;
      readonly passwords: PasswordPolicy;
      readonly now: () => number;
    },
  ) {}

  /** @throws AuthError `validation_failed` with the fields, `email_taken` */
  async run({ email: typed, password }: Credentials): Promise<SignedIn> {
    const email = normaliseEmail(typed);
    const errors: FieldError[] = [];
    if (email === null) {
      errors.push({ field: 'email', code: 'invalid_email', message: 'This is not an e-mail address.' });
    }
    const weakness = this.deps.passwords.check(password, email ?? typed);
    if (weakness) errors.push(weakness);
    if (email === null || weakness) throw new AuthError('validation_failed', errors);

    const account: Account = {
      id: randomUUID(),
      email,
      passwordHash: await this.deps.hasher.hash(password),
      createdAt: this.deps.now(),
      reference: null,
      referenceErasures: 0,
      secondFactorOwed: false,
      hasPasskeys: false,
    };
    // The store decides who is first; asking beforehand would only leave a gap between asking and writing.
    if ((await this.deps.accounts.insert(account)) === 'duplicate_email') throw new AuthError('email_taken');
    return this.deps.completion.complete(account, { methods: ['pwd'], action: 'sign_up' });
  }
}
