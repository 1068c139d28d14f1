import { fileURLToPath } from 'node:url';

import { readCalibration, thresholdFor } from '../../src/face/calibration.js';
import type { DecisionThreshold } from '../../src/face/comparison.js';
import { type ModelPack, calibratedPipeline, loadModelPack } from '../../src/face/model-pack.js';

const root = (folder: string) => fileURLToPath(new URL(`../../${folder}`, import.meta.url));

export const LIMITS = { maxBytes: 10_000_000, maxPixels: 50_000_000 };
export const ENGINE_OPTIONS = {
  limits: LIMITS,
  checks: { presentation: true, live: true },
  subjectRule: 'largest',
} as const;

export function shippedModels(): Promise<ModelPack> {
  return loadModelPack(root('models'));
}

export async function shippedThreshold(falseMatchRate = 1e-4): Promise<DecisionThreshold> {
  return thresholdFor(
    await readCalibration(root('calibration'), calibratedPipeline(await shippedModels())),
    falseMatchRate,
  );
}
