import { hash, verify } from '@node-rs/argon2';

import { normalisePassword } from './password-policy.js';

/** OWASP's Argon2id setting: 19 MiB, two passes, one lane. Algorithm 2 is Argon2id (a const enum, closed to us). */
const OPTIONS = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;

/** Argon2id on libuv's threads. */
export class PasswordHasher {
  readonly #decoy: string;

  private constructor(decoy: string) {
    this.#decoy = decoy;
  }

  static async create(): Promise<PasswordHasher> {
    return new PasswordHasher(await hash('no account has this password', OPTIONS));
  }

  /** @returns a PHC string */
  hash(password: string): Promise<string> {
    return hash(normalisePassword(password), OPTIONS);
  }

  /**
   * @param passwordHash null for an unknown account: a decoy is verified then, so that the time of the
   *        answer does not tell a stranger who has an account (user enumeration)
   */
  async verify(password: string, passwordHash: string | null): Promise<boolean> {
    const matches = await verify(passwordHash ?? this.#decoy, normalisePassword(password));
    return matches && passwordHash !== null;
  }
}
