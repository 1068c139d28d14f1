import { Counter, type Registry } from 'prom-client';

import type { SecurityAction, SecurityEvent, SecurityEvents } from '../auth/security-event.js';
import type { DecisionMetrics } from './decision-metrics.js';

const FACTORS: Readonly<Partial<Record<SecurityAction, string>>> = {
  sign_in_password: 'password',
  sign_in_face: 'face',
  sign_in_passkey: 'passkey',
  sign_in_recovery_code: 'recovery_code',
};

const LOCK_OUTS = ['attempts_delayed', 'face_suspended'] as const satisfies readonly SecurityAction[];

/** Why sign-ins end as they do, as far as their events say. */
const REASONS: ReadonlySet<string> = new Set([
  'invalid_credentials',
  'second_factor_required',
  'unknown_device',
  'face_mismatch',
  'presentation_attack',
  'live_attempt',
  'passkey_rejected',
  'invalid_recovery_code',
]);

/** What the audit log has, as numbers: nothing of whom it is about. */
export class SecurityMetrics {
  readonly #events: Counter<'action' | 'outcome'>;
  readonly #signIns: Counter<'factor' | 'outcome' | 'reason'>;
  readonly #lockOuts: Counter<'kind'>;

  constructor(
    registry: Registry,
    private readonly decisions: DecisionMetrics,
  ) {
    const registers = [registry];
    this.#events = new Counter({
      name: 'vultus_security_events_total',
      help: 'Entries of the audit log.',
      labelNames: ['action', 'outcome'],
      registers,
    });
    this.#signIns = new Counter({
      name: 'vultus_sign_ins_total',
      help: 'Factors that were shown in sign-ins, by whether they were accepted and why not.',
      labelNames: ['factor', 'outcome', 'reason'],
      registers,
    });
    this.#lockOuts = new Counter({
      name: 'vultus_lock_outs_total',
      help: 'Accounts whose further attempts have to wait, or whose face is not accepted any more.',
      labelNames: ['kind'],
      registers,
    });
    for (const kind of LOCK_OUTS) this.#lockOuts.inc({ kind }, 0);
  }

  /** @param isLive whether it comes of a live session */
  count({ action, outcome, reason, scores }: SecurityEvent, isLive: boolean): void {
    this.#events.inc({ action, outcome });
    const kind = LOCK_OUTS.find((lockOut) => lockOut === action);
    if (kind) this.#lockOuts.inc({ kind });
    const factor = FACTORS[action];
    if (factor === undefined) return;
    this.#signIns.inc({ factor, outcome, reason: reasonLabel(reason) });
    if (action !== 'sign_in_face') return;
    if (reason === 'face_mismatch') this.decisions.comparison(isLive ? 'live' : 'still', 'non_match');
    // A live session is counted when it ends; its client may collect what it has earned later, without a score.
    if (outcome === 'success' && !isLive && scores) this.decisions.comparison('still', 'match');
  }
}

/** Counts what has been noted down, and nothing that could not be. */
export class MeteredSecurityEvents implements SecurityEvents {
  constructor(
    private readonly events: SecurityEvents,
    private readonly metrics: SecurityMetrics,
    private readonly isLive: () => boolean,
  ) {}

  async record(event: SecurityEvent): Promise<void> {
    await this.events.record(event);
    this.metrics.count(event, this.isLive());
  }
}

function reasonLabel(reason: string | undefined): string {
  if (reason === undefined) return 'none';
  return REASONS.has(reason) ? reason : 'other';
}
