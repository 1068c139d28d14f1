import type { Session } from '../storage/port.js';
import { AuthError } from './auth-error.js';

/**
 * Guards what changes how an account is protected, or gives all of it away: a session that somebody finds open must
 * not be enough.
 *
 * @param maxAgeSeconds how long ago the person may have signed in
 * @throws AuthError `reauthentication_required`
 */
export function requireRecentAuthentication(
  { createdAt }: Session,
  maxAgeSeconds: number,
  now: number,
): void {
  if (now - createdAt > maxAgeSeconds * 1000) throw new AuthError('reauthentication_required');
}
