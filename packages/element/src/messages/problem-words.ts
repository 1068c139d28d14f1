import type { ProblemCode, VultusProblem } from '@vultus/client';

import { type MessageKey, en } from './en.js';

/** Codes that say the same to the person before the camera. */
const SAME: Partial<Record<ProblemCode, MessageKey>> = {
  origin_not_allowed: 'problem.site_not_allowed',
  cross_site_request: 'problem.site_not_allowed',
  internal_error: 'problem.server_fault',
  stopping: 'server_busy.text',
  storage_unavailable: 'server_busy.text',
  face_service_unavailable: 'server_busy.text',
  busy: 'server_busy.text',
  too_many_requests: 'server_busy.text',
  invalid_token: 'expired.sign_in',
  too_many_attempts: 'too_many_attempts.text',
  consent_required: 'consent_required.text',
  reauthentication_required: 'reauthentication_required.text',
  live_session_not_found: 'problem.live_session_ended',
};

/** @returns the sentence that helps: the reason's where there is one, else the code's */
export function problemWords({ code, reasons }: Pick<VultusProblem, 'code' | 'reasons'>): MessageKey {
  for (const reason of reasons) if (isMessage(`reason.${reason}`)) return `reason.${reason}` as MessageKey;
  const own = `problem.${code}`;
  // The rest are faults of this element or of what stands between: the person can do nothing but begin anew.
  return isMessage(own) ? own : (SAME[code] ?? 'problem.page_fault');
}

function isMessage(key: string): key is MessageKey {
  return Object.hasOwn(en, key);
}
