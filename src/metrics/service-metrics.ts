import { Counter, type Registry } from 'prom-client';

import { DecisionMetrics } from './decision-metrics.js';
import { EngineMetrics } from './engine-metrics.js';
import { HttpMetrics } from './http-metrics.js';
import { createRegistry } from './registry.js';

/** All metrics of the face recognition service. */
export class ServiceMetrics {
  readonly registry: Registry;
  readonly http: HttpMetrics;
  readonly engine: EngineMetrics;
  readonly #keys: Counter<'key'>;

  constructor({
    version,
    problemCodes,
    keys,
  }: {
    readonly version: string;
    readonly problemCodes: readonly string[];
    /** How many there are. */
    readonly keys: number;
  }) {
    this.registry = createRegistry({ version });
    this.http = new HttpMetrics(this.registry, problemCodes);
    this.engine = new EngineMetrics(this.registry, new DecisionMetrics(this.registry));
    this.#keys = new Counter({
      name: 'vultus_face_service_calls_by_key_total',
      help: 'Calls that were let in, by the place of their key in FACE_API_KEY: one that nobody uses any more can go.',
      labelNames: ['key'],
      registers: [this.registry],
    });
    for (let place = 1; place <= keys; place++) this.#keys.inc({ key: place }, 0);
  }

  /** @param place of the key in the list, from 1 */
  keyUsed(place: number): void {
    this.#keys.inc({ key: place });
  }
}
