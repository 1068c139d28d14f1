import { type Calibration, CalibrationError } from '../../face/calibration.js';
import { type CrossValidatedAccuracy, crossValidatedAccuracy } from './accuracy.js';
import { type FailedImage, countReasons } from './acquisition.js';
import { type CurvePoint, type HistogramBin, errorCurve, histogram } from './curves.js';
import {
  type EqualErrorRate,
  type ErrorRate,
  comparisonsNeeded,
  countFalseMatches,
  equalErrorRate,
  errorRate,
  falseNonMatchRate,
  isSupported,
  thresholdAt,
} from './error-rates.js';
import { count, rate } from '../terminal/number-format.js';
import type { Scores } from './scores.js';

/** The false match rates that are reported on. */
const RATES = [1e-2, 1e-3, 1e-4, 1e-5];

interface FindingsContext {
  readonly model: { readonly id: string; readonly sha256: string };
  readonly dataset: string;
  /** ISO 8601 */
  readonly date: string;
  readonly commandLine: string;
}

/** False non-match rates at one threshold. */
interface OperatingPoint {
  /** The rate that the threshold was chosen for. */
  readonly falseMatchRate: number;
  readonly cosine: number;
  readonly fnmrListed: ErrorRate;
  readonly fnmrAll: ErrorRate | undefined;
}

/** A threshold of the calibration in use, tried on the images of this evaluation. */
interface CheckedPoint extends OperatingPoint {
  readonly fmrHere: ErrorRate;
}

export interface Findings extends FindingsContext {
  readonly images: number;
  /** Undefined when unknown. */
  readonly identities: number | undefined;
  /** Whether impostor scores are of all images against all, or of the listed pairs only. */
  readonly allAgainstAll: boolean;
  readonly comparisons: {
    readonly listedGenuine: number;
    readonly listedImpostor: number;
    /** Listed pairs with an image that gave no template; they are part of the numbers above. */
    readonly withoutScore: { readonly genuine: number; readonly impostor: number };
    readonly allGenuine: number | undefined;
    readonly impostor: number;
  };
  readonly foldsOfFile: boolean;
  readonly accuracy: CrossValidatedAccuracy;
  /** Of the pairs with two templates only: what is published for models that are made to answer always. */
  readonly accuracyOfCompared: CrossValidatedAccuracy;
  readonly equalErrorRate: EqualErrorRate;
  readonly operatingPoints: readonly OperatingPoint[];
  /** The calibration that was checked, or why there is none. */
  readonly shipped: { measuredOn: Calibration['measured_on']; points: readonly CheckedPoint[] } | string;
  readonly failureToAcquire: ErrorRate;
  readonly failureReasons: readonly { reason: string; count: number }[];
  readonly failedImages: readonly FailedImage[];
  readonly curve: readonly CurvePoint[];
  readonly histograms: {
    readonly genuine: readonly HistogramBin[];
    readonly impostor: readonly HistogramBin[];
  };
  /** What the reader must know before the numbers; sentences. */
  readonly warnings: readonly string[];
}

/** @param calibration the one in use, or why there is none */
export function findingsOf(
  scores: Scores,
  calibration: Calibration | CalibrationError,
  context: FindingsContext,
): Findings {
  const { impostor, genuine, identities, listed, failures } = scores;
  const listedGenuine = listed.filter(({ same }) => same).length;
  const unscored = listed.filter(({ score }) => score === undefined).length;
  const supported = RATES.flatMap((falseMatchRate) => {
    const cosine = isSupported(falseMatchRate, impostor.length)
      ? thresholdAt(impostor, falseMatchRate)
      : undefined;
    return cosine === undefined ? [] : [operatingPoint(scores, falseMatchRate, cosine)];
  });
  return {
    ...context,
    images: scores.images,
    identities: identities.known ? identities.count : undefined,
    allAgainstAll: identities.known,
    comparisons: {
      listedGenuine,
      listedImpostor: listed.length - listedGenuine,
      withoutScore: { genuine: genuine.failures, impostor: unscored - genuine.failures },
      allGenuine: scores.allGenuine && scores.allGenuine.sorted.length + scores.allGenuine.failures,
      impostor: impostor.length,
    },
    foldsOfFile: scores.foldsOfFile,
    accuracy: crossValidatedAccuracy(listed),
    accuracyOfCompared: crossValidatedAccuracy(listed.filter(({ score }) => score !== undefined)),
    equalErrorRate: equalErrorRate(genuine, impostor),
    operatingPoints: supported,
    shipped: calibration instanceof CalibrationError ? calibration.message : check(scores, calibration),
    failureToAcquire: errorRate(failures.length, scores.images),
    failureReasons: countReasons(failures),
    failedImages: failures,
    // Beyond the rates that the scores support, a curve shows single pairs and not a tendency.
    curve: errorCurve(genuine, impostor, Math.min(0.5, 10 / impostor.length)),
    histograms: { genuine: histogram(genuine.sorted), impostor: histogram(impostor) },
    warnings: warningsOn(scores, calibration, supported),
  };
}

function operatingPoint(scores: Scores, falseMatchRate: number, cosine: number): OperatingPoint {
  return {
    falseMatchRate,
    cosine,
    fnmrListed: falseNonMatchRate(scores.genuine, cosine),
    fnmrAll: scores.allGenuine && falseNonMatchRate(scores.allGenuine, cosine),
  };
}

function check(scores: Scores, calibration: Calibration): Exclude<Findings['shipped'], string> {
  const { impostor } = scores;
  const points = calibration.thresholds.map(({ false_match_rate, cosine }) => ({
    ...operatingPoint(scores, false_match_rate, cosine),
    fmrHere: errorRate(countFalseMatches(impostor, cosine), impostor.length),
  }));
  return { measuredOn: calibration.measured_on, points };
}

function warningsOn(
  { identities, impostor, images, genuine }: Scores,
  calibration: Calibration | CalibrationError,
  supported: readonly OperatingPoint[],
): string[] {
  const genuinePairs = genuine.sorted.length + genuine.failures;
  const warnings: string[] = [];
  if (!identities.known) {
    warnings.push(
      `IDENTITIES ARE UNKNOWN: ${identities.reason}. Only the listed impostor pairs were compared, ` +
        `so low false match rates are missing or unsure.`,
    );
  }
  const missing = RATES.filter((r) => !supported.some(({ falseMatchRate }) => falseMatchRate === r));
  if (missing.length > 0) {
    const needed = missing.map((r) => `${rate(r)} (takes ${count(comparisonsNeeded(r))})`);
    warnings.push(
      `Left out, because ${count(impostor.length)} impostor comparisons cannot tell them: ` +
        `false match rates of ${needed.join(', ')}.`,
    );
  }
  if (!(calibration instanceof CalibrationError)) {
    const { measured_on: on } = calibration;
    // Names differ in spelling; three equal numbers are hardly chance.
    const same =
      on.images === images && on.identities === identities.count && on.genuine_comparisons === genuinePairs;
    if (same) {
      warnings.push(
        `The calibration was measured on as many images, identities and pairs (${on.dataset}), so probably on these: ` +
          `checking it on its own images shows only that it was written down rightly.`,
      );
    }
  }
  return warnings;
}
