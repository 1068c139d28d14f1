import type { ObservedFace } from '../src/face/frame-observation.js';
import { Positioning, type RestingFace } from '../src/face/live/positioning.js';
import { FRAME_MS, FRAMES_PER_SECOND, type ObservedFilm } from './judge-films.js';

/** The person at rest, as a session that begins at some moment of a film would find them. */
export interface Baseline {
  readonly rest: RestingFace;
  /** Of which the baseline was made; also the anchor of the person. */
  readonly faces: readonly ObservedFace[];
  /** The first frame after it. */
  readonly next: number;
}

/** How long a session waits for somebody to sit still, in frames. */
const MAX_WAIT = 20 * FRAMES_PER_SECOND;

/** @param from number of the session's first frame @returns null when nobody sits still in time */
export function baselineAt({ outcomes }: Pick<ObservedFilm, 'outcomes'>, from: number): Baseline | null {
  const positioning = new Positioning(false);
  for (let i = from; i < Math.min(outcomes.length, from + MAX_WAIT); i++) {
    const found = positioning.look(outcomes[i]!, i * FRAME_MS);
    if ('rest' in found) return { rest: found.rest, faces: positioning.faces, next: i + 1 };
  }
  return null;
}

/** Of sessions that begin at each second of a film; two that settle on the same moment are one. */
export function baselinesOf(film: ObservedFilm): Baseline[] {
  const baselines = new Map<number, Baseline>();
  for (let from = 0; from < film.outcomes.length; from += FRAMES_PER_SECOND) {
    const baseline = baselineAt(film, from);
    if (baseline) baselines.set(baseline.next, baseline);
  }
  return [...baselines.values()];
}
