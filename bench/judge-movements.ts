import type { FrameOutcome, ObservedFace } from '../src/face/frame-observation.js';
import { MOVEMENTS, type Movement } from '../src/face/live/challenge.js';
import { movementAmount } from '../src/face/live/movement-judge.js';
import type { RestingFace } from '../src/face/live/positioning.js';
import { median } from '../src/face/median.js';
import { type Answer, challengeOf, showTo } from '../test/support/live-films.js';
import { baselineAt, baselinesOf } from './baselines.js';
import { FRAMES_PER_SECOND, type ObservedFilm, facesOf } from './judge-films.js';
import { ascending, quantile } from './latency.js';

export interface YawAgainstTurn {
  readonly film: string;
  readonly frames: number;
  /** Pearson's, of the yaw of one model and the nose in the landmarks of another. */
  readonly correlation: number;
  /** Least squares: what 15° of yaw change in `FaceGeometry.turn`. */
  readonly turnOf15Degrees: number;
  /** Least and greatest yaw, in degrees. */
  readonly yaws: readonly [number, number];
}

export interface AnsweredClip {
  readonly clip: Answer;
  readonly ending: string;
  /** For each movement that it is asked for, in order, how far it goes; 1 is enough. */
  readonly peaks: readonly { readonly movement: Movement; readonly amount: number }[];
}

/** What changes between two frames of somebody at rest: standard deviations, robust. */
export interface RestingNoise {
  readonly frames: number;
  readonly yawDegrees: number;
  readonly pitchDegrees: number;
  readonly turn: number;
  readonly noseDrop: number;
  readonly mouthOpenness: number;
  /** In parts of the value at rest, as the two after it. */
  readonly eyeOpenness: number;
  readonly size: number;
  readonly eyesToJaw: number;
}

export interface UnaskedMovement {
  readonly movement: Movement;
  /** Of the frames after a baseline: how far the movement goes though nobody asked for it. */
  readonly median: number;
  readonly p99: number;
  readonly enough: number;
}

/** After a baseline, in frames. */
const STILL_FOR = 2 * FRAMES_PER_SECOND;
/** Turns a median of absolute differences of two values into the standard deviation of one. */
const MAD_TO_SD = 1.4826 / Math.SQRT2;

/** Do the two measures of a turn, which come from two models, agree? */
export function yawAgainstTurn(film: ObservedFilm): YawAgainstTurn {
  const faces = facesOf(film).map(({ face }) => face);
  const yaws = faces.map(({ pose }) => pose.yaw);
  const turns = faces.map(({ geometry }) => geometry.turn);
  const [meanYaw, meanTurn] = [mean(yaws), mean(turns)];
  let [yy, tt, yt] = [0, 0, 0];
  for (const [i, yaw] of yaws.entries()) {
    const [y, t] = [yaw - meanYaw, turns[i]! - meanTurn];
    yy += y * y;
    tt += t * t;
    yt += y * t;
  }
  return {
    film: film.name,
    frames: faces.length,
    correlation: yt / Math.sqrt(yy * tt),
    turnOf15Degrees: (15 * yt) / yy,
    yaws: [Math.min(...yaws), Math.max(...yaws)],
  };
}

/** How far do the movements of the clips that answer a challenge go? */
export async function peakAmounts(clip: Answer, outcomes: readonly FrameOutcome[]): Promise<AnsweredClip> {
  const baseline = baselineAt({ outcomes }, 0);
  if (!baseline) throw new Error(`nobody sits still in ${clip}`);
  const peaks: { movement: Movement; amount: number }[] = [];
  let asking = false;
  const verdict = await showTo(challengeOf(clip), (i, stage) => {
    const outcome = outcomes[i] ?? null;
    if (stage.kind === 'movement' && outcome?.outcome === 'observed') {
      if (!asking) peaks.push({ movement: stage.movement, amount: 0 });
      const peak = peaks.at(-1)!;
      peak.amount = Math.max(peak.amount, movementAmount(stage.movement, outcome, baseline.rest));
    }
    asking = stage.kind === 'movement';
    return outcome;
  });
  return { clip, ending: verdict.kind === 'failed' ? verdict.failure : verdict.kind, peaks };
}

/** How far do measures go that are asked for nothing? The men talk and look about. */
export function restingFaces(films: readonly ObservedFilm[]): {
  readonly noise: RestingNoise;
  readonly unasked: readonly UnaskedMovement[];
} {
  const amounts = new Map<Movement, number[]>(MOVEMENTS.map((movement) => [movement, []]));
  const steps: { before: ObservedFace; after: ObservedFace; rest: RestingFace }[] = [];
  for (const film of films) {
    for (const { rest, next } of baselinesOf(film)) {
      let before: ObservedFace | null = null;
      for (const face of film.outcomes.slice(next, next + STILL_FOR)) {
        if (face.outcome !== 'observed') continue;
        for (const [movement, values] of amounts) values.push(movementAmount(movement, face, rest));
        if (before) steps.push({ before, after: face, rest });
        before = face;
      }
    }
  }
  const noise = (read: (face: ObservedFace, rest: RestingFace) => number) =>
    MAD_TO_SD *
    median(steps.map(({ before, after, rest }) => Math.abs(read(after, rest) - read(before, rest))));
  return {
    noise: {
      frames: steps.length,
      yawDegrees: noise(({ pose }) => pose.yaw),
      pitchDegrees: noise(({ pose }) => pose.pitch),
      turn: noise(({ geometry }) => geometry.turn),
      noseDrop: noise(({ geometry }) => geometry.noseDrop),
      mouthOpenness: noise(({ geometry }) => geometry.mouthOpenness),
      eyeOpenness: noise(({ geometry }, rest) => geometry.eyeOpenness / rest.eyeOpenness),
      size: noise(({ place }, rest) => place.height / rest.size),
      eyesToJaw: noise(({ geometry }, rest) => geometry.eyesToJaw / rest.eyesToJaw),
    },
    unasked: [...amounts].map(([movement, values]) => {
      const sorted = ascending(values);
      return {
        movement,
        median: quantile(sorted, 0.5),
        p99: quantile(sorted, 0.99),
        enough: values.filter((amount) => amount >= 1).length / values.length,
      };
    }),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
