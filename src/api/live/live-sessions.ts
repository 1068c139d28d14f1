import type { FastifyBaseLogger } from 'fastify';

import { AuthError } from '../../auth/auth-error.js';
import { FrameCapacity } from '../../auth/frame-capacity.js';
import type { LiveEnrolment } from '../../auth/live-enrolment.js';
import {
  LIVE_SESSION_SECONDS,
  type LiveMessage,
  type LiveResult,
  LiveSession,
} from '../../auth/live-session.js';
import type { LiveSubject } from '../../auth/live-subject.js';
import type { LivePurpose, LiveTicket, LiveTickets } from '../../auth/live-tickets.js';
import type { LiveVerification } from '../../auth/live-verification.js';
import type { RequestOrigin, RequestOrigins } from '../../auth/request-origin.js';
import { EngineUnavailable } from '../../face/biometric-engine.js';
import type { FrameObserver } from '../../face/frame-observation.js';
import type { ChallengeSource } from '../../face/live/challenge.js';
import type { LiveMetrics } from '../../metrics/live-metrics.js';
import { StorageUnavailable } from '../../storage/port.js';
import { Problem } from '../problems.js';

/** How a session reaches its client. */
interface LiveTransport {
  readonly name: 'socket' | 'http';
  /** Frames that may wait for being judged. */
  readonly maxWaiting: number;
  readonly requestId: string;
  readonly onMessage: (message: LiveMessage) => void;
}

/** Nobody checks more faces at once; who does fills the places of others. */
const MAX_SESSIONS_AN_ACCOUNT = 3;

/** The live sessions of this process: admits as many as may be, and one at a time for each sign-in or enrolment. */
export class LiveSessions {
  readonly #open = new Map<string, { readonly session: LiveSession; readonly accountId: string }>();
  readonly #capacity: FrameCapacity;
  #opening = 0;
  #closing = false;

  constructor(
    private readonly deps: {
      readonly tickets: LiveTickets;
      readonly verification: LiveVerification;
      readonly enrolment: LiveEnrolment;
      readonly observer: FrameObserver;
      readonly challenges: ChallengeSource;
      readonly origins: RequestOrigins;
      readonly maxSessions: number;
      /** Whether this server makes live checks at all. */
      readonly offered: boolean;
      readonly now: () => number;
      readonly logger: FastifyBaseLogger;
      readonly metrics: LiveMetrics;
      readonly onStorageFailure: () => void;
    },
  ) {
    this.#capacity = new FrameCapacity(deps.observer);
  }

  /** @throws Problem `live_check_not_offered` */
  requireOffered(): void {
    if (!this.deps.offered) throw new Problem('live_check_not_offered');
  }

  /** @throws AuthError `invalid_token` */
  readTicket(ticket: string, purpose: LivePurpose) {
    return this.deps.tickets.read(ticket, purpose);
  }

  /** @throws Problem `live_session_not_found` for a ticket that is too old to open a session with */
  requireOpenable({ expiresAt }: { readonly expiresAt: number }): void {
    if (this.deps.now() > expiresAt - LIVE_SESSION_SECONDS * 1000)
      throw new Problem('live_session_not_found');
  }

  /**
   * Spends the ticket and opens its session.
   *
   * @throws AuthError `invalid_token`, `too_many_attempts`, `reference_incompatible`; Problem `busy`,
   *         `live_session_not_found`
   */
  async open(
    ticket: LiveTicket & { readonly expiresAt: number },
    transport: LiveTransport,
  ): Promise<LiveSession> {
    this.requireOffered();
    const ofAccount = [...this.#open.values()].filter(({ accountId }) => accountId === ticket.accountId);
    if (
      this.#closing ||
      this.#open.size + this.#opening >= this.deps.maxSessions ||
      ofAccount.length >= MAX_SESSIONS_AN_ACCOUNT
    ) {
      throw new Problem('busy', {
        detail: 'As many live checks as this server can make are under way. Try again in a moment.',
        retryAfterSeconds: 10,
      });
    }
    this.#opening++;
    try {
      await this.#spend(ticket, transport);
      const { verification, enrolment, observer, challenges, now } = this.deps;
      const origin: RequestOrigin = {
        requestId: transport.requestId,
        deviceToken: null,
        ...ticket.origin,
        isLive: true,
      };
      const subjects = ticket.purpose === 'verification' ? verification : enrolment;
      const subject = await this.deps.origins.run(origin, () => subjects.subjectOf(ticket));
      const key = `${ticket.purpose} ${ticket.boundTo}`;
      this.#open.get(key)?.session.interrupt('superseded');
      const openedAt = now();
      const session: LiveSession = new LiveSession({
        subject: within(this.deps.origins, origin, this.#measured(subject)),
        observer,
        capacity: this.#capacity,
        challenges,
        maxWaiting: transport.maxWaiting,
        now,
        onMessage: (message) => {
          if (message.type === 'result') {
            if (this.#open.get(key)?.session === session) this.#open.delete(key);
            this.#log(ticket, transport, message.result, {
              frames: session.framesJudged,
              ms: now() - openedAt,
            });
          }
          try {
            transport.onMessage(message);
          } catch (error) {
            // Of one connection; it must not end the process, and with it the sessions of everybody else.
            this.deps.logger.error({ request_id: transport.requestId, err: error }, 'live message not sent');
          }
        },
      });
      this.#open.set(key, { session, accountId: ticket.accountId });
      this.deps.metrics.opened();
      return session;
    } finally {
      this.#opening--;
    }
  }

  #measured(subject: LiveSubject): LiveSubject {
    return {
      purpose: subject.purpose,
      requireAlive: () => subject.requireAlive(),
      reserveAttempt: () => subject.reserveAttempt(),
      settle: (evidence) => {
        this.deps.metrics.judged(evidence.presentation);
        return subject.settle(evidence);
      },
    };
  }

  /** A ticket is worth one try, whatever comes of it. */
  async #spend(ticket: LiveTicket & { readonly expiresAt: number }, { name }: LiveTransport): Promise<void> {
    try {
      await this.deps.tickets.spend(ticket);
    } catch (error) {
      // Without a socket a ticket comes with every call: one that is spent names a session that is not here.
      throw name === 'http' && error instanceof AuthError ? new Problem('live_session_not_found') : error;
    }
  }

  /** What nobody expected before there was a session; what they were told does not say. */
  logFault(error: unknown, requestId: string): void {
    this.deps.logger.error({ request_id: requestId, err: error }, 'live handshake failed');
  }

  /** Tells every client that the server stops; no session is opened any more. */
  closeAll(): void {
    this.#closing = true;
    for (const { session } of [...this.#open.values()]) session.interrupt('shutting_down');
  }

  /** One line a session, without who it was, what was seen, or how alike it was. */
  #log(
    { purpose }: LiveTicket,
    { name, requestId }: LiveTransport,
    result: LiveResult,
    measured: { frames: number; ms: number },
  ): void {
    this.deps.metrics.ended({
      purpose,
      transport: name,
      outcome: result.outcome,
      reason: reasonOf(result).reason ?? null,
      seconds: measured.ms / 1000,
    });
    if (result.outcome === 'error' && result.error instanceof StorageUnavailable)
      this.deps.onStorageFailure();
    const line = {
      request_id: requestId,
      purpose,
      transport: name,
      outcome: result.outcome,
      ...reasonOf(result),
      ...measured,
    };
    const fault = result.outcome === 'error' && !(result.error instanceof AuthError);
    if (fault) this.deps.logger.error(line, 'live session');
    else this.deps.logger.info(line, 'live session');
  }
}

/** What a session does frames later still comes from the request that asked for its ticket. */
function within(origins: RequestOrigins, origin: RequestOrigin, subject: LiveSubject): LiveSubject {
  return {
    purpose: subject.purpose,
    requireAlive: () => origins.run(origin, () => subject.requireAlive()),
    reserveAttempt: () => origins.run(origin, () => subject.reserveAttempt()),
    settle: (evidence) => origins.run(origin, () => subject.settle(evidence)),
  };
}

function reasonOf(result: LiveResult): { readonly reason?: string; readonly err?: unknown } {
  switch (result.outcome) {
    case 'verified':
    case 'passed':
    case 'enrolled':
      return {};
    case 'failed':
      return { reason: result.failure };
    case 'interrupted':
      return { reason: result.by };
    case 'error':
      // An outage is one line, and no stack that says nothing about it.
      if (result.error instanceof EngineUnavailable) return { reason: 'face_service_unavailable' };
      return result.error instanceof AuthError ? { reason: result.error.code } : { err: result.error };
  }
}
