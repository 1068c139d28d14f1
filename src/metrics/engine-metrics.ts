import { Counter, Histogram, type Registry } from 'prom-client';

import type { EngineReport, EngineTaskKind } from '../face/engine-report.js';
import type { DecisionMetrics } from './decision-metrics.js';
import { addGauge } from './registry.js';

const STAGE_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1];
const WORK_SECONDS = [0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.25, 0.5, 1, 2.5];
const QUEUE_SECONDS = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];

/** What there is to know in advance about the two kinds that a server asks for; others appear when they do. */
const OUTCOMES: Readonly<Record<Exclude<EngineTaskKind, 'examine'>, readonly string[]>> = {
  capture: ['captured', 'presentation_attack', 'poor_quality'],
  observe: ['observed', 'poor_quality'],
};
const FAILURES = ['no_face', 'multiple_faces', 'unsupported_image', 'image_too_large', 'busy', 'failed'];
const KNOWN: ReadonlySet<string> = new Set([...Object.values(OUTCOMES).flat(), 'examined', ...FAILURES]);

/** Pictures on their way through the engine: what became of them, and where their time went. */
export class EngineMetrics {
  readonly #pictures: Counter<'kind' | 'outcome'>;
  readonly #poorQuality: Counter<'kind' | 'reason'>;
  readonly #stages: Histogram<'kind' | 'stage'>;
  readonly #work: Histogram<'kind'>;
  readonly #queue: Histogram<'kind'>;

  constructor(
    private readonly registry: Registry,
    private readonly decisions: DecisionMetrics,
  ) {
    const registers = [registry];
    this.#pictures = new Counter({
      name: 'vultus_engine_pictures_total',
      help: 'Pictures that the engine was given, by what became of them.',
      labelNames: ['kind', 'outcome'],
      registers,
    });
    this.#poorQuality = new Counter({
      name: 'vultus_engine_poor_quality_total',
      help: 'Reasons for which pictures were too poor; one picture can have several.',
      labelNames: ['kind', 'reason'],
      registers,
    });
    this.#stages = new Histogram({
      name: 'vultus_engine_stage_duration_seconds',
      help: 'Time of one stage of the work on a picture.',
      labelNames: ['kind', 'stage'],
      buckets: STAGE_SECONDS,
      registers,
    });
    this.#work = new Histogram({
      name: 'vultus_engine_work_duration_seconds',
      help: 'Time of the whole work on a picture, waiting not included.',
      labelNames: ['kind'],
      buckets: WORK_SECONDS,
      registers,
    });
    this.#queue = new Histogram({
      name: 'vultus_engine_queue_duration_seconds',
      help: 'Time that a picture waited for a worker.',
      labelNames: ['kind'],
      buckets: QUEUE_SECONDS,
      registers,
    });
    for (const [kind, outcomes] of Object.entries(OUTCOMES)) {
      for (const outcome of [...outcomes, ...FAILURES]) this.#pictures.inc({ kind, outcome }, 0);
    }
  }

  /** For `onReport` of an engine. */
  observe({ kind, outcome, reasons, presentation, queuedMs, ms, stages }: EngineReport): void {
    this.#pictures.inc({ kind, outcome: KNOWN.has(outcome) ? outcome : 'other' });
    for (const reason of reasons) this.#poorQuality.inc({ kind, reason });
    if (presentation !== null) this.decisions.presentation('still', presentation);
    // What was turned away at once has not waited.
    if (queuedMs > 0) this.#queue.observe({ kind }, queuedMs / 1000);
    if (ms === 0) return;
    this.#work.observe({ kind }, ms / 1000);
    for (const [stage, stageMs] of Object.entries(stages))
      this.#stages.observe({ kind, stage }, stageMs / 1000);
  }

  readLoad(engine: { readonly workers?: number; readonly queued?: number }): void {
    addGauge(
      this.registry,
      'vultus_engine_workers',
      'Workers that look at pictures: in this process, or in the face recognition services in use.',
      () => engine.workers ?? 0,
    );
    addGauge(
      this.registry,
      'vultus_engine_queue_length',
      'Pictures that wait for a worker of this process now.',
      () => engine.queued ?? 0,
    );
  }
}
