import { workerData } from 'piscina';

import type { BiometricSample, CaptureOutcome, CapturePurpose } from './capture.js';
import { FaceEngine, type EngineOptions } from './engine.js';
import { type EngineTaskKind, StageClock, type StageTimes } from './engine-report.js';
import type { ExaminationOutcome } from './frame-examination.js';
import type { FrameOutcome } from './frame-observation.js';
import type { ModelPack } from './model-pack.js';

export interface EngineWorkerData {
  readonly pack: ModelPack;
  readonly options: EngineOptions;
}

export interface EngineTask {
  readonly kind: EngineTaskKind;
  readonly sample: BiometricSample;
  readonly purpose: CapturePurpose;
}

export type EngineOutcome = CaptureOutcome | FrameOutcome | ExaminationOutcome;

export interface EngineAnswer {
  readonly outcome: EngineOutcome;
  /** What it took here, waiting not included. */
  readonly ms: number;
  readonly stages: StageTimes;
}

async function start(): Promise<(task: EngineTask) => Promise<EngineAnswer>> {
  const { pack, options } = workerData as EngineWorkerData;
  const engine = await FaceEngine.load(pack, options);
  return async ({ kind, sample, purpose }) => {
    const clock = new StageClock();
    const outcome = await engine[kind](sample, purpose, clock);
    return { outcome, ms: clock.elapsed, stages: clock.times };
  };
}

/** Entry of a worker thread: it loads its own sessions once, then answers one task at a time. */
export default start();
