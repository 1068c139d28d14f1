import { hkdfSync } from 'node:crypto';

/** What a key is for: keys of two purposes have nothing to do with each other. */
export type KeyPurpose = 'attempt-subjects' | 'passkey-challenges' | 'receipts';

/** A key of 32 bytes for one purpose, out of a secret that serves several (RFC 5869, HKDF-SHA-256). */
export function deriveKey(secret: string | Uint8Array, purpose: KeyPurpose): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(0), `vultus:${purpose}`, 32));
}
