import type { SignInFlow } from '../storage/port.js';
import type { FaceVerification } from './face-verification.js';
import type { LiveRecords } from './live-records.js';
import type { LiveSubject } from './live-subject.js';
import type { LiveTicket, LiveTickets } from './live-tickets.js';

/** Completes a sign-in with a live session. */
export class LiveVerification {
  constructor(
    private readonly deps: {
      readonly verification: FaceVerification;
      readonly tickets: LiveTickets;
      readonly records: LiveRecords;
    },
  ) {}

  /** @throws AuthError as `FaceVerification.claim` */
  async issueTicket(verificationToken: string) {
    const flow = await this.deps.verification.claim(verificationToken);
    return this.deps.tickets.issue('verification', flow.accountId, flow.id);
  }

  /**
   * What the session of a ticket is about. The attempt is counted when the challenge is about to be shown, not
   * when the session ends: whoever breaks off to draw another challenge pays for each.
   *
   * @throws AuthError `invalid_token`, `too_many_attempts`, `reference_incompatible`
   */
  async subjectOf({ boundTo, accountId }: LiveTicket): Promise<LiveSubject> {
    const { verification, records } = this.deps;
    const flow: SignInFlow = await verification.claimById(boundTo);
    return {
      purpose: 'verification',
      requireAlive: () => verification.requireWaiting(flow),
      reserveAttempt: () => verification.reserveAttempt(flow),
      settle: async ({ template, witnesses, presentation, traces }) => {
        // Everything is looked at before anything is refused: from outside, in time as well, all is a face that
        // does not match.
        const recorded = await records.isRecording(accountId, traces);
        const live = presentation === 'bona_fide' && !recorded;
        const verified = await verification.completeReserved(flow, template, witnesses, live);
        await records.remember(accountId, traces);
        return verified;
      },
    };
  }
}
