import { wilsonInterval } from './confidence-interval.js';

/**
 * Comparison scores of genuine pairs. A pair with an image that gave no template has no score; it counts
 * as a false non-match at every threshold (what ISO/IEC 19795-1 calls a generalised rate).
 */
export interface GenuineScores {
  /** Cosines, −1…1, ascending. */
  readonly sorted: Float32Array;
  /** Pairs without a score. */
  readonly failures: number;
}

export interface ErrorRate {
  readonly errors: number;
  readonly trials: number;
  /** errors / trials, 0…1. */
  readonly rate: number;
  /** 95 % Wilson interval of the rate. */
  readonly interval: [number, number];
}

/** How many impostor scores a threshold must leave above it to be more than chance. */
const MIN_EXPECTED_FALSE_MATCHES = 10;

/** How many impostor comparisons a threshold for this false match rate (0…1) takes. */
export function comparisonsNeeded(falseMatchRate: number): number {
  return Math.round(MIN_EXPECTED_FALSE_MATCHES / falseMatchRate);
}

/** Whether so many impostor comparisons can tell the threshold of this false match rate. */
export function isSupported(falseMatchRate: number, impostorComparisons: number): boolean {
  return impostorComparisons >= comparisonsNeeded(falseMatchRate);
}

/** @param sorted ascending; @returns how many values are below `limit`, by bisection */
export function countBelow(sorted: Float32Array, limit: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many impostor scores (ascending) reach the threshold: the false matches. */
export function countFalseMatches(impostor: Float32Array, cosine: number): number {
  return impostor.length - countBelow(impostor, cosine);
}

export function falseNonMatchRate(genuine: GenuineScores, cosine: number): ErrorRate {
  const errors = genuine.failures + countBelow(genuine.sorted, cosine);
  return errorRate(errors, genuine.failures + genuine.sorted.length);
}

export function errorRate(errors: number, trials: number): ErrorRate {
  return {
    errors,
    trials,
    rate: trials === 0 ? 0 : errors / trials,
    interval: wilsonInterval(errors, trials),
  };
}

/**
 * The smallest cosine (in single precision, as the scores are) that at most the fraction
 * `falseMatchRate` of the impostor scores reaches; the decision is `score >= cosine`.
 *
 * @param impostor ascending, not empty
 * @param falseMatchRate 0…1
 * @returns −1…1, or undefined when too many impostors have the highest possible score of 1
 */
export function thresholdAt(impostor: Float32Array, falseMatchRate: number): number | undefined {
  const n = impostor.length;
  let allowed = Math.floor(falseMatchRate * n);
  // The product is rounded; the quotient decides, as it will when the rate is measured again.
  while (allowed < n && (allowed + 1) / n <= falseMatchRate) allowed++;
  while (allowed > 0 && allowed / n > falseMatchRate) allowed--;
  if (allowed >= n) return -1;
  // The best score that must not match any more lies just below the threshold.
  const cosine = nextAbove(impostor[n - 1 - allowed]!);
  return cosine <= 1 ? cosine : undefined;
}

/** The next larger number in single precision: one step of its bit pattern. */
function nextAbove(value: number): number {
  const float = new Float32Array([value]);
  const bits = new Int32Array(float.buffer);
  if (value === 0) bits[0] = 1;
  else bits[0]! += value > 0 ? 1 : -1;
  return float[0]!;
}

export interface EqualErrorRate {
  /** 0…1 */
  readonly rate: number;
  /** The cosine where the two rates cross. */
  readonly cosine: number;
}

/**
 * Where the false match rate, falling with the threshold, meets the false non-match rate, rising with it.
 * Between the last step before and the first one after the crossing both are taken to be straight.
 *
 * @param impostor ascending, not empty; `genuine` holds at least one pair
 */
export function equalErrorRate(genuine: GenuineScores, impostor: Float32Array): EqualErrorRate {
  const { sorted, failures } = genuine;
  const trials = failures + sorted.length;
  let [i, j] = [0, 0];
  let [fmrBefore, fnmrBefore] = [1, failures / trials];
  while (i < sorted.length || j < impostor.length) {
    const cosine = Math.min(sorted[i] ?? Infinity, impostor[j] ?? Infinity);
    const fmr = (impostor.length - j) / impostor.length;
    const fnmr = (failures + i) / trials;
    if (fnmr >= fmr) return { rate: crossing(fmrBefore, fnmrBefore, fmr, fnmr), cosine };
    [fmrBefore, fnmrBefore] = [fmr, fnmr];
    while (sorted[i] === cosine) i++;
    while (impostor[j] === cosine) j++;
  }
  // Above every score nothing matches.
  return { rate: crossing(fmrBefore, fnmrBefore, 0, 1), cosine: 1 };
}

function crossing(fmr0: number, fnmr0: number, fmr1: number, fnmr1: number): number {
  const before = fmr0 - fnmr0;
  const after = fnmr1 - fmr1;
  return before + after === 0 ? fnmr1 : fnmr0 + (before / (before + after)) * (fnmr1 - fnmr0);
}
