import { createHash, timingSafeEqual } from 'node:crypto';

/** The keys that a service accepts, of which it keeps hashes only. */
export class ApiKeys {
  readonly #digests: readonly Buffer[];

  constructor(keys: readonly string[]) {
    this.#digests = keys.map(digest);
  }

  /**
   * Compares with every key, by hashes of one length and to the end: the time tells neither how much of a key is right
   * nor which one it is.
   *
   * @returns the place of the key in the list, from 1, so that a log can say which one is still in use; null for none
   */
  placeOf(given: string): number | null {
    const candidate = digest(given);
    return this.#digests.reduce<number | null>(
      (place, known, i) => (timingSafeEqual(candidate, known) ? i + 1 : place),
      null,
    );
  }
}

function digest(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}
