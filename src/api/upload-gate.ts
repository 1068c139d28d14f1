import { Problem } from './problems.js';

/**
 * Bounds how many pictures are in memory at once, from the first byte of the upload to the end of the work:
 * slow senders would otherwise fill it without ever reaching the engine's own queue.
 */
export class UploadGate {
  #inside = 0;

  /** @param capacity pictures being received, waiting or looked at */
  constructor(private readonly capacity: number) {}

  /** @throws Problem `busy`, before anything of the body has been read */
  async admit<T>(work: () => Promise<T>): Promise<T> {
    if (this.#inside >= this.capacity) throw new Problem('busy', { retryAfterSeconds: 1 });
    this.#inside++;
    try {
      return await work();
    } finally {
      this.#inside--;
    }
  }
}
