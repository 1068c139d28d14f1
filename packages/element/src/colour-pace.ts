/** Somewhat more than a third of a second: never more than three changes in any second (WCAG 2.3.1). */
const BETWEEN_CHANGES_MS = 350;

/** Keeps the screen from flashing, whatever a server says. */
export class ColourPace {
  #changedAt = -Infinity;

  /** @returns in how many milliseconds the screen may change its colour, 0 for now */
  waitFrom(now: number): number {
    return Math.max(0, this.#changedAt + BETWEEN_CHANGES_MS - now);
  }

  /** The screen changes its colour now, or goes back to the page. */
  changed(now: number): void {
    this.#changedAt = now;
  }
}
