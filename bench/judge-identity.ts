import { cosineSimilarity } from '../src/face/comparison.js';
import type { ObservedFace } from '../src/face/frame-observation.js';
import { IdentityTrack, showSamePerson } from '../src/face/live/identity-track.js';
import { type Baseline, baselinesOf } from './baselines.js';
import { FRAME_MS, FRAMES_PER_SECOND, type ObservedFilm, facesOf } from './judge-films.js';
import { ascending, quantile } from './latency.js';

/** How long a session follows its person, in frames. */
const FOLLOWED = 20 * FRAMES_PER_SECOND;
/** How far apart frames are that the track takes for one moment. */
const MOMENT = FRAMES_PER_SECOND / 2;
/** Longer than a camera may stand still. */
const LONG_MS = 10_000;

export interface FollowedFilm {
  readonly film: string;
  /** One from each second of the film. */
  readonly sessions: number;
  readonly frames: number;
  /** Cosine of a frame and the session's anchor. */
  readonly cosine: {
    readonly least: number;
    readonly p01: number;
    readonly p1: number;
    readonly median: number;
  };
  /** Frames that the track doubts, and sessions that it would end, for another person or a camera that stands still. */
  readonly doubtful: number;
  readonly changed: number;
  readonly frozen: number;
  readonly consecutive: {
    readonly pairs: number;
    /** Above the limit for one and the same picture. */
    readonly identical: number;
    readonly p99: number;
  };
  /** Cosine of two frames at most half a second apart. */
  readonly moment: { readonly pairs: number; readonly least: number; readonly p01: number };
}

export interface Strangers {
  readonly comparisons: number;
  readonly greatest: number;
  readonly p999: number;
  /** Taken for the session's person. */
  readonly accepted: number;
}

/** Do frames of one person stay together over a session, light and turns as they come? */
export function followPerson(film: ObservedFilm): FollowedFilm {
  const cosines: number[] = [];
  let [doubtful, changed, frozen] = [0, 0, 0];
  const baselines = baselinesOf(film);
  for (const baseline of baselines) {
    const anchor = anchorOf(baseline);
    const track = new IdentityTrack(baseline.faces);
    const verdicts = film.outcomes.slice(baseline.next, baseline.next + FOLLOWED).flatMap((face, i) => {
      if (face.outcome !== 'observed') return [];
      cosines.push(cosineSimilarity(face.features, anchor));
      return [track.follow(face, i * FRAME_MS)];
    });
    doubtful += verdicts.filter((verdict) => verdict !== 'same').length;
    if (verdicts.includes('changed')) changed++;
    if (verdicts.includes('frozen')) frozen++;
  }
  const sorted = ascending(cosines);
  return {
    film: film.name,
    sessions: baselines.length,
    frames: cosines.length,
    cosine: {
      least: quantile(sorted, 0),
      p01: quantile(sorted, 0.001),
      p1: quantile(sorted, 0.01),
      median: quantile(sorted, 0.5),
    },
    doubtful,
    changed,
    frozen,
    consecutive: consecutiveFrames(film),
    moment: momentOf(film),
  };
}

/** How near does somebody else come to a session's anchor? */
export function meetStrangers(films: readonly ObservedFilm[]): Strangers {
  const cosines: number[] = [];
  let accepted = 0;
  for (const film of films) {
    const strangers = films.filter(({ man }) => man !== film.man).flatMap(facesOf);
    for (const anchor of baselinesOf(film).map(anchorOf)) {
      for (const { face } of strangers) {
        cosines.push(cosineSimilarity(face.features, anchor));
        if (showSamePerson(face.features, anchor)) accepted++;
      }
    }
  }
  const sorted = ascending(cosines);
  return {
    comparisons: cosines.length,
    greatest: quantile(sorted, 1),
    p999: quantile(sorted, 0.999),
    accepted,
  };
}

function consecutiveFrames(film: ObservedFilm): FollowedFilm['consecutive'] {
  const pairs = pairsOf(film, 1);
  return {
    pairs: pairs.length,
    identical: pairs.filter(([a, b]) => areIdentical(a, b)).length,
    p99: quantile(ascending(pairs.map(([a, b]) => cosineSimilarity(a.features, b.features))), 0.99),
  };
}

function momentOf(film: ObservedFilm): FollowedFilm['moment'] {
  const pairs = Array.from({ length: MOMENT }, (_, i) => pairsOf(film, i + 1)).flat();
  const cosines = ascending(pairs.map(([a, b]) => cosineSimilarity(a.features, b.features)));
  return { pairs: pairs.length, least: quantile(cosines, 0), p01: quantile(cosines, 0.001) };
}

/** @param apart in frames */
function pairsOf({ outcomes }: ObservedFilm, apart: number): (readonly [ObservedFace, ObservedFace])[] {
  return outcomes.flatMap((later, i) => {
    const earlier = outcomes[i - apart];
    const areFaces = earlier?.outcome === 'observed' && later.outcome === 'observed';
    return areFaces ? [[earlier, later] as const] : [];
  });
}

/** By the limit of the track itself: what it shows after a long time is the picture that it showed before. */
function areIdentical(a: ObservedFace, b: ObservedFace): boolean {
  const track = new IdentityTrack([a]);
  track.follow(a, 0);
  return track.follow(b, LONG_MS) === 'frozen';
}

/** As the track makes it: the direction of the sum. */
function anchorOf({ faces }: Baseline): Float32Array {
  const sum = new Float32Array(faces[0]!.features.length);
  for (const { features } of faces) for (let i = 0; i < sum.length; i++) sum[i]! += features[i]!;
  return sum;
}
