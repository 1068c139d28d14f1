/** What this process is deciding: whoever finds no room left waits for that, and is not refused for it. */
export class AttemptsUnderWay {
  readonly #byKey = new Map<string, Set<Promise<unknown>>>();

  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const done = work();
    const settled = done.catch(() => undefined);
    const underWay = this.#byKey.get(key) ?? new Set();
    this.#byKey.set(key, underWay.add(settled));
    try {
      return await done;
    } finally {
      underWay.delete(settled);
      if (underWay.size === 0) this.#byKey.delete(key);
    }
  }

  has(key: string): boolean {
    return this.#byKey.has(key);
  }

  /** Waits until one more is decided. @returns false, at once, when there is none */
  async oneDecided(key: string): Promise<boolean> {
    const underWay = this.#byKey.get(key);
    if (!underWay) return false;
    await Promise.race(underWay);
    return true;
  }
}
