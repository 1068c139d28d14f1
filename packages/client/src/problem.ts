import type { components } from './api-types.js';

/** As the server sends it: RFC 9457 with members of its own. */
export type ProblemBody = components['schemas']['Problem'];
/** Stable; branch on this. docs/errors.md says when each comes and what to do. */
export type ProblemCode = ProblemBody['code'];
export type FieldError = NonNullable<ProblemBody['errors']>[number];

/** The server understood and refused. */
export class VultusProblem extends Error {
  override readonly name = 'VultusProblem';
  readonly code: ProblemCode;
  /** Of HTTP. */
  readonly status: number;
  readonly title: string;
  /** A sentence in English for the person in front of the screen. */
  readonly detail: string;
  /** Give it to the operator: it finds the request in the log. */
  readonly requestId: string;
  /** Of `poor_quality`: what is wrong with the picture; of a live session: why it was not passed. */
  readonly reasons: readonly string[];
  /** What is wrong with single fields. */
  readonly errors: readonly FieldError[];

  /** @param retryAfter seconds until it may be tried again, where the server said so */
  constructor(
    body: ProblemBody,
    readonly retryAfter?: number,
  ) {
    super(body.detail);
    this.code = body.code;
    this.status = body.status;
    this.title = body.title;
    this.detail = body.detail;
    this.requestId = body.request_id;
    this.reasons = body.reasons ?? [];
    this.errors = body.errors ?? [];
  }
}

/** There was no answer, or none of a Vultus server: no network, a time-out, a proxy, an origin that CORS refuses. */
export class ServerUnreachable extends Error {
  override readonly name = 'ServerUnreachable';
}

/** A live session ended without a result. Open another one: nothing can be resumed. */
export class LiveConnectionLost extends Error {
  override readonly name = 'LiveConnectionLost';

  /** @param closeCode of the WebSocket (docs/live-protocol.md says what each asks for); null over plain calls */
  constructor(readonly closeCode: number | null) {
    super(`The connection of the live session was lost${closeCode === null ? '' : ` (${closeCode})`}.`);
  }
}

/** By its name: the element brings a copy of this package, whose errors are no instances of this class. */
function isAnyProblem(error: unknown): error is VultusProblem {
  return error instanceof Error && error.name === 'VultusProblem';
}

/** @param codes any of which it must have; whatever code without them */
export function isProblem(error: unknown, ...codes: readonly ProblemCode[]): error is VultusProblem {
  return isAnyProblem(error) && (codes.length === 0 || codes.includes(error.code));
}

/** Whether a live session ended without a result. */
export function isConnectionLost(error: unknown): error is LiveConnectionLost {
  return error instanceof Error && error.name === 'LiveConnectionLost';
}

export function isProblemBody(body: unknown): body is ProblemBody {
  return (
    typeof body === 'object' && body !== null && 'code' in body && 'detail' in body && 'request_id' in body
  );
}
