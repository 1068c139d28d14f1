import { PRESENTATION_LIMITS, type PresentationLimits } from '../../face/presentation-attack.js';
import { type FailedImage, countReasons } from '../evaluation/acquisition.js';
import { type HistogramBin, histogram } from '../evaluation/curves.js';
import { type ErrorRate, errorRate } from '../evaluation/error-rates.js';
import { count } from '../terminal/number-format.js';
import type { Examination, ExaminedImage } from './examination.js';
import { type Presentation, type PresentationRates, presentationRates } from './presentation-rates.js';
import { sessionsOf } from './sessions.js';

interface PadContext {
  readonly model: { readonly id: string; readonly sha256: string };
  readonly dataset: string;
  /** ISO 8601 */
  readonly date: string;
  readonly commandLine: string;
  /** How many frames make a session. */
  readonly sessionFrames: number;
}

/** Error rates of the same presentations, frame by frame and, when subjects are known, by sessions. */
export interface FramesAndSessions {
  readonly frames: PresentationRates;
  readonly sessions: PresentationRates | null;
}

export interface PadFindings extends PadContext {
  readonly limits: PresentationLimits;
  readonly images: readonly ExaminedImage[];
  /** Subjects with bona fide and with attack presentations; undefined when unknown. */
  readonly subjects: { readonly bonaFide: number; readonly attack: number } | undefined;
  readonly shipped: FramesAndSessions;
  /** With other thresholds on the score of the network, the cues as shipped; ascending. */
  readonly sweep: readonly (FramesAndSessions & { readonly network: number })[];
  /** What each cue adds to the ones before it. */
  readonly cues: readonly (FramesAndSessions & { readonly checks: string })[];
  /** Frames without one face, on which nothing is decided. */
  readonly failureToAcquire: ErrorRate;
  readonly failureReasons: readonly { reason: string; count: number }[];
  readonly failedImages: readonly FailedImage[];
  /** Frames that are in the rates although a verification would have refused them first. */
  readonly poorQuality: number;
  /** Frames that belong to no session. */
  readonly leftOut: number;
  /** Scores of the network by kind. */
  readonly histograms: {
    readonly bonaFide: readonly HistogramBin[];
    readonly attack: readonly HistogramBin[];
  };
  /** What the reader must know before the numbers; sentences. */
  readonly warnings: readonly string[];
}

const SWEEP = Array.from({ length: 99 }, (_, i) => (i + 1) / 100);

/** Beyond every score: a cue with this limit takes no part. */
const NEVER = { moire: Infinity, border: Infinity } as const;
const CUES: readonly (readonly [checks: string, limits: PresentationLimits])[] = [
  ['network only', { ...PRESENTATION_LIMITS, ...NEVER }],
  ['network and moiré', { ...PRESENTATION_LIMITS, border: NEVER.border }],
  ['network, moiré and border (shipped)', PRESENTATION_LIMITS],
];

export function padFindingsOf({ images, failures }: Examination, context: PadContext): PadFindings {
  const cut = sessionsOf(images, context.sessionFrames);
  const frames = images.map((image) => presentationOf([image]));
  const sessions = cut && cut.sessions.map(presentationOf);
  const ratesAt = (limits: PresentationLimits): FramesAndSessions => ({
    frames: presentationRates(frames, limits),
    sessions: sessions && presentationRates(sessions, limits),
  });
  const shipped = ratesAt(PRESENTATION_LIMITS);
  const networkScores = (bonaFide: boolean) =>
    Float32Array.from(
      images.flatMap(({ species, face }) =>
        face && (species === null) === bonaFide ? face.presentation.network : [],
      ),
    ).sort();
  const histogramOf = (scores: Float32Array) => (scores.length > 0 ? histogram(scores) : []);
  return {
    ...context,
    limits: PRESENTATION_LIMITS,
    images,
    subjects: cut ? { bonaFide: subjectsOf(images, true), attack: subjectsOf(images, false) } : undefined,
    shipped,
    sweep: SWEEP.map((network) => ({ network, ...ratesAt({ ...PRESENTATION_LIMITS, network }) })),
    cues: CUES.map(([checks, limits]) => ({ checks, ...ratesAt(limits) })),
    failureToAcquire: errorRate(failures.length, images.length),
    failureReasons: countReasons(failures),
    failedImages: failures,
    poorQuality: images.filter(({ face }) => face !== null && face.reasons.length > 0).length,
    leftOut: cut ? cut.leftOut : 0,
    histograms: {
      bonaFide: histogramOf(networkScores(true)),
      attack: histogramOf(networkScores(false)),
    },
    warnings: warningsOn(cut !== null, shipped.frames),
  };
}

function presentationOf(images: readonly ExaminedImage[]): Presentation {
  return { species: images[0]!.species, scores: images.flatMap(({ face }) => face?.presentation ?? []) };
}

function subjectsOf(images: readonly ExaminedImage[], bonaFide: boolean): number {
  return new Set(
    images.filter(({ species }) => (species === null) === bonaFide).map(({ subject }) => subject),
  ).size;
}

/** A rate of 5 % cannot be told from 0 with fewer (the upper bound of the interval at no error). */
const FEW = 75;

function warningsOn(subjectsKnown: boolean, { bpcer, apcer }: PresentationRates): string[] {
  const warnings: string[] = [];
  if (!subjectsKnown) {
    warnings.push(
      'SUBJECTS ARE UNKNOWN: the labels file has no column subject, so that no frames belong together. There are ' +
        'no figures for sessions, which is what a live sign-in is judged by.',
    );
  }
  const few = [{ species: 'bona fide', ...bpcer }, ...apcer].filter(({ trials }) => trials < FEW);
  if (few.length > 0) {
    warnings.push(
      `Fewer than ${count(FEW)} decided frames: ${few.map(({ species }) => species).join(', ')}. ` +
        'Their rates say little; look at the intervals.',
    );
  }
  return warnings;
}
