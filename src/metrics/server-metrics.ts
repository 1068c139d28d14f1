import { Counter, type Registry } from 'prom-client';

import type { WebhookAttempt } from '../auth/webhook-delivery.js';
import { DecisionMetrics } from './decision-metrics.js';
import { EngineMetrics } from './engine-metrics.js';
import { HttpMetrics } from './http-metrics.js';
import { LiveMetrics } from './live-metrics.js';
import { createRegistry } from './registry.js';
import { SecurityMetrics } from './security-metrics.js';
import { type HealthReading, type ReadableGate, addHealthGauge, addUploadGauges } from './state-gauges.js';

/** What was being done when the storage could not be reached. */
const STORAGE_USES = ['request', 'live_session', 'housekeeping', 'health_check'] as const;
const WEBHOOK_ATTEMPTS = ['taken', 'postponed', 'abandoned'] as const satisfies readonly WebhookAttempt[];

/** All metrics of the server. */
export class ServerMetrics {
  readonly registry: Registry;
  readonly http: HttpMetrics;
  readonly engine: EngineMetrics;
  readonly security: SecurityMetrics;
  readonly live: LiveMetrics;
  readonly #storageErrors: Counter<'during'>;
  readonly #webhooks: Counter<'outcome'>;

  constructor({
    version,
    problemCodes,
  }: {
    readonly version: string;
    readonly problemCodes: readonly string[];
  }) {
    this.registry = createRegistry({ version });
    const decisions = new DecisionMetrics(this.registry);
    this.http = new HttpMetrics(this.registry, problemCodes);
    this.engine = new EngineMetrics(this.registry, decisions);
    this.security = new SecurityMetrics(this.registry, decisions);
    this.live = new LiveMetrics(this.registry, decisions);
    const registers = [this.registry];
    this.#storageErrors = new Counter({
      name: 'vultus_storage_errors_total',
      help: 'How often the storage could not be reached, opened or written to.',
      labelNames: ['during'],
      registers,
    });
    this.#webhooks = new Counter({
      name: 'vultus_webhook_deliveries_total',
      help: 'Attempts to deliver a message to WEBHOOK_URL.',
      labelNames: ['outcome'],
      registers,
    });
    for (const during of STORAGE_USES) this.#storageErrors.inc({ during }, 0);
    for (const outcome of WEBHOOK_ATTEMPTS) this.#webhooks.inc({ outcome }, 0);
  }

  storageFailed(during: (typeof STORAGE_USES)[number]): void {
    this.#storageErrors.inc({ during });
  }

  webhookTried(outcome: WebhookAttempt): void {
    this.#webhooks.inc({ outcome });
  }

  readUploads(gate: ReadableGate): void {
    addUploadGauges(this.registry, gate);
  }

  /** @param check answers quickly, and whatever may fail */
  readHealth(check: HealthReading): void {
    addHealthGauge(this.registry, check);
  }
}
