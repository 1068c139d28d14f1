import os from 'node:os';

import { workerData } from 'piscina';

import type { BiometricSample, CaptureOutcome, CapturePurpose } from './capture.js';
import { FaceEngine, type EngineOptions } from './engine.js';
import { type EngineTaskKind, StageClock, type StageTimes } from './engine-report.js';
import type { ExaminationOutcome } from './frame-examination.js';
import type { FrameOutcome } from './frame-observation.js';
import type { ModelPack } from './model-pack.js';
import { createPictureCollector } from './picture-garbage.js';

export interface EngineWorkerData {
  readonly pack: ModelPack;
  readonly options: EngineOptions;
}

export interface EngineTask {
  readonly kind: EngineTaskKind;
  readonly sample: BiometricSample;
  readonly purpose: CapturePurpose;
  /** Of a capture: `not_checked`, whatever the engine could say about presentation attacks. Default false. */
  readonly unexamined?: boolean;
}

export type EngineOutcome = CaptureOutcome | FrameOutcome | ExaminationOutcome;

export interface EngineAnswer<O extends EngineOutcome = EngineOutcome> {
  readonly outcome: O;
  /** What it took here, waiting not included. */
  readonly ms: number;
  readonly stages: StageTimes;
}

/** Of niceness: a busy thread that is 2 nicer than another gets two thirds of its share (sched(7)). */
const STEPS_BACK = 2;

async function start(): Promise<(task: EngineTask) => Promise<EngineAnswer>> {
  const { pack, options } = workerData as EngineWorkerData;
  const engine = await FaceEngine.load(pack, options);
  giveWay();
  const collectPictures = createPictureCollector();
  return async ({ kind, sample, purpose, unexamined = false }) => {
    const clock = new StageClock();
    const outcome =
      kind === 'capture'
        ? await engine.capture(sample, purpose, clock, !unexamined)
        : await engine[kind](sample, purpose, clock);
    const answer = { outcome, ms: clock.elapsed, stages: clock.times };
    collectPictures();
    return answer;
  };
}

/**
 * Lets the thread that answers requests go first where there are not cores for all: a picture takes many times as long as
 * a question about a session, which must not wait for it. On Linux a priority belongs to a thread; elsewhere it would be
 * that of the whole server.
 */
function giveWay(): void {
  if (process.platform !== 'linux') return;
  try {
    os.setPriority(Math.min(os.getPriority() + STEPS_BACK, os.constants.priority.PRIORITY_LOW));
  } catch {
    // Where it is not allowed, all threads share alike.
  }
}

/** Entry of a worker thread: it loads its own sessions once, then answers one task at a time. */
export default start();
