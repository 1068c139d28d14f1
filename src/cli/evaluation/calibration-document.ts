import { type Calibration, calibrationSchema } from '../../face/calibration.js';
import { UsageError } from '../usage-error.js';
import { comparisonsNeeded, falseNonMatchRate, isSupported, thresholdAt } from './error-rates.js';
import { count, rate } from '../terminal/number-format.js';
import type { Scores } from './scores.js';

const RATES = [1e-2, 5e-3, 2e-3, 1e-3, 5e-4, 2e-4, 1e-4, 5e-5, 2e-5, 1e-5];

/** The schema wants a range to choose a rate from. */
const MIN_THRESHOLDS = 2;

interface CalibrationContext {
  readonly model: { readonly id: string; readonly pipeline: string };
  readonly dataset: string;
  /** ISO 8601 */
  readonly date: string;
}

export interface CalibrationResult {
  readonly calibration: Calibration;
  /** False match rates that these scores cannot tell the threshold of. */
  readonly unsupported: readonly number[];
}

/**
 * The thresholds of a model, with what they cost: the false non-match rate of the listed genuine pairs at
 * the very cosine that is written down.
 *
 * @throws UsageError when there are too few impostor scores for two thresholds
 */
export function calibrate(scores: Scores, { model, dataset, date }: CalibrationContext): CalibrationResult {
  const { impostor, genuine } = scores;
  const unsupported: number[] = [];
  const thresholds = RATES.flatMap((falseMatchRate) => {
    const exact = isSupported(falseMatchRate, impostor.length)
      ? thresholdAt(impostor, falseMatchRate)
      : undefined;
    if (exact === undefined) {
      unsupported.push(falseMatchRate);
      return [];
    }
    const cosine = roundUp(exact);
    const fnmr = falseNonMatchRate(genuine, cosine);
    return {
      false_match_rate: falseMatchRate,
      cosine,
      false_non_match_rate: roundRate(fnmr.rate),
      false_non_match_rate_95: fnmr.interval.map(roundRate) as [number, number],
    };
  });
  if (thresholds.length < MIN_THRESHOLDS) {
    const least = RATES[MIN_THRESHOLDS - 1]!;
    throw new UsageError(
      `A calibration needs at least ${count(comparisonsNeeded(least))} impostor comparisons ` +
        `(for the false match rates down to ${rate(least)}); these images give ${count(impostor.length)}. ` +
        `List more images, in one folder a person.`,
    );
  }
  const calibration = calibrationSchema.parse({
    model: model.id,
    pipeline_sha256: model.pipeline,
    measured_on: {
      dataset: scores.identities.known
        ? dataset
        : `${dataset} (identities unknown, listed impostor pairs only)`,
      images: scores.images,
      identities: scores.identities.count,
      impostor_comparisons: impostor.length,
      genuine_comparisons: genuine.sorted.length + genuine.failures,
      failures_to_acquire: scores.failures.length,
      date,
    },
    thresholds,
  });
  return { calibration, unsupported };
}

/** Up, so that rounding never adds a false match; and at least as high in spite of the product's rounding. */
function roundUp(cosine: number): number {
  const steps = Math.ceil(cosine * 1e4);
  return (steps / 1e4 < cosine ? steps + 1 : steps) / 1e4;
}

function roundRate(value: number): number {
  return Number(value.toFixed(6));
}
