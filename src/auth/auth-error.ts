/** Why a use case refused. The codes are stable: clients branch on them. */
export type AuthErrorCode =
  | 'validation_failed'
  | 'invalid_credentials'
  | 'invalid_token'
  | 'email_taken'
  | 'face_mismatch'
  | 'too_many_attempts'
  | 'reference_incompatible'
  | 'enrolment_superseded'
  | 'live_verification_required'
  | 'reauthentication_required'
  | 'presentation_attack'
  | 'face_suspended'
  | 'consent_required'
  | 'invalid_recovery_code'
  | 'passkey_rejected'
  | 'passkey_in_use'
  | 'too_many_passkeys'
  | 'passkey_not_found'
  | 'session_not_found'
  | 'token_superseded'
  | 'busy';

/** What is wrong with one field, in words for the person who filled it in. */
export interface FieldError {
  readonly field: string;
  readonly code: string;
  readonly message: string;
}

/** An expected refusal. Whatever else is thrown is a bug or an outage. */
export class AuthError extends Error {
  override readonly name = 'AuthError';

  constructor(
    readonly code: AuthErrorCode,
    readonly fields: readonly FieldError[] = [],
    /** Of `too_many_attempts` and `busy`: when the next one may be made. */
    readonly retryAfterSeconds: number | null = null,
  ) {
    super(code);
  }
}
