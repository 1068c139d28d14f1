import type { CapturePurpose, Template } from '../face/capture.js';
import type { LiveEvidence } from '../face/live/judgement.js';
import type { Account } from '../storage/port.js';
import type { TakeBack } from './attempt-limits.js';
import type { Verified } from './face-verification.js';

/** What a live session was passed for. */
export type LiveSuccess =
  | Verified
  /** The sign-in of a client that keeps its tokens in cookies: it collects its session with this. */
  | {
      readonly outcome: 'passed';
      readonly account: Account;
      readonly reference: Template;
      readonly completion: string;
    }
  | { readonly outcome: 'enrolled'; readonly account: Account; readonly reference: Template };

/** What a live session is about: the sign-in or the enrolment behind it, which decides what a passed one is worth. */
export interface LiveSubject {
  readonly purpose: CapturePurpose;
  /** @throws AuthError when the session or sign-in attempt behind it has ended meanwhile */
  requireAlive(): Promise<void>;
  /**
   * Called once, before anything of the challenge is shown.
   * @returns takes the attempt back, where nothing can look at it any more
   * @throws AuthError when no attempt is left
   */
  reserveAttempt(): Promise<TakeBack>;
  /** @throws AuthError when the face is not accepted after all */
  settle(evidence: LiveEvidence): Promise<LiveSuccess>;
}
