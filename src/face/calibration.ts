import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { z } from 'zod';

import type { DecisionThreshold } from './comparison.js';
import type { CalibratedPipeline } from './model-pack.js';

const rate = z.number().gt(0).lt(1);

/** What `calibration/<model>.json` holds; `vultus calibrate` writes it. */
export const calibrationSchema = z.strictObject({
  model: z.string(),
  /** Of the models on the way to a template and their inputs: a calibration holds for these only. */
  pipeline_sha256: z.string(),
  measured_on: z.strictObject({
    dataset: z.string(),
    images: z.int().positive(),
    identities: z.int().positive(),
    impostor_comparisons: z.int().positive(),
    genuine_comparisons: z.int().positive(),
    failures_to_acquire: z.int().nonnegative(),
    date: z.iso.date(),
  }),
  thresholds: z
    .array(
      z.strictObject({
        false_match_rate: rate,
        cosine: z.number().min(-1).max(1),
        false_non_match_rate: z.number().min(0).max(1),
        false_non_match_rate_95: z.tuple([z.number(), z.number()]),
      }),
    )
    .min(2),
});
export type Calibration = z.infer<typeof calibrationSchema>;

/** There is no calibration for the model, or it was measured on other weights. */
export class CalibrationError extends Error {
  override readonly name = 'CalibrationError';
}

/**
 * @param remedy the command that makes one, for whoever has none
 * @throws CalibrationError
 */
export async function readCalibration(
  directory: string,
  { id, pipelineSha256 }: CalibratedPipeline,
  remedy = 'vultus calibrate',
): Promise<Calibration> {
  const file = `${id}.json`;
  let text: string;
  try {
    text = await readFile(path.join(directory, file), 'utf8');
  } catch {
    throw new CalibrationError(
      `There is no calibration/${file} for the recognition model ${id}. Make it with: ${remedy}`,
    );
  }
  const calibration = parse(text, file, remedy);
  if (calibration.pipeline_sha256 !== pipelineSha256) {
    throw new CalibrationError(
      `calibration/${file} was measured with other models than those in use. Make it anew with: ${remedy}`,
    );
  }
  return calibration;
}

function parse(text: string, file: string, remedy: string): Calibration {
  try {
    return calibrationSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new CalibrationError(`calibration/${file} is damaged. Make it anew with: ${remedy}`, {
      cause,
    });
  }
}

/**
 * The cosine at which at most `maxFalseMatchRate` of impostor comparisons match: that of the largest
 * measured rate which is not above it. Nothing is interpolated: between two rates the curve bends so that
 * a straight line would promise more than it keeps.
 *
 * @throws CalibrationError when the rate lies outside of what was measured
 */
export function thresholdFor(calibration: Calibration, maxFalseMatchRate: number): DecisionThreshold {
  const rates = calibration.thresholds.map((point) => point.false_match_rate);
  const chosen = calibration.thresholds
    .filter((point) => point.false_match_rate <= maxFalseMatchRate)
    .toSorted((a, b) => b.false_match_rate - a.false_match_rate)[0];
  if (!chosen || maxFalseMatchRate > Math.max(...rates)) {
    throw new CalibrationError(
      `FACE_MAX_FMR must lie between ${Math.min(...rates)} and ${Math.max(...rates)}, ` +
        `the false match rates measured for ${calibration.model}`,
    );
  }
  return { cosine: chosen.cosine, falseMatchRate: chosen.false_match_rate };
}

/** The threshold for the largest measured false match rate: for what only accompanies a decision. */
export function loosestThreshold(calibration: Calibration): DecisionThreshold {
  return thresholdFor(
    calibration,
    Math.max(...calibration.thresholds.map((point) => point.false_match_rate)),
  );
}

/** The threshold for the smallest measured false match rate: for what a decision will be compared with later. */
export function strictestThreshold(calibration: Calibration): DecisionThreshold {
  return thresholdFor(
    calibration,
    Math.min(...calibration.thresholds.map((point) => point.false_match_rate)),
  );
}
