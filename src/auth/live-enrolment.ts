import type { AuthenticatedCaller, Sessions } from './sessions.js';
import { AuthError } from './auth-error.js';
import type { FaceEnrolment } from './face-enrolment.js';
import type { LiveRecords } from './live-records.js';
import type { LiveSubject } from './live-subject.js';
import type { LiveTicket, LiveTickets } from './live-tickets.js';

/** Enrols a face with a live session. */
export class LiveEnrolment {
  constructor(
    private readonly deps: {
      readonly enrolment: FaceEnrolment;
      readonly sessions: Sessions;
      readonly tickets: LiveTickets;
      readonly records: LiveRecords;
      /** How long ago the caller may have signed in. */
      readonly reauthenticationSeconds: number;
      readonly now: () => number;
    },
  ) {}

  /** @throws AuthError `reauthentication_required` when the caller signed in too long ago */
  async issueTicket({ account, session }: AuthenticatedCaller) {
    const age = this.deps.now() - session.createdAt;
    if (age > this.deps.reauthenticationSeconds * 1000) throw new AuthError('reauthentication_required');
    return this.deps.tickets.issue('enrolment', account.id, session.id);
  }

  /** @throws AuthError `invalid_token` when the session behind the ticket has ended */
  async subjectOf({ accountId, boundTo }: LiveTicket): Promise<LiveSubject> {
    const { enrolment, records, sessions } = this.deps;
    const caller = await sessions.find(accountId, boundTo);
    return {
      purpose: 'enrolment',
      requireAlive: async () => {
        await sessions.find(accountId, boundTo);
      },
      // Nobody guesses at their own enrolment.
      reserveAttempt: async () => undefined,
      settle: async (evidence) => {
        const { template, presentation, traces } = evidence;
        if (presentation !== 'bona_fide' || (await records.isRecording(accountId, traces))) {
          throw new AuthError('presentation_attack');
        }
        await enrolment.store(caller, evidence);
        await records.remember(accountId, traces);
        return { outcome: 'enrolled', account: caller.account, reference: template };
      },
    };
  }
}
