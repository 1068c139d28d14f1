/** Keeps the screen of a phone from dimming while nobody touches it. */
export class ScreenLock {
  #lock: WakeLockSentinel | null = null;
  #wish = 0;

  async hold(): Promise<void> {
    const wish = ++this.#wish;
    try {
      const lock = await navigator.wakeLock.request('screen');
      if (wish === this.#wish) this.#lock = lock;
      else await lock.release();
    } catch {
      // Not there, or the battery is low: the check is short.
    }
  }

  release(): void {
    this.#wish++;
    this.#lock?.release().catch(() => undefined);
    this.#lock = null;
  }
}
