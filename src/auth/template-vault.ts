import { randomBytes } from 'node:crypto';

import type { Template } from '../face/capture.js';
import type { BiometricReference } from '../storage/port.js';
import type { AccountKeys } from './account-keys.js';
import { isFirstVersion, openFirstRecord, openFirstReference } from './first-version-seal.js';
import { TemplateVaultError, associatedData, keyFor, seal, unseal } from './sealing.js';
import type { TemplateKeys } from './template-keys.js';
import { type TemplateTransform, templateTransform } from './template-transform.js';

const VERSION = 2;
const SALT_BYTES = 16;
const ACCOUNT_KEY_ID_BYTES = 4;
const NO_SALT = new Uint8Array(0);

/** The account's key is gone, and its template with it: the face has to be enrolled anew. */
export class TemplateKeyLost extends Error {
  override readonly name = 'TemplateKeyLost';

  constructor() {
    super('the key of the account is gone: what was sealed under it cannot be opened any more');
  }
}

/** A reference that can be compared with. */
export interface ProtectedReference {
  /** Under the reference's transform: it compares with nothing but probes under the same one. */
  readonly template: Template;
  /** Brings the features of a probe under the reference's transform. @throws RangeError for other dimensions */
  readonly protectProbe: (features: Float32Array) => Float32Array;
}

/**
 * Protects templates, and what live sessions leave behind, before they reach storage.
 *
 * Each reference has a rotation of its own (`templateTransform`), drawn from the account's key and a salt: what leaks
 * of it, `fv` in answers above all, is revoked by a new salt, and says nothing about other references. What is stored
 * is sealed under the account's key besides. Account, model and salt are associated data: a record that somebody
 * moved to another account, or relabelled, does not open.
 *
 * Layout of a reference: version (1 byte), salt (16), nonce (12), ciphertext (4 a value, little-endian float32), tag
 * (16); of a live record: version (1), id of the account key (4), nonce (12), ciphertext, tag (16). Version 1, sealed
 * under a template key and without a transform, is opened still, and not made any more.
 */
export class TemplateVault {
  constructor(private readonly deps: { readonly keys: AccountKeys; readonly templateKeys: TemplateKeys }) {}

  /**
   * Protects a template under a new transform, for an enrolment or a renewal. Makes the account's key if there is none.
   *
   * @throws TemplateVaultError when the account's key does not open
   */
  async protect(
    accountId: string,
    { modelId, vector }: Template,
  ): Promise<{ readonly ciphertext: Uint8Array; readonly protectedTemplate: Template }> {
    const accountKey = await this.deps.keys.ofAccount(accountId);
    const salt = randomBytes(SALT_BYTES);
    const rotated = transformOf(accountKey, salt, vector.length)(vector);
    const plain = Buffer.alloc(rotated.length * 4);
    rotated.forEach((value, i) => plain.writeFloatLE(value, i * 4));
    const key = keyFor('template-seal', accountKey, salt);
    const sealed = seal(key, plain, referenceData(accountId, modelId, salt));
    plain.fill(0);
    return {
      ciphertext: Buffer.concat([Buffer.of(VERSION), salt, sealed]),
      protectedTemplate: { modelId, vector: rotated },
    };
  }

  /**
   * @throws TemplateKeyLost when the account's key is gone
   * @throws TemplateVaultError for a wrong key, altered or truncated data, another account or model
   */
  async open(accountId: string, reference: BiometricReference): Promise<ProtectedReference> {
    const { modelId, ciphertext } = reference;
    if (isFirstVersion(ciphertext)) {
      return { template: this.#openFirst(accountId, reference), protectProbe: (features) => features };
    }
    if (ciphertext[0] !== VERSION) throw new TemplateVaultError(UNKNOWN);
    const accountKey = await this.deps.keys.find(accountId);
    if (!accountKey) throw new TemplateKeyLost();
    const salt = ciphertext.subarray(1, 1 + SALT_BYTES);
    const key = keyFor('template-seal', accountKey, salt);
    const body = ciphertext.subarray(1 + SALT_BYTES);
    const plain = unseal(key, body, referenceData(accountId, modelId, salt));
    if (!plain) throw new TemplateVaultError(DOES_NOT_OPEN);
    const vector = vectorIn(plain);
    return { template: { modelId, vector }, protectProbe: transformOf(accountKey, salt, vector.length) };
  }

  /**
   * @returns a reference of version 1 under a transform, null for one that has one already
   * @throws TemplateVaultError as `open`
   */
  async upgrade(accountId: string, reference: BiometricReference): Promise<Uint8Array | null> {
    if (!isFirstVersion(reference.ciphertext)) return null;
    return (await this.protect(accountId, this.#openFirst(accountId, reference))).ciphertext;
  }

  /** @param traces what `LiveRecord` keeps of a session */
  async sealRecord(accountId: string, traces: Uint8Array): Promise<Uint8Array> {
    const accountKey = await this.deps.keys.ofAccount(accountId);
    const key = keyFor('live-record-seal', accountKey, NO_SALT);
    const sealed = seal(key, traces, recordData(accountId));
    return Buffer.concat([Buffer.of(VERSION), accountKeyId(accountKey), sealed]);
  }

  /**
   * @returns the traces of those that are sealed under the account's key: a key that was lost takes its records along
   * @throws TemplateVaultError for altered or truncated data
   */
  async openRecords(accountId: string, ciphertexts: readonly Uint8Array[]): Promise<Uint8Array[]> {
    if (ciphertexts.length === 0) return [];
    const accountKey = await this.deps.keys.find(accountId);
    return ciphertexts
      .map((ciphertext) => this.#openRecord(accountId, accountKey, ciphertext))
      .filter((traces) => traces !== null);
  }

  #openRecord(accountId: string, accountKey: Uint8Array | null, ciphertext: Uint8Array): Uint8Array | null {
    // Its key may have been retired since, which cannot be told from an alteration.
    if (isFirstVersion(ciphertext)) {
      return openFirstRecord(this.deps.templateKeys.all, accountId, ciphertext)?.plain ?? null;
    }
    const bodyStart = 1 + ACCOUNT_KEY_ID_BYTES;
    if (ciphertext[0] !== VERSION || ciphertext.length < bodyStart) throw new TemplateVaultError(UNKNOWN);
    if (!accountKey || !accountKeyId(accountKey).equals(ciphertext.subarray(1, bodyStart))) return null;
    const key = keyFor('live-record-seal', accountKey, NO_SALT);
    const traces = unseal(key, ciphertext.subarray(bodyStart), recordData(accountId));
    if (!traces) throw new TemplateVaultError(DOES_NOT_OPEN);
    return traces;
  }

  #openFirst(accountId: string, reference: BiometricReference): Template {
    const opened = openFirstReference(this.deps.templateKeys.all, accountId, reference);
    if (!opened) throw new TemplateVaultError(DOES_NOT_OPEN);
    return { modelId: reference.modelId, vector: vectorIn(opened.plain) };
  }
}

const UNKNOWN = 'the stored template is truncated or of an unknown version';
const DOES_NOT_OPEN =
  'the stored template does not open: wrong key, altered data, or a record moved between accounts';

function transformOf(accountKey: Uint8Array, salt: Uint8Array, dimensions: number): TemplateTransform {
  return templateTransform(keyFor('template-transform', accountKey, salt), dimensions);
}

/** Tells a record of a key that was lost from one that was altered. */
function accountKeyId(accountKey: Uint8Array): Buffer {
  return Buffer.from(keyFor('account-key-id', accountKey, NO_SALT).subarray(0, ACCOUNT_KEY_ID_BYTES));
}

/** @param plain is wiped */
function vectorIn(plain: Buffer): Float32Array {
  const vector = Float32Array.from({ length: plain.length / 4 }, (_, i) => plain.readFloatLE(i * 4));
  plain.fill(0);
  return vector;
}

function referenceData(accountId: string, modelId: string, salt: Uint8Array): Uint8Array {
  return associatedData('vultus-template', VERSION, accountId, modelId, Buffer.from(salt).toString('hex'));
}

function recordData(accountId: string): Uint8Array {
  return associatedData('vultus-live-record', VERSION, accountId);
}
