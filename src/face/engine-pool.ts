import './runtime-telemetry.js';

import { fileURLToPath } from 'node:url';

import { Piscina } from 'piscina';

import type { BiometricSample, CaptureOutcome, CapturePurpose, EngineBusy, FaceCapturer } from './capture.js';
import type { ImageLimits } from './decode.js';
import type { CaptureTask, EngineWorkerData } from './engine-worker.js';
import type { SubjectRule } from './face-selection.js';
import { type ModelPack, templateModelId } from './model-pack.js';

export interface EnginePoolOptions {
  readonly workers: number;
  /** Captures that may wait for a worker; one more is answered `busy`. */
  readonly maxQueue: number;
  readonly limits: ImageLimits;
  /** Default `largest`. */
  readonly subjectRule?: SubjectRule;
  /** The compiled worker; tests that run from the sources name the one in the build. */
  readonly workerFile?: string;
}

const BUSY: EngineBusy = { outcome: 'busy', retryAfterSeconds: 1 };

/** A capture that has not been answered after this time, waiting included, is given up; a stuck worker is replaced. */
const CAPTURE_TIMEOUT_MS = 20_000;

/**
 * Face engines on worker threads, so that inference (which blocks its thread) never delays the server's
 * event loop. The queue is bounded: a burst is refused at once instead of growing memory and latency.
 */
export class FaceEnginePool implements FaceCapturer {
  readonly modelId: string;
  readonly #pool: Piscina<CaptureTask, CaptureOutcome>;
  readonly #maxQueue: number;

  private constructor(pool: Piscina<CaptureTask, CaptureOutcome>, modelId: string, maxQueue: number) {
    this.#pool = pool;
    this.modelId = modelId;
    this.#maxQueue = maxQueue;
  }

  /** Resolves when the workers have loaded their models and have run once. */
  static async start(pack: ModelPack, options: EnginePoolOptions): Promise<FaceEnginePool> {
    const workerData: EngineWorkerData = {
      pack,
      limits: options.limits,
      subjectRule: options.subjectRule ?? 'largest',
    };
    const pool = new Piscina<CaptureTask, CaptureOutcome>({
      filename: options.workerFile ?? fileURLToPath(new URL('./engine-worker.js', import.meta.url)),
      minThreads: options.workers,
      maxThreads: options.workers,
      // Our own bound is checked in `capture`; this one leaves room for the warm-up.
      maxQueue: options.maxQueue + options.workers,
      workerData,
    });
    // Every failure reaches the capture that met it; without a listener the same one would end the process.
    pool.on('error', () => undefined);
    // An empty file is refused by the decoder, after the worker has loaded everything.
    const nothing: CaptureTask = { sample: new Uint8Array(0), purpose: 'verification' };
    try {
      await Promise.all(Array.from({ length: options.workers }, () => pool.run(nothing)));
    } catch (error) {
      await pool.destroy();
      throw error;
    }
    return new FaceEnginePool(pool, templateModelId(pack), options.maxQueue);
  }

  async capture(sample: BiometricSample, purpose: CapturePurpose): Promise<CaptureOutcome | EngineBusy> {
    if (this.#pool.queueSize >= this.#maxQueue) return BUSY;
    const signal = AbortSignal.timeout(CAPTURE_TIMEOUT_MS);
    try {
      return await this.#pool.run({ sample, purpose }, { signal });
    } catch (error) {
      if (signal.aborted) return BUSY;
      throw error;
    }
  }

  /** Lets running and waiting captures finish, then ends the workers. */
  async close(): Promise<void> {
    await this.#pool.close();
  }
}
