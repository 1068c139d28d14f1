import type { SignInFlow } from '../storage/port.js';
import type { FaceVerification, Verified } from './face-verification.js';
import type { LiveCompletions } from './live-completions.js';
import type { LiveRecords } from './live-records.js';
import type { LiveSubject } from './live-subject.js';
import type { LiveTicket, LiveTickets } from './live-tickets.js';

/** Completes a sign-in with a live session. */
export class LiveVerification {
  constructor(
    private readonly deps: {
      readonly verification: FaceVerification;
      readonly tickets: LiveTickets;
      readonly completions: LiveCompletions;
      readonly records: LiveRecords;
    },
  ) {}

  /**
   * @param cookies whether the client keeps its tokens in cookies: then the session does not answer one, but what
   *        `collect` takes for it
   * @throws AuthError as `FaceVerification.claim`
   */
  async issueTicket(verificationToken: string, cookies: boolean) {
    const flow = await this.deps.verification.claim(verificationToken);
    return this.deps.tickets.issue('verification', flow.accountId, flow.id, cookies);
  }

  /**
   * What the session of a ticket is about. The attempt is counted when the challenge is about to be shown, not
   * when the session ends: whoever breaks off to draw another challenge pays for each.
   *
   * @throws AuthError `invalid_token`, `too_many_attempts`, `face_suspended`, `reference_incompatible`
   */
  async subjectOf({ boundTo, accountId, cookies }: LiveTicket): Promise<LiveSubject> {
    const { verification, records, completions } = this.deps;
    const flow: SignInFlow = await verification.claimById(boundTo);
    return {
      purpose: 'verification',
      requireAlive: () => verification.requireWaiting(flow),
      reserveAttempt: () => verification.reserveAttempt(flow),
      settle: async ({ template, qualityScore, witnesses, presentation, traces }) => {
        // Everything is looked at before anything is refused: from outside, in time as well, all is a face that
        // does not match.
        const recorded = await records.isRecording(accountId, traces);
        const live = presentation === 'bona_fide' && !recorded;
        const probe = { template, qualityScore };
        const matched = await verification.passReserved(flow, probe, witnesses, live);
        await records.remember(accountId, traces);
        if (!cookies) return verification.complete(flow, matched);
        const completion = await completions.issue(flow, matched);
        return { outcome: 'passed', account: matched.account, reference: matched.reference, completion };
      },
    };
  }

  /**
   * Opens the session of a live session that was passed, for a client that keeps its tokens in cookies.
   *
   * @throws AuthError `invalid_token` unless both belong to the same sign-in, and the completion is new
   */
  async collect(verificationToken: string, completion: string): Promise<Verified> {
    const { flow, matched } = await this.deps.completions.redeem(verificationToken, completion);
    return this.deps.verification.complete(flow, matched);
  }
}
