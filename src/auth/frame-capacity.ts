import type { FrameObserver } from '../face/frame-observation.js';
import { MAX_FRAME_RATE } from './frame-rate.js';

/** The rest is not given away: no queue is to stand before the engine, and stills find room. */
const HEADROOM = 0.9;

/**
 * The engine's time, in equal parts for all live sessions that are under way. From the delay of its own frames a
 * session would learn of the others too late: when all have noticed, all stand in a queue that need not be there.
 */
export class FrameCapacity {
  #sessions = 0;

  constructor(private readonly observer: Pick<FrameObserver, 'framesPerSecond'>) {}

  enter(): void {
    this.#sessions++;
  }

  leave(): void {
    this.#sessions--;
  }

  /** Whole frames a second for each session, 1…`MAX_FRAME_RATE`. */
  get share(): number {
    const { framesPerSecond } = this.observer;
    if (framesPerSecond === null) return MAX_FRAME_RATE;
    const share = Math.floor((HEADROOM * framesPerSecond) / Math.max(1, this.#sessions));
    return Math.min(MAX_FRAME_RATE, Math.max(1, share));
  }
}
