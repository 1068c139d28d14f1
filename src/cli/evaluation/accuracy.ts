/** One listed pair after comparison. */
export interface ListedResult {
  readonly same: boolean;
  readonly fold: string;
  /** Cosine, −1…1; undefined when an image gave no template, which is wrong whatever the threshold. */
  readonly score: number | undefined;
}

export interface CrossValidatedAccuracy {
  /** Mean over the folds of the part of right decisions, 0…1. */
  readonly mean: number;
  /** Sample standard deviation over the folds (n − 1). */
  readonly standardDeviation: number;
  readonly folds: readonly { fold: string; accuracy: number; cosine: number }[];
}

/**
 * The protocol of Labeled Faces in the Wild, "view 2" (Huang et al., 2007): each fold is decided with the
 * threshold that serves the other folds best.
 *
 * @param results pairs of two or more folds
 */
export function crossValidatedAccuracy(results: readonly ListedResult[]): CrossValidatedAccuracy {
  const names = [...new Set(results.map((result) => result.fold))];
  const folds = names.map((fold) => {
    const cosine = mostAccurateThreshold(results.filter((result) => result.fold !== fold));
    const own = results.filter((result) => result.fold === fold);
    const right = own.filter(({ same, score }) => score !== undefined && score >= cosine === same);
    return { fold, accuracy: right.length / own.length, cosine };
  });
  const mean = folds.reduce((sum, { accuracy }) => sum + accuracy, 0) / folds.length;
  const squares = folds.reduce((sum, { accuracy }) => sum + (accuracy - mean) ** 2, 0);
  return { mean, standardDeviation: Math.sqrt(squares / Math.max(1, folds.length - 1)), folds };
}

/** Just above the highest cosine, so that a threshold beyond every score exists. */
const BEYOND = 1 + 1e-6;

/**
 * The middle of the interval of thresholds that decides most pairs rightly; of several such intervals
 * the widest, whose middle has most room on both sides.
 */
export function mostAccurateThreshold(results: readonly ListedResult[]): number {
  const compared = results
    .flatMap(({ same, score }) => (score === undefined ? [] : [{ same, score }]))
    .sort((x, y) => x.score - y.score);

  // Below every score all pairs match: the genuine ones are right. Each score that the threshold then
  // climbs past becomes a non-match.
  let right = compared.filter(({ same }) => same).length;
  let best = { right: -1, from: 0, to: 0 };
  let from = -1;
  for (let i = 0; i <= compared.length;) {
    const to = compared[i]?.score ?? BEYOND;
    const wider = to - from > best.to - best.from;
    if (right > best.right || (right === best.right && wider)) best = { right, from, to };
    if (i === compared.length) break;
    for (; compared[i]?.score === to; i++) right += compared[i]!.same ? -1 : 1;
    from = to;
  }
  return (best.from + best.to) / 2;
}
