import { dictionary } from '@zxcvbn-ts/language-common';

import type { FieldError } from './auth-error.js';

/** Long enough for any passphrase; an upper bound keeps hashing from being a way to burn our time. */
const MAX_PASSWORD_LENGTH = 256;

/**
 * The rules of NIST SP 800-63B-4 for a new password: a minimum length, a block-list of common and breached
 * passwords and of the person's own address; every character is welcome and no kind is demanded.
 */
export class PasswordPolicy {
  readonly #common = new Set(dictionary['passwords-common'].map((word) => word.toLowerCase()));

  /** @param minLength in Unicode characters */
  constructor(private readonly minLength: number) {}

  /** @returns what is wrong, or null */
  check(password: string, email: string): FieldError | null {
    const normalised = normalisePassword(password);
    const length = Array.from(normalised).length;
    if (length < this.minLength) {
      return refuse(
        'too_short',
        `Use at least ${this.minLength} characters; a few words in a row are easy to remember.`,
      );
    }
    if (length > MAX_PASSWORD_LENGTH) {
      return refuse('too_long', `Use at most ${MAX_PASSWORD_LENGTH} characters.`);
    }
    const folded = normalised.toLowerCase();
    if (this.#common.has(folded)) {
      return refuse(
        'too_common',
        'This password is on the lists that attackers try first. Choose another one.',
      );
    }
    if (folded === email || folded === email.split('@')[0]) {
      return refuse('same_as_email', 'The password must not be the e-mail address.');
    }
    return null;
  }
}

/** One form for a password however its accents were typed (63B-4, 3.1.1.2: NFC before hashing). */
export function normalisePassword(password: string): string {
  return password.normalize('NFC');
}

function refuse(code: string, message: string): FieldError {
  return { field: 'password', code, message };
}
