import type { AuthenticatedCaller, Sessions } from './sessions.js';
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
    },
  ) {}

  /**
   * @param consentVersion what came along with the request, null when nothing did
   * @throws AuthError `reauthentication_required`, `consent_required`
   */
  async issueTicket(caller: AuthenticatedCaller, consentVersion: string | null) {
    const consent = consentVersion === null ? null : ({ version: consentVersion, means: 'header' } as const);
    await this.deps.enrolment.requireAllowed(caller, consent);
    return this.deps.tickets.issue('enrolment', caller.account.id, caller.session.id);
  }

  /** @throws AuthError `invalid_token` when the session behind the ticket has ended; `consent_required` */
  async subjectOf({ accountId, boundTo }: LiveTicket): Promise<LiveSubject> {
    const { enrolment, records, sessions } = this.deps;
    const caller = await sessions.find(accountId, boundTo);
    // It may have been withdrawn since the ticket was issued; afterwards the withdrawal supersedes the enrolment.
    await enrolment.requireConsent(caller.account);
    return {
      purpose: 'enrolment',
      requireAlive: async () => {
        await sessions.find(accountId, boundTo);
      },
      // Nobody guesses at their own enrolment.
      reserveAttempt: async () => async () => undefined,
      settle: async (evidence) => {
        const isRecording = await records.isRecording(accountId, evidence.traces);
        if (evidence.presentation !== 'bona_fide' || isRecording) {
          return enrolment.refuseAttack(caller.account);
        }
        const reference = await enrolment.store(caller, evidence);
        await records.remember(accountId, evidence.traces);
        return { outcome: 'enrolled', account: caller.account, reference };
      },
    };
  }
}
