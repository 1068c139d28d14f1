import path from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Config } from './config/config.js';
import type { BiometricEngine } from './face/biometric-engine.js';
import { loosestThreshold, readCalibration, strictestThreshold, thresholdFor } from './face/calibration.js';
import type { DecisionThreshold } from './face/comparison.js';
import { FaceEnginePool } from './face/engine-pool.js';
import type { EngineReport } from './face/engine-report.js';
import { loadModelPack } from './face/model-pack.js';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

export interface FaceEngineOptions {
  /** The compiled worker, where this runs from the sources. */
  readonly workerFile?: string;
  readonly onReport?: (report: EngineReport) => void;
}

/** Whatever looks at faces, and what its scores mean. */
export interface CalibratedEngine {
  readonly engine: BiometricEngine;
  /** Of the decision. */
  readonly threshold: DecisionThreshold;
  readonly witnessThreshold: DecisionThreshold;
  readonly renewalThreshold: DecisionThreshold;
}

/** @throws ModelPackError, CalibrationError with a sentence for the operator */
export async function openFaceEngine(
  { face, liveness }: Pick<Config, 'face' | 'liveness'>,
  options: FaceEngineOptions = {},
): Promise<CalibratedEngine> {
  const pack = await loadModelPack(path.join(ROOT, 'models'));
  const calibration = await readCalibration(path.join(ROOT, 'calibration'), pack);
  const thresholds = {
    threshold: thresholdFor(calibration, face.maxFalseMatchRate),
    witnessThreshold: loosestThreshold(calibration),
    renewalThreshold: strictestThreshold(calibration),
  };
  const checks = { presentation: liveness !== 'off', live: liveness !== 'off' };
  return { engine: await FaceEnginePool.start(pack, { ...face, checks, ...options }), ...thresholds };
}
