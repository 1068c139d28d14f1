import { AsyncLocalStorage } from 'node:async_hooks';

import type { EngineReport } from '../face/engine-report.js';

/** One request, as it is traced. Nothing of it says who asked, from where, or for what address. */
export interface RequestTrace {
  /** 32 hexadecimal digits; also in the log lines of the request. */
  readonly traceId: string;
  /** For requests that this one makes (W3C Trace Context, 3.2). */
  readonly traceparent: string;
  engineWorked(report: EngineReport): void;
  end(answer: AnsweredTrace): void;
}

export interface AnsweredTrace {
  /** Null when the client went away before. */
  readonly status: number | null;
  /** Code of the problem that it was refused with; null for none. */
  readonly problem: string | null;
}

/** Where traces go. */
export interface RequestTraces {
  /**
   * @param route the template, never the address
   * @param traceparent as it came; what is none is ignored
   */
  start(request: {
    readonly method: string;
    readonly route: string | undefined;
    readonly traceparent: string | undefined;
  }): RequestTrace;
  /** Sends what there is still to send, for a moment at the most. */
  close(): Promise<void>;
}

/** Carries the trace of a request through all that is done for it; empty while nothing is traced. */
export class CurrentTrace {
  readonly #storage = new AsyncLocalStorage<RequestTrace>();

  run<T>(trace: RequestTrace, work: () => T): T {
    return this.#storage.run(trace, work);
  }

  /** For the header `traceparent` of a call that is made for the request; null when there is none, or it is not traced. */
  readonly traceparent = (): string | null => this.#storage.getStore()?.traceparent ?? null;

  /** For those who watch the engine. */
  readonly engineWorked = (report: EngineReport): void => {
    this.#storage.getStore()?.engineWorked(report);
  };
}
