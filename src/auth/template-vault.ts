import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

import type { Template } from '../face/capture.js';
import type { BiometricReference } from '../storage/port.js';

const ALGORITHM = 'aes-256-gcm';
const VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_BYTES = 32;

/** The ciphertext is not what was stored for this account and model under this key. */
export class TemplateVaultError extends Error {
  override readonly name = 'TemplateVaultError';
}

/**
 * Encrypts templates, and what live sessions leave behind, before they reach storage (AES-256-GCM, random nonce).
 * The account and the model are associated data: a record that somebody moved to another account, or relabelled,
 * does not decrypt.
 *
 * Layout: version (1 byte), nonce (12), ciphertext (of a template 4 a value, little-endian float32), tag (16).
 */
export class TemplateVault {
  /** @param key 32 bytes; never stored beside the database */
  constructor(private readonly key: Uint8Array) {
    if (key.byteLength !== KEY_BYTES) throw new RangeError(`the template key must have ${KEY_BYTES} bytes`);
  }

  seal(accountId: string, template: Template): Uint8Array {
    const plain = Buffer.alloc(template.vector.length * 4);
    template.vector.forEach((value, i) => plain.writeFloatLE(value, i * 4));
    return this.#encrypt(plain, associatedData('vultus-template', accountId, template.modelId));
  }

  /** @throws TemplateVaultError for a wrong key, altered or truncated data, another account or model */
  open(accountId: string, { modelId, ciphertext }: BiometricReference): Template {
    const plain = this.#decrypt(ciphertext, associatedData('vultus-template', accountId, modelId));
    const vector = Float32Array.from({ length: plain.length / 4 }, (_, i) => plain.readFloatLE(i * 4));
    plain.fill(0);
    return { modelId, vector };
  }

  /** @param traces what `LiveRecord` keeps of a session */
  sealRecord(accountId: string, traces: Uint8Array): Uint8Array {
    return this.#encrypt(Buffer.from(traces), associatedData('vultus-live-record', accountId));
  }

  /** @throws TemplateVaultError as `open` */
  openRecord(accountId: string, ciphertext: Uint8Array): Uint8Array {
    return this.#decrypt(ciphertext, associatedData('vultus-live-record', accountId));
  }

  /** @param plain is wiped */
  #encrypt(plain: Buffer, data: Buffer): Uint8Array {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.key, nonce).setAAD(data);
    const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
    plain.fill(0);
    return Buffer.concat([Buffer.of(VERSION), nonce, sealed, cipher.getAuthTag()]);
  }

  #decrypt(ciphertext: Uint8Array, data: Buffer): Buffer {
    const sealed = Buffer.from(ciphertext);
    const bodyStart = 1 + NONCE_BYTES;
    const bodyEnd = sealed.length - TAG_BYTES;
    if (sealed[0] !== VERSION || bodyEnd <= bodyStart) {
      throw new TemplateVaultError('the stored template is truncated or of an unknown version');
    }
    const decipher = createDecipheriv(ALGORITHM, this.key, sealed.subarray(1, bodyStart))
      .setAAD(data)
      .setAuthTag(sealed.subarray(bodyEnd));
    try {
      return Buffer.concat([decipher.update(sealed.subarray(bodyStart, bodyEnd)), decipher.final()]);
    } catch {
      throw new TemplateVaultError(
        'the stored template does not decrypt: wrong template key, altered data, or a record moved between accounts',
      );
    }
  }
}

function associatedData(kind: 'vultus-template' | 'vultus-live-record', ...owner: string[]): Buffer {
  return Buffer.from(JSON.stringify([kind, VERSION, ...owner]));
}
