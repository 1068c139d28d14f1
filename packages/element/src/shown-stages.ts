/** A stage stays interesting for as long as frames of it may still come from the camera. */
const REMEMBERED = 8;

/** Which stage was on the screen when: a frame belongs to the stage under which it was taken, not sent. */
export class ShownStages {
  readonly #stages: { readonly nonce: string; readonly since: number }[] = [];

  /** @param since when the screen began to show it, in milliseconds of the clock that frames have */
  show(nonce: string, since: number): void {
    this.#stages.push({ nonce, since });
    if (this.#stages.length > REMEMBERED) this.#stages.shift();
  }

  /** @returns null before the first stage was shown */
  nonceAt(time: number): string | null {
    return this.#stages.findLast(({ since }) => since <= time)?.nonce ?? null;
  }
}
