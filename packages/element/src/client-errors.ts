import type { LiveConnectionLost, ProblemCode, VultusProblem } from '@vultus/client';

/*
 * By name, not by class: a page may give a client of its own, whose classes are other ones than those in this bundle.
 */

export function isVultusProblem(error: unknown, ...codes: readonly ProblemCode[]): error is VultusProblem {
  if (!(error instanceof Error) || error.name !== 'VultusProblem') return false;
  return codes.length === 0 || codes.includes((error as VultusProblem).code);
}

export function isConnectionLost(error: unknown): error is LiveConnectionLost {
  return error instanceof Error && error.name === 'LiveConnectionLost';
}
