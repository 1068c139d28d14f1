import { createHash, randomInt } from 'node:crypto';

import type { RecoveryCodeStore } from '../storage/port.js';
import { AuthError } from './auth-error.js';
import { requireRecentAuthentication } from './recent-authentication.js';
import type { SecondFactor } from './second-factor.js';
import type { SecurityEvents } from './security-event.js';
import type { AuthenticatedCaller } from './sessions.js';
import type { SignedIn } from './sign-in-completion.js';

const CODES = 10;
/** Crockford's base 32: no letter that is taken for another one, or for a digit. 16 of them are 80 bits. */
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LETTERS_A_CODE = 16;
const GROUP = 4;

/** Codes to print and keep, each of which stands in for a lost face or passkey once. Never for the password. */
export class RecoveryCodes {
  constructor(
    private readonly deps: {
      readonly codes: RecoveryCodeStore;
      readonly secondFactor: SecondFactor;
      readonly events: SecurityEvents;
      readonly reauthenticationSeconds: number;
      readonly now: () => number;
    },
  ) {}

  /**
   * Makes new codes; those that were made before are not accepted any more.
   *
   * @returns the codes, which nobody can be told again
   * @throws AuthError `reauthentication_required`, `invalid_token` when there is no such account any more
   */
  async issue({ account, session }: AuthenticatedCaller): Promise<string[]> {
    requireRecentAuthentication(session, this.deps.reauthenticationSeconds, this.deps.now());
    const codes = await this.#replace(account.id, CODES);
    await this.#note(account.id, 'account');
    return codes;
  }

  /** For somebody whom the operator helps: one code, in the place of all earlier ones. */
  async issueOne(accountId: string): Promise<string> {
    const [code] = await this.#replace(accountId, 1);
    await this.#note(accountId, 'operator');
    return code!;
  }

  /** @returns how many are left */
  remaining(accountId: string): Promise<number> {
    return this.deps.codes.remaining(accountId);
  }

  /**
   * Completes a sign-in with a code.
   *
   * @throws AuthError `invalid_recovery_code`, `invalid_token`, `too_many_attempts`
   */
  async signIn(verificationToken: string, code: string): Promise<SignedIn> {
    const { codes, secondFactor } = this.deps;
    const flow = await secondFactor.claim(verificationToken);
    const spend = () => codes.spend(flow.accountId, hashOf(flow.accountId, code));
    return secondFactor.complete(flow, 'otp', spend, 'invalid_recovery_code');
  }

  async #replace(accountId: string, count: number): Promise<string[]> {
    const codes = Array.from({ length: count }, newCode);
    const hashes = codes.map((code) => hashOf(accountId, code));
    if (!(await this.deps.codes.replace(accountId, hashes))) throw new AuthError('invalid_token');
    return codes;
  }

  async #note(accountId: string, by: 'account' | 'operator'): Promise<void> {
    await this.deps.events.record({ action: 'recovery_codes_issued', outcome: 'success', accountId, by });
  }
}

/** Of 80 random bits a plain hash is enough; without a key of ours, codes outlive a change of secrets. */
function hashOf(accountId: string, code: string): string {
  return createHash('sha256')
    .update(JSON.stringify(['vultus-recovery-code', accountId, canonical(code)]))
    .digest('base64url');
}

function newCode(): string {
  const letters = Array.from({ length: LETTERS_A_CODE }, () => LETTERS[randomInt(LETTERS.length)]!);
  return letters
    .join('')
    .match(new RegExp(`.{${GROUP}}`, 'g'))!
    .join('-');
}

/** A code as it was made, however it was typed: without dashes and spaces, and with the letters that people confuse. */
function canonical(code: string): string {
  return code.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
}
