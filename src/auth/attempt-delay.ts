/** NIST SP 800-63B-4, 3.2.3: at least 30 seconds, growing to an hour. */
export const FIRST_DELAY_MS = 30_000;
const LONGEST_DELAY_MS = 3_600_000;

/** @param beyond failures beyond the first one that brings a delay */
export function delayAfter(beyond: number): number {
  return Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(beyond, 20));
}
