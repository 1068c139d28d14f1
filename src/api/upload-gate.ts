import { Problem } from './problems.js';

/** One account has a quarter of the places at most, unless told otherwise, and never less than this many. */
const SHARES = 4;
const LEAST_OF_ONE = 3;

/**
 * Bounds how many pictures are in memory at once, from the first byte of the upload to the end of the work:
 * slow senders would otherwise fill it without ever reaching the engine's own queue.
 */
export class UploadGate {
  #inside = 0;
  readonly #byOwner = new Map<string, number>();
  readonly #capacityOfOne: number;

  /**
   * @param capacity pictures being received, waiting or looked at
   * @param capacityOfOne those of one owner among them
   */
  constructor(
    readonly capacity: number,
    capacityOfOne = Math.max(LEAST_OF_ONE, Math.ceil(capacity / SHARES)),
  ) {
    this.#capacityOfOne = capacityOfOne;
  }

  get inUse(): number {
    return this.#inside;
  }

  /**
   * @param owner whose picture it is: nobody may fill the places of all others
   * @throws Problem `busy`, before anything of the body has been read
   */
  async admit<T>(owner: string, work: () => Promise<T>): Promise<T> {
    const own = this.#byOwner.get(owner) ?? 0;
    if (this.#inside >= this.capacity || own >= this.#capacityOfOne) {
      throw new Problem('busy', { retryAfterSeconds: 1 });
    }
    this.#inside++;
    this.#byOwner.set(owner, own + 1);
    try {
      return await work();
    } finally {
      this.#inside--;
      const left = this.#byOwner.get(owner)! - 1;
      if (left === 0) this.#byOwner.delete(owner);
      else this.#byOwner.set(owner, left);
    }
  }
}
