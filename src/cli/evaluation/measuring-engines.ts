import { availableParallelism } from 'node:os';

import type { EngineChecks } from '../../face/engine.js';
import { FaceEnginePool } from '../../face/engine-pool.js';
import type { SubjectRule } from '../../face/face-selection.js';
import type { ModelPack } from '../../face/model-pack.js';
import { ENGINE_WORKER } from '../../installation.js';
import { startProgress } from '../terminal/progress.js';

/** Research sets hold larger files than people send. */
export const LIMITS = { maxBytes: 50e6, maxPixels: 100e6 };

interface Measurement {
  readonly checks: EngineChecks;
  readonly subjectRule: SubjectRule;
  /** What is done with the images, and how many there are, for the progress on stderr. */
  readonly label: string;
  readonly images: number;
}

interface MeasuringEngines {
  readonly pool: FaceEnginePool;
  /** Images that keep every worker busy. */
  readonly inFlight: number;
  readonly advance: () => void;
}

/** Lends the engine of the server, on every core, to `work`, and ends it afterwards. */
export async function withEngines<T>(
  pack: ModelPack,
  { checks, subjectRule, label, images }: Measurement,
  work: (engines: MeasuringEngines) => Promise<T>,
): Promise<T> {
  const workers = availableParallelism();
  const inFlight = workers * 2;
  const pool = await FaceEnginePool.start(pack, {
    workers,
    maxQueue: inFlight,
    limits: LIMITS,
    checks,
    subjectRule,
    workerFile: ENGINE_WORKER,
  });
  const progress = startProgress(label, images, process.stderr);
  try {
    return await work({ pool, inFlight, advance: progress.advance });
  } finally {
    progress.stop();
    await pool.close();
  }
}
