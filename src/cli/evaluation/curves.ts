import {
  type GenuineScores,
  countBelow,
  countFalseMatches,
  falseNonMatchRate,
  thresholdAt,
} from './error-rates.js';

export interface CurvePoint {
  readonly cosine: number;
  /** False match rate, above 0, …1. */
  readonly fmr: number;
  /** False non-match rate, 0…1. */
  readonly fnmr: number;
}

/**
 * Both error rates along the thresholds, from strict to lax, at false match rates that lie evenly on a
 * logarithmic scale: the trade-off that ROC and DET curves show (Martin et al., Eurospeech 1997).
 *
 * @param impostor ascending, not empty
 * @param lowest false match rate to begin at, above 0
 * @param most points returned; fewer where neighbouring rates have the same threshold
 */
export function errorCurve(
  genuine: GenuineScores,
  impostor: Float32Array,
  lowest: number,
  most = 300,
): CurvePoint[] {
  const points: CurvePoint[] = [];
  for (let i = 0; i < most; i++) {
    const cosine = thresholdAt(impostor, lowest ** (1 - i / (most - 1)));
    if (cosine === undefined || cosine === points.at(-1)?.cosine) continue;
    const fmr = countFalseMatches(impostor, cosine) / impostor.length;
    if (fmr > 0) points.push({ cosine, fmr, fnmr: falseNonMatchRate(genuine, cosine).rate });
  }
  return points;
}

export interface HistogramBin {
  /** Lower edge, a cosine; the bin reaches to the next one's. */
  readonly from: number;
  /** Part of all scores that lies in the bin, 0…1; they add up to 1. */
  readonly share: number;
}

/**
 * @param sorted cosines, ascending, not empty
 * @param binsPerUnit bins for a difference of 1 in the cosine; their edges are the same for every set
 * @returns the bins from the lowest score's to the highest score's
 */
export function histogram(sorted: Float32Array, binsPerUnit = 50): HistogramBin[] {
  const first = Math.floor(sorted[0]! * binsPerUnit);
  const last = Math.floor(sorted.at(-1)! * binsPerUnit);
  const edge = (bin: number): number => bin / binsPerUnit;
  return Array.from({ length: last - first + 1 }, (_, i) => {
    const bin = first + i;
    // The outermost edges are left open: rounding must not lose a score.
    const upTo = bin === last ? sorted.length : countBelow(sorted, edge(bin + 1));
    const below = bin === first ? 0 : countBelow(sorted, edge(bin));
    return { from: edge(bin), share: (upTo - below) / sorted.length };
  });
}
