import { workerData } from 'piscina';

import type { BiometricSample, CaptureOutcome, CapturePurpose } from './capture.js';
import type { ImageLimits } from './decode.js';
import { FaceEngine } from './engine.js';
import type { SubjectRule } from './face-selection.js';
import type { ModelPack } from './model-pack.js';

export interface EngineWorkerData {
  readonly pack: ModelPack;
  readonly limits: ImageLimits;
  readonly subjectRule: SubjectRule;
}

export interface CaptureTask {
  readonly sample: BiometricSample;
  readonly purpose: CapturePurpose;
}

async function start(): Promise<(task: CaptureTask) => Promise<CaptureOutcome>> {
  const { pack, limits, subjectRule } = workerData as EngineWorkerData;
  const engine = await FaceEngine.load(pack, limits, subjectRule);
  return ({ sample, purpose }) => engine.capture(sample, purpose);
}

/** Entry of a worker thread: it loads its own sessions once, then answers one capture at a time. */
export default start();
