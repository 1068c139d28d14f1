/**
 * The sign-in as a state machine, drawn in docs/sign-in-flow.mermaid (a test holds the two together).
 * It is the one place that says what leads to `passed`; the stores' guarded operations are checked
 * against it in their contract suite.
 */
export type SignInStatus =
  | { readonly state: 'awaiting_password' }
  | { readonly state: 'awaiting_face'; readonly faceFailures: number }
  | { readonly state: 'passed'; readonly methods: readonly AuthenticationMethod[] }
  | { readonly state: 'expired' }
  | { readonly state: 'locked' };

/** RFC 8176 names; `pop` is a passkey, `otp` a recovery code. */
export type AuthenticationMethod = 'pwd' | 'face' | 'pop' | 'otp';

export type SignInEvent =
  | { readonly type: 'password_verified'; readonly secondFactorBound: boolean }
  | { readonly type: 'face_matched' }
  | { readonly type: 'face_rejected' }
  /** A passkey or a recovery code was accepted in the place of the face. */
  | { readonly type: 'alternative_accepted'; readonly method: 'pop' | 'otp' }
  /** An attempt begins, and counts as failed until it has succeeded. */
  | { readonly type: 'attempt_reserved' }
  /** An attempt that was counted when it began has failed: it is not counted again. */
  | { readonly type: 'reserved_attempt_failed' }
  /** An attempt that was counted when it began came to no end, through no fault of whoever made it. */
  | { readonly type: 'attempt_taken_back' }
  | { readonly type: 'timed_out' };

export const SIGN_IN_START: SignInStatus = { state: 'awaiting_password' };

/**
 * @param maxFaceFailures the failed comparison that locks the flow, ≥ 1
 * @returns the status after `event`; an event that the status does not expect changes nothing
 */
export function advance(status: SignInStatus, event: SignInEvent, maxFaceFailures: number): SignInStatus {
  switch (status.state) {
    case 'awaiting_password':
      if (event.type !== 'password_verified') return status;
      return event.secondFactorBound
        ? { state: 'awaiting_face', faceFailures: 0 }
        : { state: 'passed', methods: ['pwd'] };
    case 'awaiting_face':
      return advanceFaceCheck(status, event, maxFaceFailures);
    // The ends: whoever wants to go on starts a new sign-in.
    case 'passed':
    case 'expired':
    case 'locked':
      return status;
  }
}

function advanceFaceCheck(
  status: SignInStatus & { state: 'awaiting_face' },
  event: SignInEvent,
  maxFaceFailures: number,
): SignInStatus {
  switch (event.type) {
    case 'face_matched':
      return { state: 'passed', methods: ['pwd', 'face'] };
    case 'alternative_accepted':
      return { state: 'passed', methods: ['pwd', event.method] };
    case 'face_rejected': {
      const faceFailures = status.faceFailures + 1;
      return faceFailures >= maxFaceFailures ? { state: 'locked' } : { state: 'awaiting_face', faceFailures };
    }
    case 'attempt_reserved':
      // Not locked by the last one: it may yet succeed.
      return status.faceFailures < maxFaceFailures
        ? { state: 'awaiting_face', faceFailures: status.faceFailures + 1 }
        : status;
    case 'reserved_attempt_failed':
      return status.faceFailures >= maxFaceFailures ? { state: 'locked' } : status;
    case 'attempt_taken_back':
      return status.faceFailures > 0
        ? { state: 'awaiting_face', faceFailures: status.faceFailures - 1 }
        : status;
    case 'timed_out':
      return { state: 'expired' };
    case 'password_verified':
      return status;
  }
}
