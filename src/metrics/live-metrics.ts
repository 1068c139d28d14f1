import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

import type { LivePurpose } from '../auth/live-tickets.js';
import type { PresentationDecision } from '../face/presentation-attack.js';
import type { DecisionMetrics } from './decision-metrics.js';

const SECONDS = [1, 2.5, 5, 7.5, 10, 15, 20, 30, 45, 60];

export interface EndedSession {
  readonly purpose: LivePurpose;
  readonly transport: 'socket' | 'http';
  readonly outcome: 'verified' | 'passed' | 'enrolled' | 'failed' | 'interrupted' | 'error';
  /** A stable code; null for none. */
  readonly reason: string | null;
  readonly seconds: number;
}

/** Live sessions of this process. */
export class LiveMetrics {
  readonly #underWay: Gauge;
  readonly #ended: Counter<'purpose' | 'transport' | 'outcome' | 'reason'>;
  readonly #durations: Histogram<'purpose' | 'outcome'>;

  constructor(
    registry: Registry,
    private readonly decisions: DecisionMetrics,
  ) {
    const registers = [registry];
    this.#underWay = new Gauge({
      name: 'vultus_live_sessions',
      help: 'Live sessions that are under way.',
      registers,
    });
    this.#ended = new Counter({
      name: 'vultus_live_sessions_ended_total',
      help: 'Live sessions that have ended, by what came of them.',
      labelNames: ['purpose', 'transport', 'outcome', 'reason'],
      registers,
    });
    this.#durations = new Histogram({
      name: 'vultus_live_session_duration_seconds',
      help: 'How long live sessions took.',
      labelNames: ['purpose', 'outcome'],
      buckets: SECONDS,
      registers,
    });
  }

  opened(): void {
    this.#underWay.inc();
  }

  /** All steps were answered, and this was made of the frames. */
  judged(presentation: PresentationDecision): void {
    this.decisions.presentation('live', presentation);
  }

  ended({ purpose, transport, outcome, reason, seconds }: EndedSession): void {
    this.#underWay.dec();
    this.#ended.inc({ purpose, transport, outcome, reason: reason ?? 'none' });
    this.#durations.observe({ purpose, outcome }, seconds);
    if (outcome === 'verified' || outcome === 'passed') this.decisions.comparison('live', 'match');
  }
}
