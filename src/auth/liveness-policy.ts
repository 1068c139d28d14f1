import { AuthError } from './auth-error.js';

/**
 * What a face has to show beside being the right one. `off`: nothing is checked. `passive`: every sample is
 * checked for presentation attacks. `active`: a still proves too little; only a live session enrols or verifies.
 */
export const LIVENESS_POLICIES = ['off', 'passive', 'active'] as const;
export type LivenessPolicy = (typeof LIVENESS_POLICIES)[number];

/** @throws AuthError `live_verification_required` where a single picture is not accepted */
export function requireStillsAllowed(policy: LivenessPolicy): void {
  if (policy === 'active') throw new AuthError('live_verification_required');
}
