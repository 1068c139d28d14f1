import { Counter, type Registry } from 'prom-client';

import type { PresentationDecision } from '../face/presentation-attack.js';

/** From what a decision was made: a single picture, or a live session. */
export type Means = 'still' | 'live';

const DECISIONS = ['bona_fide', 'attack', 'not_checked'] as const satisfies readonly PresentationDecision[];
const COMPARISONS = ['match', 'non_match'] as const;

/** What was decided about faces, counted, and never how alike they were or whose. */
export class DecisionMetrics {
  readonly #presentations: Counter<'means' | 'decision'>;
  readonly #comparisons: Counter<'means' | 'decision'>;

  constructor(registry: Registry) {
    this.#presentations = new Counter({
      name: 'vultus_presentation_decisions_total',
      help: 'Decisions of presentation attack detection, in sign-ins and enrolments.',
      labelNames: ['means', 'decision'],
      registers: [registry],
    });
    this.#comparisons = new Counter({
      name: 'vultus_match_decisions_total',
      help: 'Decisions of comparisons with the reference of the account that somebody signs in to.',
      labelNames: ['means', 'decision'],
      registers: [registry],
    });
    for (const means of ['still', 'live'] as const) {
      for (const decision of DECISIONS) this.#presentations.inc({ means, decision }, 0);
      for (const decision of COMPARISONS) this.#comparisons.inc({ means, decision }, 0);
    }
  }

  presentation(means: Means, decision: PresentationDecision): void {
    this.#presentations.inc({ means, decision });
  }

  comparison(means: Means, decision: (typeof COMPARISONS)[number]): void {
    this.#comparisons.inc({ means, decision });
  }
}
