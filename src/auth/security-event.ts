/** What is worth remembering: the audit log has all of them, the account's owner and the operator's systems some. */
export type SecurityAction =
  | 'sign_up'
  /** The password, whatever comes after it. */
  | 'sign_in_password'
  | 'sign_in_face'
  | 'sign_in_passkey'
  | 'sign_in_recovery_code'
  /** The counter of failures has reached the point from which each further attempt has to wait. */
  | 'attempts_delayed'
  | 'face_suspended'
  | 'device_recognised'
  | 'session_revoked'
  | 'sessions_revoked'
  /** A token that had been replaced was shown again: two hold it, and the session was ended. */
  | 'session_reused'
  | 'password_changed'
  | 'face_enrolled'
  | 'face_disabled'
  | 'face_renewal_requested'
  | 'face_renewed'
  /** By the retention clock. */
  | 'face_expired'
  | 'passkey_added'
  | 'passkey_removed'
  | 'recovery_codes_issued'
  | 'consent_given'
  | 'consent_withdrawn'
  | 'account_exported'
  | 'account_erased'
  | 'attempts_cleared'
  | 'keys_rotated';

export interface SecurityEvent {
  readonly action: SecurityAction;
  readonly outcome: 'success' | 'failure';
  /** Whose account; null when there is none, or none is known. */
  readonly accountId: string | null;
  /** Who did it. */
  readonly by: 'account' | 'operator' | 'system';
  /** A stable code, for a failure above all. */
  readonly reason?: string;
  /** For the operator only; nobody who tries faces ever learns them. */
  readonly scores?: { readonly similarity?: number };
  /** Of what it is about, e.g. the id of a passkey. */
  readonly subject?: string;
  /**
   * Of a sign-in whose face was refused: the attempt behind it. Its owner is told when the attempt has ended without
   * the right face, and not when they themselves came in with the next picture.
   */
  readonly flow?: { readonly id: string; readonly expiresAt: number };
}

/** Takes note of what happens. Whoever records waits: what cannot be noted down does not count as done. */
export interface SecurityEvents {
  record(event: SecurityEvent): Promise<void>;
}
