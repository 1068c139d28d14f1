import type { SecurityAction, SecurityEvent } from './security-event.js';

/** What the owner of an account is told about it. Stable: clients branch on them. */
export type NoticeKind =
  | 'face_refused'
  | 'passkey_refused'
  | 'recovery_code_refused'
  | 'new_device'
  | 'recovery_code_used'
  | 'attempts_delayed'
  | 'attempts_cleared'
  | 'face_suspended'
  | 'sessions_revoked'
  | 'session_reused'
  | 'password_changed'
  | 'face_enrolled'
  | 'face_disabled'
  | 'face_renewal_requested'
  | 'face_renewed'
  | 'face_expired'
  | 'passkey_added'
  | 'passkey_removed'
  | 'recovery_codes_issued'
  | 'consent_withdrawn'
  | 'account_exported';

/** To whom an event is announced beside the audit log, which has all of them. */
export interface Announcement {
  /** For the owner of the account; null for what they know already, or need not know. */
  readonly notice: NoticeKind | null;
  /** Type of the message to the operator's systems. */
  readonly webhook: string | null;
  /**
   * The refusal of a second factor: announced once for the sign-in that it belongs to, and taken back when that is
   * completed after all. Outside of a sign-in it is not announced.
   */
  readonly perSignIn?: true;
}

const NOBODY: Announcement = { notice: null, webhook: null };

/** Who may try passwords at random decides how many there are: what they add up to is announced instead. */
const FAILED_AT_RANDOM = NOBODY;
/** Does not happen. */
const NEVER = NOBODY;

/** What follows from an event, by action and outcome. */
export const ANNOUNCEMENTS: Readonly<
  Record<SecurityAction, Readonly<Record<SecurityEvent['outcome'], Announcement>>>
> = {
  sign_up: { success: { notice: null, webhook: 'account.created' }, failure: FAILED_AT_RANDOM },
  sign_in_password: {
    success: { notice: null, webhook: 'sign_in.password_accepted' },
    failure: FAILED_AT_RANDOM,
  },
  sign_in_face: {
    success: { notice: null, webhook: 'sign_in.face_accepted' },
    failure: { notice: 'face_refused', webhook: 'sign_in.face_refused', perSignIn: true },
  },
  sign_in_passkey: {
    success: { notice: null, webhook: 'sign_in.passkey_accepted' },
    failure: { notice: 'passkey_refused', webhook: 'sign_in.passkey_refused', perSignIn: true },
  },
  sign_in_recovery_code: {
    success: { notice: 'recovery_code_used', webhook: 'sign_in.recovery_code_accepted' },
    failure: { notice: 'recovery_code_refused', webhook: 'sign_in.recovery_code_refused', perSignIn: true },
  },
  attempts_delayed: {
    success: NEVER,
    failure: { notice: 'attempts_delayed', webhook: 'attempts.delayed' },
  },
  attempts_cleared: {
    success: { notice: 'attempts_cleared', webhook: 'attempts.cleared' },
    failure: NEVER,
  },
  face_suspended: { success: NEVER, failure: { notice: 'face_suspended', webhook: 'face.suspended' } },
  device_recognised: { success: NOBODY, failure: NOBODY },
  session_revoked: { success: { notice: null, webhook: 'session.revoked' }, failure: NOBODY },
  sessions_revoked: { success: { notice: 'sessions_revoked', webhook: 'sessions.revoked' }, failure: NOBODY },
  session_reused: { success: NEVER, failure: { notice: 'session_reused', webhook: 'session.reused' } },
  password_changed: { success: { notice: 'password_changed', webhook: 'password.changed' }, failure: NOBODY },
  face_enrolled: { success: { notice: 'face_enrolled', webhook: 'face.enrolled' }, failure: NOBODY },
  face_disabled: { success: { notice: 'face_disabled', webhook: 'face.disabled' }, failure: NOBODY },
  face_renewal_requested: {
    success: { notice: 'face_renewal_requested', webhook: 'face.renewal_requested' },
    failure: NOBODY,
  },
  face_renewed: { success: { notice: 'face_renewed', webhook: 'face.renewed' }, failure: NOBODY },
  face_expired: { success: { notice: 'face_expired', webhook: 'face.expired' }, failure: NOBODY },
  passkey_added: { success: { notice: 'passkey_added', webhook: 'passkey.added' }, failure: NOBODY },
  passkey_removed: { success: { notice: 'passkey_removed', webhook: 'passkey.removed' }, failure: NOBODY },
  recovery_codes_issued: {
    success: { notice: 'recovery_codes_issued', webhook: 'recovery_codes.issued' },
    failure: NOBODY,
  },
  consent_given: { success: { notice: null, webhook: 'consent.given' }, failure: NOBODY },
  consent_withdrawn: {
    success: { notice: 'consent_withdrawn', webhook: 'consent.withdrawn' },
    failure: NOBODY,
  },
  account_exported: { success: { notice: 'account_exported', webhook: 'account.exported' }, failure: NOBODY },
  account_erased: { success: { notice: null, webhook: 'account.erased' }, failure: NOBODY },
  keys_rotated: { success: { notice: null, webhook: 'keys.rotated' }, failure: NOBODY },
};

/** Says of a completed sign-in that it came from a device that has not signed in to the account before. */
const UNKNOWN_DEVICE = 'unknown_device';

export function announcementOf({ action, outcome, reason }: SecurityEvent): Announcement {
  const announcement = ANNOUNCEMENTS[action][outcome];
  const isFromNewDevice = action.startsWith('sign_in_') && outcome === 'success' && reason === UNKNOWN_DEVICE;
  return isFromNewDevice && announcement.notice === null
    ? { ...announcement, notice: 'new_device' }
    : announcement;
}
