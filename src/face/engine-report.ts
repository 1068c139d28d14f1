import type { QualityReason } from './capture.js';

/** The parts of the way from a picture to an outcome, in their order. */
export const ENGINE_STAGES = [
  'decode',
  'detection',
  'landmarks',
  'quality',
  'presentation',
  'scene',
  'head_pose',
  'recognition',
] as const;
export type EngineStage = (typeof ENGINE_STAGES)[number];

/** Milliseconds; a stage that was not reached is not there. */
export type StageTimes = Readonly<Partial<Record<EngineStage, number>>>;

/** What an engine is asked for: a template of a still, the observation of a frame, the scores of a picture. */
export type EngineTaskKind = 'capture' | 'observe' | 'examine';

/** What became of one picture, for those who watch the engine. It says nothing about whose it was. */
export interface EngineReport {
  readonly kind: EngineTaskKind;
  /** Of the outcome, or `busy`, or `failed` where there was none. */
  readonly outcome: string;
  /** Of a picture of poor quality. */
  readonly reasons: readonly QualityReason[];
  /** Milliseconds from the call to the answer that were not spent in the worker. */
  readonly queuedMs: number;
  /** Milliseconds in the worker. */
  readonly ms: number;
  readonly stages: StageTimes;
}

/** Attributes the time since the lap before to a stage. */
export class StageClock {
  readonly #times: Partial<Record<EngineStage, number>> = {};
  readonly #startedAt = performance.now();
  #lapAt = this.#startedAt;

  lap(stage: EngineStage): void {
    const at = performance.now();
    this.#times[stage] = (this.#times[stage] ?? 0) + at - this.#lapAt;
    this.#lapAt = at;
  }

  get times(): StageTimes {
    return this.#times;
  }

  /** Milliseconds since the clock was started. */
  get elapsed(): number {
    return performance.now() - this.#startedAt;
  }
}
