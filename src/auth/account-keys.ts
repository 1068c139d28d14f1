import { randomBytes } from 'node:crypto';

import type { AccountKeyStore } from '../storage/port.js';
import { KEY_BYTES, TemplateVaultError, associatedData, seal, unseal } from './sealing.js';
import { KEY_ID_BYTES, type TemplateKeys } from './template-keys.js';

const VERSION = 1;
const BODY_START = 1 + KEY_ID_BYTES;

/**
 * The keys of the accounts: what is left of an account's templates anywhere, in backups too, is noise once its key
 * has been shredded. In the store they are sealed under the installation's template key and bound to their account,
 * so that to exchange the template key no template has to be touched.
 *
 * Layout: version (1 byte), id of the template key (4), nonce (12), ciphertext (32), tag (16).
 */
export class AccountKeys {
  constructor(
    private readonly deps: { readonly store: AccountKeyStore; readonly templateKeys: TemplateKeys },
  ) {}

  /**
   * The account's key, made when there is none. Of concurrent callers all get the same one.
   *
   * @throws TemplateVaultError as `find`
   */
  async ofAccount(accountId: string): Promise<Uint8Array> {
    return (await this.find(accountId)) ?? (await this.#make(accountId));
  }

  /**
   * @returns null when it was never made, or is shredded
   * @throws TemplateVaultError for a key that no template key opens, that was altered, or that is another account's
   */
  async find(accountId: string): Promise<Uint8Array | null> {
    const sealed = await this.deps.store.find(accountId);
    return sealed && (await this.#open(accountId, sealed));
  }

  /** Makes whatever is sealed under the account's key unreadable. @returns whether there was one */
  async shred(accountId: string): Promise<boolean> {
    return this.deps.store.shred(accountId);
  }

  /**
   * Brings a sealed key under the first template key.
   *
   * @returns `changed` when it is another one by now, or gone
   * @throws TemplateVaultError as `find`
   */
  async reseal(accountId: string, sealed: Uint8Array): Promise<'current' | 'resealed' | 'changed'> {
    const key = await this.#open(accountId, sealed);
    if (sealingKeyId(sealed) === this.deps.templateKeys.first.id) return 'current';
    const replaced = await this.deps.store.replace(accountId, sealed, this.#seal(accountId, key));
    return replaced ? 'resealed' : 'changed';
  }

  async #make(accountId: string): Promise<Uint8Array> {
    const { store, templateKeys } = this.deps;
    await templateKeys.refresh();
    const kept = await store.insertUnlessThere(accountId, this.#seal(accountId, randomBytes(KEY_BYTES)));
    const key = await this.#open(accountId, kept);
    // A rotation that began meanwhile may have passed this account already: no key may stay behind it.
    await templateKeys.refresh();
    if (sealingKeyId(kept) !== templateKeys.first.id) {
      await store.replace(accountId, kept, this.#seal(accountId, key));
    }
    return key;
  }

  #seal(accountId: string, key: Uint8Array): Uint8Array {
    const { id, bytes } = this.deps.templateKeys.first;
    const sealed = seal(bytes, key, dataOf(accountId, id));
    return Buffer.concat([Buffer.of(VERSION), Buffer.from(id, 'hex'), sealed]);
  }

  async #open(accountId: string, sealed: Uint8Array): Promise<Uint8Array> {
    const id = sealingKeyId(sealed);
    if (id === null) throw new TemplateVaultError('the account key is truncated or of an unknown version');
    const candidates = await this.deps.templateKeys.withId(id);
    if (candidates.length === 0) {
      throw new TemplateVaultError(
        `the account key is sealed under the template key ${id}, which is missing`,
      );
    }
    for (const { bytes } of candidates) {
      const key = unseal(bytes, sealed.subarray(BODY_START), dataOf(accountId, id));
      if (key?.length === KEY_BYTES) return key;
    }
    throw new TemplateVaultError('the account key does not open: altered, or moved from another account');
  }
}

/** @returns the id of the template key under which an account key is sealed, null for what is no sealed key */
export function sealingKeyId(sealed: Uint8Array): string | null {
  if (sealed[0] !== VERSION || sealed.length < BODY_START) return null;
  return Buffer.from(sealed.subarray(1, BODY_START)).toString('hex');
}

function dataOf(accountId: string, templateKeyId: string): Uint8Array {
  return associatedData('vultus-account-key', VERSION, accountId, templateKeyId);
}
