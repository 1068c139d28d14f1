import { createHash } from 'node:crypto';

import { KEY_BYTES } from './sealing.js';

export const KEY_ID_BYTES = 4;

/** One of the installation's keys, and how sealed data name it. */
export interface TemplateKey {
  /** 8 hexadecimal digits. Tells nothing about the key. */
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** The keys under which account keys are sealed: the first one seals, all of them open. */
export class TemplateKeys {
  #keys: readonly TemplateKey[];

  /**
   * @param keys at least one, 32 bytes each; never stored beside the database
   * @param reload reads them anew, so that a server that runs follows a rotation; null where they cannot change
   */
  constructor(
    keys: readonly Uint8Array[],
    private readonly reload: (() => Promise<readonly Uint8Array[]>) | null,
  ) {
    this.#keys = identified(keys);
  }

  get first(): TemplateKey {
    return this.#keys[0]!;
  }

  get all(): readonly TemplateKey[] {
    return this.#keys;
  }

  /** @returns those with this id (more than one only by chance); an unknown id is looked for in the reloaded keys once */
  async withId(id: string): Promise<readonly TemplateKey[]> {
    const known = this.#withId(id);
    if (known.length > 0) return known;
    await this.refresh();
    return this.#withId(id);
  }

  async refresh(): Promise<void> {
    if (this.reload) this.#keys = identified(await this.reload());
  }

  #withId(id: string): readonly TemplateKey[] {
    return this.#keys.filter((key) => key.id === id);
  }
}

/** @throws RangeError */
function identified(keys: readonly Uint8Array[]): readonly TemplateKey[] {
  if (keys.length === 0 || keys.some((key) => key.byteLength !== KEY_BYTES)) {
    throw new RangeError(`there must be a template key, and each must have ${KEY_BYTES} bytes`);
  }
  return keys.map((bytes) => ({ id: templateKeyId(bytes), bytes }));
}

export function templateKeyId(key: Uint8Array): string {
  return createHash('sha256').update(key).digest().subarray(0, KEY_ID_BYTES).toString('hex');
}
