import { randomBytes } from 'node:crypto';

export const NONCE_BYTES = 8;

/** Nobody can answer a stage that has not been shown to them: 64 random bits. */
export function newNonce(): string {
  return randomBytes(NONCE_BYTES).toString('base64url');
}
