import type { Hint } from '@vultus/client';

/** Shorter, and hints flicker. */
const STEADY_MS = 500;
/** That a movement was seen is told sooner: people hold it until they know. */
const PRAISE_MS = 150;

/** Hints come with each frame. One is shown once it has been the same for a while. */
export class SteadyHint {
  #candidate: Hint | null = null;
  #since = 0;
  #shown: Hint | null = null;

  /** Another stage: what was said before is over. */
  reset(): void {
    this.#candidate = null;
    this.#shown = null;
    this.#since = 0;
  }

  /** @returns whether `shown` has changed */
  hear(hint: Hint | null, now: number): boolean {
    if (hint !== this.#candidate || this.#since === 0) {
      this.#candidate = hint;
      this.#since = now;
    }
    const neededMs = hint === 'return_to_rest' ? PRAISE_MS : STEADY_MS;
    if (hint === this.#shown || now - this.#since < neededMs) return false;
    this.#shown = hint;
    return true;
  }

  get shown(): Hint | null {
    return this.#shown;
  }
}
