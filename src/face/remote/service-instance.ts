import {
  BrokenCircuitError,
  type CircuitBreakerPolicy,
  CircuitState,
  ConsecutiveBreaker,
  circuitBreaker,
  handleType,
} from 'cockatiel';

import type { ServiceConnection } from './service-connection.js';
import type { ServiceCall, ServiceProtocol } from './service-protocol.js';
import { CHECK_TIMEOUT_MS, type ServiceTiming } from './service-timing.js';
import { watched } from './watched-call.js';
import {
  ServiceFailure,
  type ServiceFacts,
  type ServiceObjection,
  type ServiceReply,
} from './service-reply.js';

/** Where the words for the operator go. */
export interface ServiceLog {
  info(sentence: string): void;
  warn(sentence: string): void;
}

export interface FailedCall {
  readonly kind: 'failed';
  /** After `connection_lost` the same one may be asked again; one that is `slow` has looked at other pictures meanwhile. */
  readonly how: 'connection_lost' | 'slow' | 'out_of_order';
}

/** Failures one after the other after which a service gets no pictures any more, until it answers a question. */
const FAILURES_BEFORE_OUT = 3;
/** Not waited for any longer, but not out of order: it has looked at other pictures meanwhile. */
class SlowService extends Error {}

/**
 * One face recognition service: given pictures while it is in order. One that fails several times in a row, or that has
 * to be changed first, gets none; it is asked from time to time whether it is fit again, and no picture is risked for it.
 */
export class ServiceInstance {
  readonly #connection: ServiceConnection;
  readonly #protocol: ServiceProtocol;
  readonly #log: ServiceLog;
  readonly #timing: ServiceTiming;
  readonly #breaker: CircuitBreakerPolicy;
  /** Why it must not be asked although it answers, or has not been asked yet; null where nothing speaks against it. */
  #objection: string | null;
  #failure = '';
  /** The breaker has opened, and that was said. */
  #isOut = false;
  #workers = 1;
  #inFlight = 0;
  #answeredAt = -Infinity;
  #lookedAt = -Infinity;
  #alive: Promise<boolean> | null = null;
  #recheck: NodeJS.Timeout | undefined;
  #closed = false;

  /** @param met what it answered at the start; null where it did not */
  constructor(
    connection: ServiceConnection,
    protocol: ServiceProtocol,
    log: ServiceLog,
    met: ServiceFacts | null,
    timing: ServiceTiming,
  ) {
    this.#timing = timing;
    this.#breaker = circuitBreaker(handleType(ServiceFailure), {
      halfOpenAfter: timing.restMs,
      breaker: new ConsecutiveBreaker(FAILURES_BEFORE_OUT),
    });
    if (met) this.#answeredAt = performance.now();
    this.#connection = connection;
    this.#protocol = protocol;
    this.#log = log;
    this.#objection = met ? null : 'has not answered yet';
    if (met) this.#note(met);
    else this.#recheckAfter(this.#timing.recheckMs);
    this.#breaker.onBreak(() => {
      this.#recheckAfter(this.#timing.recheckMs);
      // It opens anew with every question that is not answered.
      if (this.#objection !== null || this.#isOut) return;
      this.#isOut = true;
      this.#say('warn', `gets no pictures any more, for it ${this.#failure}`);
    });
    this.#breaker.onReset(() => {
      this.#isOut = false;
      if (this.usable) this.#say('info', 'is used again');
    });
  }

  /** Whether it may be given a picture. */
  get usable(): boolean {
    return this.#objection === null && this.#breaker.state === CircuitState.Closed && !this.#closed;
  }

  get workers(): number {
    return this.#workers;
  }

  /** How much there would be for each of its workers with one picture more. */
  get load(): number {
    return (this.#inFlight + 1) / this.#workers;
  }

  /** When it last answered anything, on the clock of `performance.now`. */
  get answeredAt(): number {
    return this.#answeredAt;
  }

  /**
   * @param leftMs how long it may take at most
   * @param hasOther whether another service could be asked instead, when it has taken long
   * @throws Error for a fault of ours
   */
  async ask<T>(
    call: ServiceCall<T>,
    leftMs: number,
    hasOther: () => boolean,
  ): Promise<ServiceReply<T> | FailedCall> {
    const { callMs, doubtMs } = this.#timing;
    this.#inFlight++;
    try {
      const reply = await this.#throughBreaker(() =>
        this.#look((signal) => call(this.#connection, signal), {
          withinMs: leftMs,
          patienceMs: callMs,
          isGivenUp: hasOther,
          everyMs: doubtMs,
          isAlive: () => this.#isAlive(),
        }),
      );
      if (reply.kind === 'objection') this.#object(reply);
      return reply;
    } catch (error) {
      if (error instanceof ServiceFailure)
        return { kind: 'failed', how: error.kind === 'connection_lost' ? error.kind : 'out_of_order' };
      if (error instanceof SlowService) return { kind: 'failed', how: 'slow' };
      if (error instanceof BrokenCircuitError) return { kind: 'failed', how: 'out_of_order' };
      throw error;
    } finally {
      this.#inFlight--;
    }
  }

  async #look<T>(
    call: (signal: AbortSignal) => Promise<T>,
    watch: Parameters<typeof watched>[1],
  ): Promise<T> {
    const startedAt = performance.now();
    try {
      const reply = await watched(call, watch);
      this.#lookedAt = performance.now();
      return reply;
    } catch (error) {
      const isLate = error instanceof ServiceFailure && error.kind === 'late';
      throw isLate && this.#lookedAt > startedAt ? new SlowService() : error;
    }
  }

  /** One with much to do still answers a question; one that is frozen, or cut off, does not. */
  async #isAlive(): Promise<boolean> {
    if (performance.now() - this.#answeredAt < this.#timing.doubtMs) return true;
    // One question for all pictures that wait there.
    this.#alive ??= this.#answersQuestion();
    return this.#alive;
  }

  async #answersQuestion(): Promise<boolean> {
    try {
      await watched((signal) => this.#protocol.check(this.#connection, signal), {
        withinMs: CHECK_TIMEOUT_MS,
      });
      this.#answeredAt = performance.now();
      return true;
    } catch {
      return false;
    } finally {
      this.#alive = null;
    }
  }

  /** Asks it whether it is fit. Never throws. */
  async check(): Promise<void> {
    try {
      // Noted before the breaker closes: no picture is to slip through to one that has come back with other models.
      await this.#throughBreaker(async () => {
        const answer = await watched((signal) => this.#protocol.check(this.#connection, signal), {
          withinMs: CHECK_TIMEOUT_MS,
        });
        if (answer.kind === 'fit') this.#note(answer);
        else this.#object(answer);
      });
    } catch {
      // The breaker has counted it; one that is open asks nothing.
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#recheck);
    await this.#connection.close();
  }

  async #throughBreaker<T>(call: () => Promise<T>): Promise<T> {
    return this.#breaker.execute(async () => {
      try {
        const answer = await call();
        this.#answeredAt = performance.now();
        return answer;
      } catch (error) {
        if (error instanceof ServiceFailure) this.#failure = error.message;
        throw error;
      }
    });
  }

  #note({ workers }: ServiceFacts): void {
    this.#workers = workers;
    if (this.#objection === null) return;
    this.#objection = null;
    // While the breaker still holds it back, its reset says so.
    if (this.usable) this.#say('info', 'is used from now on');
  }

  /** Once for each reason, not with every picture that would have gone there. */
  #object({ sentence }: ServiceObjection): void {
    if (this.#objection !== sentence) this.#say('warn', `is not used: it ${sentence}`);
    this.#objection = sentence;
    this.#recheckAfter(this.#timing.mendMs);
  }

  #recheckAfter(ms: number): void {
    if (this.#recheck !== undefined || this.#closed) return;
    const recheck = async (): Promise<void> => {
      this.#recheck = undefined;
      await this.check();
      if (!this.usable) this.#recheckAfter(this.#timing.recheckMs);
    };
    this.#recheck = setTimeout(() => void recheck(), ms);
    this.#recheck.unref();
  }

  #say(level: keyof ServiceLog, what: string): void {
    if (!this.#closed) this.#log[level](`The face recognition service at ${this.#connection.url} ${what}.`);
  }
}
