/** What a camera page sends when nobody asks for less, in frames a second. */
export const MAX_FRAME_RATE = 10;
const MIN_FRAME_RATE = 2;
/** Part of the measured capacity that is asked for, so that the next frame does not have to wait. */
const HEADROOM = 0.9;
/** Weight of the latest frame in the running mean of the time that one takes. */
const SMOOTHING = 0.2;
/** The rate is announced at most so often, in milliseconds. */
const ANNOUNCE_EVERY_MS = 1000;
/** The span over which the rate that was really managed is counted. */
const WINDOW_MS = 2000;

/**
 * How many frames a second one session should be sent: as many as come through, measured. A session among others
 * gets fewer; an honest client that heeds it never has a frame dropped.
 */
export class FrameRate {
  #meanMs: number | null = null;
  #announced: number;
  #announcedAt = -Infinity;
  readonly #judged: number[] = [];

  /** @param announced what the client was told in the beginning */
  constructor(announced = MAX_FRAME_RATE) {
    this.#announced = announced;
  }

  /** A frame was judged. @param tookMs from its arrival, waiting included */
  judged(tookMs: number, now: number): void {
    this.#meanMs = this.#meanMs === null ? tookMs : this.#meanMs + SMOOTHING * (tookMs - this.#meanMs);
    this.#judged.push(now);
    while (this.#judged[0]! < now - WINDOW_MS) this.#judged.shift();
  }

  /** A frame was given up because others came faster than they could be looked at. */
  dropped(): void {
    this.#meanMs = (this.#meanMs ?? 1000 / MAX_FRAME_RATE) * (1 + SMOOTHING);
  }

  /** Frames a second that were judged lately. */
  achieved(now: number): number {
    const since = Math.min(WINDOW_MS, now - (this.#judged[0] ?? now));
    return since > 0 ? ((this.#judged.length - 1) * 1000) / since : 0;
  }

  /**
   * @param share of the engine that is the session's; less is asked for where not even that comes through
   * @returns the rate to ask for when it has changed since it was last told, else null
   */
  announcement(now: number, share = MAX_FRAME_RATE): number | null {
    if (this.#meanMs === null || now - this.#announcedAt < ANNOUNCE_EVERY_MS) return null;
    const wanted = Math.floor((HEADROOM * 1000) / Math.max(this.#meanMs, 1));
    const rate = Math.min(MAX_FRAME_RATE, share, Math.max(MIN_FRAME_RATE, wanted));
    if (rate === this.#announced) return null;
    this.#announced = rate;
    this.#announcedAt = now;
    return rate;
  }
}
