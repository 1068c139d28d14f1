import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

export const KEY_BYTES = 32;

/** What was stored is not what was sealed for this account under this key. */
export class TemplateVaultError extends Error {
  override readonly name = 'TemplateVaultError';
}

/**
 * AES-256-GCM under a random nonce.
 *
 * @param data associated: has to be the same when it is opened
 * @returns nonce (12 bytes), ciphertext, tag (16)
 */
export function seal(key: Uint8Array, plain: Uint8Array, data: Uint8Array): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(ALGORITHM, key, nonce).setAAD(data);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

/** @returns null for anything but what `seal` made of at least one byte with this key and these data */
export function unseal(key: Uint8Array, sealed: Uint8Array, data: Uint8Array): Buffer | null {
  const bodyEnd = sealed.length - TAG_BYTES;
  if (bodyEnd <= NONCE_BYTES) return null;
  const decipher = createDecipheriv(ALGORITHM, key, sealed.subarray(0, NONCE_BYTES))
    .setAAD(data)
    .setAuthTag(sealed.subarray(bodyEnd));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, bodyEnd)), decipher.final()]);
  } catch {
    return null;
  }
}

/** Without ambiguity: no two lists of parts give the same data. */
export function associatedData(kind: string, version: number, ...parts: readonly string[]): Uint8Array {
  return Buffer.from(JSON.stringify([kind, version, ...parts]));
}

/** A key for one purpose out of an account's key (RFC 5869, HKDF-SHA-256). */
export function keyFor(
  purpose: 'template-seal' | 'template-transform' | 'live-record-seal' | 'account-key-id',
  accountKey: Uint8Array,
  salt: Uint8Array,
): Uint8Array {
  return new Uint8Array(hkdfSync('sha256', accountKey, salt, `vultus:${purpose}`, KEY_BYTES));
}
