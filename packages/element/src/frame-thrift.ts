/** How a frame is made into a JPEG. */
export interface FrameSize {
  /** In pixels, of the longer side; the picture is never enlarged. */
  readonly longestSide: number;
  /** Of the JPEG, 0…1. */
  readonly quality: number;
}

/** Less and less of what a face check can do without: first what the encoder keeps of noise, then pixels. */
const STEPS: readonly FrameSize[] = [
  { longestSide: 1280, quality: 0.85 },
  { longestSide: 640, quality: 0.65 },
  { longestSide: 640, quality: 0.5 },
  { longestSide: 480, quality: 0.5 },
];
const WINDOW_MS = 1_000;

/**
 * Makes frames smaller where a line is too slow for them: a movement lasts a second or two, and must not fall between
 * two frames.
 */
export class FrameThrift {
  #step = 0;
  #windowBegan: number | null = null;
  #offered = 0;
  #sent = 0;

  /** For frames from now on. */
  get size(): FrameSize {
    return STEPS[this.#step]!;
  }

  /**
   * The camera has a frame.
   *
   * @param now in milliseconds
   * @param wanted frames a second that the server wants
   */
  offered(now: number, wanted: number): void {
    this.#windowBegan ??= now;
    const seconds = (now - this.#windowBegan) / 1000;
    if (seconds * 1000 >= WINDOW_MS) {
      // A slow camera is no slow line.
      const isHeldUp = this.#offered >= wanted * seconds * 0.8 && this.#sent < (wanted * seconds) / 2;
      if (isHeldUp) this.#step = Math.min(this.#step + 1, STEPS.length - 1);
      this.#windowBegan = now;
      this.#offered = this.#sent = 0;
    }
    this.#offered++;
  }

  sent(): void {
    this.#sent++;
  }
}
