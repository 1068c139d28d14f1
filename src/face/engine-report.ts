import type { CaptureOutcome, QualityReason } from './capture.js';
import type { ExaminationOutcome } from './frame-examination.js';
import type { FrameOutcome } from './frame-observation.js';
import type { PresentationDecision } from './presentation-attack.js';

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
  /** Of a capture; null where it did not come so far. Frames are decided about together, when their session ends. */
  readonly presentation: PresentationDecision | null;
  /** Milliseconds from the call to the answer that were not spent in the worker. */
  readonly queuedMs: number;
  /** Milliseconds in the worker. */
  readonly ms: number;
  readonly stages: StageTimes;
}

/** What a report says about an outcome. */
export function reportedOutcome(
  outcome: CaptureOutcome | FrameOutcome | ExaminationOutcome,
): Pick<EngineReport, 'outcome' | 'reasons' | 'presentation'> {
  return {
    outcome: outcome.outcome,
    reasons: outcome.outcome === 'poor_quality' ? outcome.reasons : [],
    presentation: presentationOf(outcome),
  };
}

function presentationOf(
  outcome: CaptureOutcome | FrameOutcome | ExaminationOutcome,
): PresentationDecision | null {
  if (outcome.outcome === 'captured') return outcome.presentation;
  return outcome.outcome === 'presentation_attack' ? 'attack' : null;
}

/** Hands each report on to all who watch; they must not throw. */
export class EngineReports {
  readonly #watchers: ((report: EngineReport) => void)[] = [];

  /** For `onReport` of an engine, which may be there before its watchers are. */
  readonly publish = (report: EngineReport): void => {
    for (const watch of this.#watchers) watch(report);
  };

  watch(watcher: (report: EngineReport) => void): void {
    this.#watchers.push(watcher);
  }
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
