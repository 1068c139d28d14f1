import type { FastifyBaseLogger } from 'fastify';

import { toProblem } from './problem.filter.js';
import { Problem } from './problems.js';

export type CheckResult = 'ok' | 'failed';

export interface HealthCheck {
  readonly name: string;
  /** Throws what a request would run into now. */
  readonly run: () => Promise<void>;
  /** What it throws when it fails; also for one that gives no answer. */
  readonly unavailable: new (reason: string) => Error;
}

interface HealthReport {
  readonly checks: Readonly<Record<string, CheckResult>>;
  /** Of the first check that failed; null when all is well. */
  readonly fault: Error | null;
}

/** No answer after this time is a failure: whoever asks does not wait much longer. */
const PATIENCE_MS = 3000;
/** How long an answer is good for, however many ask. */
const FRESH_MS = 1000;
const STOPPED_RETRY_SECONDS = 5;

/** What must work for requests to be served, and whether the server is on its way out. */
export class Readiness {
  #stopping = false;
  #latest: { readonly at: number; readonly report: Promise<HealthReport> } | null = null;
  #wasReady = true;

  constructor(
    private readonly deps: {
      readonly checks: readonly HealthCheck[];
      readonly logger: Pick<FastifyBaseLogger, 'error' | 'info'>;
      readonly onFailure?: (check: string) => void;
      readonly now: () => number;
      readonly patienceMs?: number;
    },
  ) {}

  /** From now on it answers `stopping`, so that load balancers look elsewhere. */
  stop(): void {
    this.#stopping = true;
  }

  /** @throws Problem `stopping`, or that of the first check that fails, with the state of all of them */
  async check(): Promise<Readonly<Record<string, 'ok'>>> {
    if (this.#stopping) throw new Problem('stopping', { retryAfterSeconds: STOPPED_RETRY_SECONDS });
    const { checks, fault } = await this.#report();
    if (fault === null) return checks as Readonly<Record<string, 'ok'>>;
    const { code, options } = toProblem(fault);
    throw new Problem(code, { ...options, checks });
  }

  /** The state of each check, whether all is well or not. */
  async results(): Promise<Readonly<Record<string, CheckResult>>> {
    return (await this.#report()).checks;
  }

  #report(): Promise<HealthReport> {
    const now = this.deps.now();
    if (this.#latest === null || now - this.#latest.at >= FRESH_MS) {
      this.#latest = { at: now, report: this.#look() };
    }
    return this.#latest.report;
  }

  async #look(): Promise<HealthReport> {
    const faults = await Promise.all(this.deps.checks.map((check) => this.#faultOf(check)));
    const checks = Object.fromEntries(
      this.deps.checks.map(({ name }, i): [string, CheckResult] => [name, faults[i] ? 'failed' : 'ok']),
    );
    const fault = faults.find((error) => error !== null) ?? null;
    this.#tell(checks, fault);
    return { checks, fault };
  }

  async #faultOf({ name, run, unavailable: Unavailable }: HealthCheck): Promise<Error | null> {
    const patience = this.deps.patienceMs ?? PATIENCE_MS;
    let timer: NodeJS.Timeout | undefined;
    const timeout = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Unavailable(`no answer within ${patience / 1000} s`));
      }, patience);
    });
    try {
      await Promise.race([run(), timeout]);
      return null;
    } catch (error) {
      this.deps.onFailure?.(name);
      if (error instanceof Unavailable) return error;
      // Nobody knows what the message of any other would quote.
      return new Unavailable(error instanceof Error ? error.name : 'unknown');
    } finally {
      clearTimeout(timer);
    }
  }

  /** When it turns, and not each time that somebody asks. */
  #tell(checks: HealthReport['checks'], fault: Error | null): void {
    const isReady = fault === null;
    if (isReady === this.#wasReady) return;
    this.#wasReady = isReady;
    if (isReady) this.deps.logger.info({ checks }, 'ready again');
    else this.deps.logger.error({ checks, reason: fault.message }, 'not ready');
  }
}
