import os from 'node:os';

import { hash, verify } from '@node-rs/argon2';
import { compare } from 'bcrypt';
import pLimit, { type LimitFunction } from 'p-limit';

import { AuthError } from './auth-error.js';
import { normalisePassword } from './password-policy.js';

/** OWASP's Argon2id setting: 19 MiB, two passes, one lane. Algorithm 2 is Argon2id (a const enum, closed to us). */
const OPTIONS = { algorithm: 2, memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const;
/**
 * Half of the cores, for workers that look at pictures have less priority than what hashes: a flood of sign-ins would leave
 * them next to nothing. And never all of libuv's four threads, on which pictures are decoded too.
 */
const AT_ONCE = Math.min(3, Math.ceil(os.availableParallelism() / 2));
/** One more is refused: without a bound a server that is asked for too much answers everybody too late, and nobody in time. */
const MAX_WAITING = 32;
const RETRY_AFTER_SECONDS = 1;

/** How a hash of that setting begins. */
const CURRENT = '$argon2id$v=19$m=19456,t=2,p=1$';

const BCRYPT = /^\$2[aby]\$(0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/;

/** @returns the cost, which is the logarithm of the rounds to the base 2; null for what is no bcrypt hash */
export function bcryptCostOf(passwordHash: string): number | null {
  const cost = BCRYPT.exec(passwordHash)?.[1];
  return cost === undefined ? null : Number(cost);
}

/**
 * Argon2id on libuv's threads. The bcrypt hashes of accounts that came from an earlier system are verified
 * too; none is made.
 *
 * User enumeration by time: an unknown account costs a stranger's guess as much as one that is there, for a
 * decoy is verified in its place. Where accounts came with bcrypt hashes, that is not enough: their wrong
 * password would cost bcrypt, everybody else's Argon2id, and the time of a refusal would tell who they are.
 * So, with a `bcryptCost`, every refusal costs one Argon2id and the rounds of one bcrypt of that cost, whatever
 * the account has or whether there is one. A password that matches costs only what it needs: its time tells
 * nothing that the answer does not tell.
 *
 * Passwords wait in one queue, whose length is bounded. Whether there is room says nothing about an account, and a
 * refusal comes before anything is compared.
 */
export class PasswordHasher {
  readonly #decoy: string;
  readonly #bcryptCost: number | null;
  readonly #atOnce: LimitFunction = pLimit(AT_ONCE);

  private constructor(decoy: string, bcryptCost: number | null) {
    this.#decoy = decoy;
    this.#bcryptCost = bcryptCost;
  }

  /** @param bcryptCost the highest cost among the accounts' bcrypt hashes, null when there never was one */
  static async create({ bcryptCost }: { readonly bcryptCost: number | null }): Promise<PasswordHasher> {
    return new PasswordHasher(await hash('no account has this password', OPTIONS), bcryptCost);
  }

  /** @returns a PHC string. @throws AuthError `busy` when too many wait */
  hash(password: string): Promise<string> {
    return this.#inTurn(() => hash(normalisePassword(password), OPTIONS));
  }

  /** @returns whether it has another algorithm or setting than those that `hash` makes */
  needsRehash(passwordHash: string): boolean {
    return !passwordHash.startsWith(CURRENT);
  }

  /**
   * @param passwordHash an Argon2id or bcrypt hash, null for an unknown account
   * @throws AuthError `busy` when too many wait, before anything is compared
   */
  verify(password: string, passwordHash: string | null): Promise<boolean> {
    // All of one verification is one turn: none is broken off, or refused, in its middle.
    return this.#inTurn(() => this.#verify(password, passwordHash));
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#atOnce.pendingCount >= MAX_WAITING) throw new AuthError('busy', [], RETRY_AFTER_SECONDS);
    return this.#atOnce(work);
  }

  async #verify(password: string, passwordHash: string | null): Promise<boolean> {
    const cost = passwordHash === null ? null : bcryptCostOf(passwordHash);
    const matches =
      passwordHash !== null && cost !== null
        ? await verifyBcrypt(password, passwordHash)
        : await this.#verifyArgon2(password, passwordHash);
    if (!matches) await this.#payTheRest(password, cost);
    return matches;
  }

  async #verifyArgon2(password: string, passwordHash: string | null): Promise<boolean> {
    const matches = await verify(passwordHash ?? this.#decoy, normalisePassword(password));
    return matches && passwordHash !== null;
  }

  /** @param paid the cost of the bcrypt hash that has been verified, null when it was Argon2id */
  async #payTheRest(password: string, paid: number | null): Promise<void> {
    if (paid !== null) await this.#verifyArgon2(password, null);
    if (this.#bcryptCost === null) return;
    if (paid === null) {
      await verifyBcrypt(password, bcryptDecoy(this.#bcryptCost));
      return;
    }
    // A cheaper hash is topped up to the same number of rounds: 2^c + (2^c + … + 2^(cost - 1)) = 2^cost.
    for (let cost = paid; cost < this.#bcryptCost; cost++) await verifyBcrypt(password, bcryptDecoy(cost));
  }
}

/**
 * The earlier system hashed a password as it was typed: so it is tried like that first, and then in the one
 * form that it has here. bcrypt reads the first 72 bytes only; nobody's password is to fail for the rest.
 */
async function verifyBcrypt(password: string, passwordHash: string): Promise<boolean> {
  // $2y$ is what PHP calls $2b$, by which name alone the library knows it.
  const known = passwordHash.startsWith('$2y$') ? `$2b$${passwordHash.slice(4)}` : passwordHash;
  const forms = new Set([password, normalisePassword(password)]);
  for (const form of forms) if (await compare(form, known)) return true;
  return false;
}

/** No password has this hash: it costs what a hash of its cost does, and matches nothing. */
function bcryptDecoy(cost: number): string {
  return `$2b$${String(cost).padStart(2, '0')}$${'.'.repeat(53)}`;
}
