import { Counter, Histogram, type Registry } from 'prom-client';

const SECONDS = [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];

/** Whatever else a client calls a method is counted as one. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

export interface AnsweredRequest {
  readonly method: string;
  /** The template of the route, never the address: that is the client's to choose. */
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
  /** Code of the problem that it was refused with; null for none. */
  readonly problem: string | null;
}

/** Requests that were answered. One whose client went away before is not. */
export class HttpMetrics {
  readonly #durations: Histogram<'method' | 'route' | 'status'>;
  readonly #problems: Counter<'code'>;

  /** @param problemCodes all that there are, so that each begins at 0 */
  constructor(registry: Registry, problemCodes: readonly string[]) {
    this.#durations = new Histogram({
      name: 'vultus_http_request_duration_seconds',
      help: 'Time from the head of a request to the end of its answer.',
      labelNames: ['method', 'route', 'status'],
      buckets: SECONDS,
      registers: [registry],
    });
    this.#problems = new Counter({
      name: 'vultus_http_problems_total',
      help: 'Requests that were refused, by the code of the problem.',
      labelNames: ['code'],
      registers: [registry],
    });
    for (const code of problemCodes) this.#problems.inc({ code }, 0);
  }

  observe({ method, route, status, seconds, problem }: AnsweredRequest): void {
    const labels = { method: METHODS.has(method) ? method : 'other', route, status };
    this.#durations.observe(labels, seconds);
    if (problem !== null) this.#problems.inc({ code: problem });
  }
}
