import './runtime-telemetry.js';

import pLimit, { type LimitFunction } from 'p-limit';
import { Piscina } from 'piscina';

import { type BiometricEngine, EngineUnavailable } from './biometric-engine.js';
import type { BiometricSample, CaptureOutcome, CapturePurpose, EngineBusy } from './capture.js';
import type { ImageLimits } from './decode.js';
import type { EngineChecks } from './engine.js';
import { type EngineReport, reportedOutcome } from './engine-report.js';
import type { EngineAnswer, EngineOutcome, EngineTask, EngineWorkerData } from './engine-worker.js';
import type { SubjectRule } from './face-selection.js';
import type { ExaminationOutcome, FrameExaminer } from './frame-examination.js';
import type { FrameOutcome } from './frame-observation.js';
import { templateModelId } from './model-identity.js';
import type { ModelPack } from './model-pack.js';

export interface EnginePoolOptions {
  readonly workers: number;
  /** Pictures that may wait for a worker; one more is answered `busy`. */
  readonly maxQueue: number;
  readonly limits: ImageLimits;
  readonly checks: EngineChecks;
  /** Default `largest`. */
  readonly subjectRule?: SubjectRule;
  /** The built `engine-worker.ts`. */
  readonly workerFile: string;
  /** Is called once the workers load their models: this thread has time meanwhile, for as long as they take. */
  readonly onStarting?: () => void;
  /** Is told of every picture, once it is answered. */
  readonly onReport?: (report: EngineReport) => void;
}

type KeptOptions = Pick<EnginePoolOptions, 'workers' | 'maxQueue' | 'onReport'>;

/** An empty file is refused by the decoder, after the worker has loaded everything. */
const NOTHING: EngineTask = { kind: 'capture', sample: new Uint8Array(0), purpose: 'verification' };

/** Weight of the latest picture in the running means of what one takes: about a second's when the workers are busy. */
const SMOOTHING = 0.05;

/**
 * A picture that would have to wait longer than this for a worker, judged by what the latest ones took, is answered
 * `busy` at once: how many may wait is then a matter of how fast the machine is just now, not of a number.
 */
const MAX_WAIT_MS = 3000;

/** A picture that has not been answered after this time, waiting included, is given up; a stuck worker is replaced. */
const TASK_TIMEOUT_MS = 20_000;

/** Less is copied faster than it is handed over, and may lie in memory that other buffers of Node.js share. */
const LEAST_TRANSFER_BYTES = 65_536;

/** How long a worker may take to say that it is there; supervisors do not wait much longer. */
const PROBE_TIMEOUT_MS = 2000;

/**
 * Face engines on worker threads, so that inference (which blocks its thread) never delays the server's
 * event loop. The queue is bounded: a burst is refused at once instead of growing memory and latency.
 */
export class FaceEnginePool implements BiometricEngine, FrameExaminer {
  readonly modelId: string;
  readonly #pool: Piscina<EngineTask, EngineAnswer>;
  readonly #options: KeptOptions;
  /** Pictures wait here, and not in piscina's queue, which is none: tasks that can be aborted overtake each other in it. */
  readonly #turns: LimitFunction;
  readonly #pictureMs = new RunningMean();
  readonly #frameMs = new RunningMean();
  /** The latest picture was given up or met a fault. */
  #failing = false;

  private constructor(pool: Piscina<EngineTask, EngineAnswer>, modelId: string, options: KeptOptions) {
    this.#pool = pool;
    this.modelId = modelId;
    this.#options = options;
    this.#turns = pLimit(options.workers);
  }

  /** Resolves when the workers have loaded their models and have run once. */
  static async start(pack: ModelPack, options: EnginePoolOptions): Promise<FaceEnginePool> {
    const { limits, checks, subjectRule = 'largest' } = options;
    const workerData: EngineWorkerData = {
      pack,
      options: { limits, checks, subjectRule },
    };
    const pool = new Piscina<EngineTask, EngineAnswer>({
      filename: options.workerFile,
      minThreads: options.workers,
      maxThreads: options.workers,
      // Little but pictures comes and goes there, and they are collected as they go.
      resourceLimits: { maxYoungGenerationSizeMb: 4 },
      workerData,
    });
    // Every failure reaches the task that met it; without a listener the same one would end the process.
    pool.on('error', () => undefined);
    options.onStarting?.();
    try {
      await Promise.all(Array.from({ length: options.workers }, () => pool.run(NOTHING)));
    } catch (error) {
      await pool.destroy();
      throw error;
    }
    return new FaceEnginePool(pool, templateModelId(pack), options);
  }

  get framesPerSecond(): number | null {
    const { value } = this.#frameMs;
    return value === null ? null : (this.#options.workers * 1000) / value;
  }

  async capture(sample: BiometricSample, purpose: CapturePurpose): Promise<CaptureOutcome | EngineBusy> {
    return outcomeOf(await this.timedCapture(sample, purpose));
  }

  async observe(frame: BiometricSample, purpose: CapturePurpose): Promise<FrameOutcome | EngineBusy> {
    return outcomeOf(await this.timedObserve(frame, purpose));
  }

  async examine(sample: BiometricSample): Promise<ExaminationOutcome | EngineBusy> {
    return outcomeOf(
      await this.#run<ExaminationOutcome>({ kind: 'examine', sample, purpose: 'verification' }),
    );
  }

  /**
   * As `capture`, with the time that it took: for whoever hands the outcome on to another program.
   *
   * @param unexamined leaves presentation attack detection out, whatever the engine could do
   */
  timedCapture(
    sample: BiometricSample,
    purpose: CapturePurpose,
    unexamined = false,
  ): Promise<EngineAnswer<CaptureOutcome> | EngineBusy> {
    return this.#run({ kind: 'capture', sample, purpose, unexamined });
  }

  /** As `observe`, with the time that it took. */
  timedObserve(
    frame: BiometricSample,
    purpose: CapturePurpose,
  ): Promise<EngineAnswer<FrameOutcome> | EngineBusy> {
    return this.#run({ kind: 'observe', sample: frame, purpose });
  }

  /** What a worker answers is the outcome of that kind of task. */
  async #run<O extends EngineOutcome>(task: EngineTask): Promise<EngineAnswer<O> | EngineBusy> {
    const { workers, maxQueue } = this.#options;
    if (this.#underWay >= workers + maxQueue || this.#expectedWait() > MAX_WAIT_MS) return this.#refuse(task);
    const startedAt = performance.now();
    const signal = AbortSignal.timeout(TASK_TIMEOUT_MS);
    try {
      const answer = (await this.#turns(() =>
        this.#pool.run(task, { signal, transferList: transferable(task.sample) }),
      )) as EngineAnswer<O>;
      const { outcome, ms, stages } = answer;
      this.#failing = false;
      this.#pictureMs.add(ms);
      if (task.kind === 'observe') this.#frameMs.add(ms);
      this.#options.onReport?.({
        kind: task.kind,
        ...reportedOutcome(outcome),
        queuedMs: performance.now() - startedAt - ms,
        ms,
        stages,
      });
      return answer;
    } catch (error) {
      this.#failing = true;
      if (signal.aborted) return this.#refuse(task, performance.now() - startedAt);
      this.#report(task, 'failed', performance.now() - startedAt);
      throw error;
    }
  }

  #refuse(task: EngineTask, queuedMs = 0): EngineBusy {
    this.#report(task, 'busy', queuedMs);
    return { outcome: 'busy', retryAfterSeconds: Math.max(1, Math.round(this.#expectedWait() / 1000)) };
  }

  /** How long one more picture would wait for a worker, ms. */
  #expectedWait(): number {
    return (this.queued * (this.#pictureMs.value ?? 0)) / this.#options.workers;
  }

  /** Of a picture that no worker has answered. */
  #report({ kind }: EngineTask, outcome: string, queuedMs: number): void {
    this.#options.onReport?.({ kind, outcome, reasons: [], presentation: null, queuedMs, ms: 0, stages: {} });
  }

  /** After a failure a worker is asked to look at nothing: whether it is mended shows at once, and without traffic. */
  async checkHealth(): Promise<void> {
    if (!this.#failing) return;
    try {
      await this.#pool.run(NOTHING, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
      this.#failing = false;
    } catch {
      throw new EngineUnavailable('no worker answers');
    }
  }

  get workers(): number {
    return this.#options.workers;
  }

  /** Pictures that wait for a worker. */
  get queued(): number {
    return Math.max(0, this.#underWay - this.#options.workers);
  }

  get #underWay(): number {
    return this.#turns.activeCount + this.#turns.pendingCount;
  }

  /** Lets running and waiting work finish, then ends the workers. */
  async close(): Promise<void> {
    // Whatever waits has its turn before this.
    await this.#turns(() => undefined);
    await this.#pool.close();
  }
}

/** The memory of a picture goes to the worker with it: here it would stay until this thread has its old garbage collected. */
function transferable({ buffer, byteLength }: BiometricSample): ArrayBuffer[] {
  const isWhole = buffer instanceof ArrayBuffer && buffer.byteLength === byteLength;
  return isWhole && byteLength >= LEAST_TRANSFER_BYTES ? [buffer] : [];
}

class RunningMean {
  value: number | null = null;

  add(sample: number): void {
    this.value ??= sample;
    this.value += SMOOTHING * (sample - this.value);
  }
}

function outcomeOf<O extends EngineOutcome>(answer: EngineAnswer<O> | EngineBusy): O | EngineBusy {
  return 'ms' in answer ? answer.outcome : answer;
}
