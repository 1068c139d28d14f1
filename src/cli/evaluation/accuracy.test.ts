import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type ListedResult, crossValidatedAccuracy, mostAccurateThreshold } from './accuracy.js';

const genuine = (score: number | undefined, fold = 'a'): ListedResult => ({ same: true, fold, score });
const impostor = (score: number | undefined, fold = 'a'): ListedResult => ({ same: false, fold, score });

describe('mostAccurateThreshold', () => {
  it('lies in the middle of the gap between the kinds', () => {
    expect(mostAccurateThreshold([impostor(0.1), impostor(0.3), genuine(0.5), genuine(0.9)])).toBeCloseTo(
      0.4,
    );
  });

  it('gives up the single outlier', () => {
    const pairs = [genuine(-0.5), impostor(0), impostor(0.2), genuine(0.6), genuine(0.7)];
    expect(mostAccurateThreshold(pairs)).toBeCloseTo(0.4);
  });

  it('takes the widest of several equally good gaps', () => {
    // Between 0.1 and 0.2 as good as between 0.3 and 0.7: one of four is wrong.
    expect(mostAccurateThreshold([impostor(0.1), genuine(0.2), impostor(0.3), genuine(0.7)])).toBeCloseTo(
      0.5,
    );
  });

  it('can refuse everything, scores of 1 as well', () => {
    expect(mostAccurateThreshold([impostor(1), impostor(1), genuine(0)])).toBeGreaterThan(1);
  });

  it('does not look at pairs without a score', () => {
    expect(mostAccurateThreshold([genuine(undefined), impostor(0.2), genuine(0.4)])).toBeCloseTo(0.3);
  });

  it('is never beaten by any other threshold', () => {
    const score = fc.integer({ min: -8, max: 8 }).map((n) => n / 8);
    const result = fc.record({ same: fc.boolean(), fold: fc.constant('a'), score });
    fc.assert(
      fc.property(fc.array(result, { minLength: 1, maxLength: 30 }), score, (results, other) => {
        const right = (cosine: number) => results.filter((r) => r.score >= cosine === r.same).length;
        expect(right(mostAccurateThreshold(results))).toBeGreaterThanOrEqual(right(other));
      }),
    );
  });
});

describe('crossValidatedAccuracy', () => {
  it('decides each fold with the threshold of the others', () => {
    const { mean, standardDeviation, folds } = crossValidatedAccuracy([
      impostor(0.0, 'a'),
      genuine(0.4, 'a'),
      impostor(0.5, 'b'),
      genuine(0.9, 'b'),
    ]);
    // Fold b asks for 0.7, which refuses the genuine pair of a; fold a asks for 0.2, which lets both of b match.
    expect(folds.map(({ cosine }) => cosine)).toEqual([expect.closeTo(0.7), expect.closeTo(0.2)]);
    expect(folds.map(({ accuracy }) => accuracy)).toEqual([0.5, 0.5]);
    expect(mean).toBe(0.5);
    expect(standardDeviation).toBe(0);
  });

  it('has the sample standard deviation over the folds', () => {
    const result = crossValidatedAccuracy([
      impostor(0, 'a'),
      genuine(1, 'a'),
      impostor(0, 'b'),
      genuine(undefined, 'b'),
    ]);
    expect(result.mean).toBe(0.75);
    expect(result.standardDeviation).toBeCloseTo(Math.sqrt(2 * 0.25 ** 2));
  });

  it('counts pairs without a score as wrong, impostors too', () => {
    const pairs = ['a', 'b'].flatMap((fold) => [
      impostor(undefined, fold),
      impostor(0, fold),
      genuine(0.8, fold),
    ]);
    expect(crossValidatedAccuracy(pairs).mean).toBeCloseTo(2 / 3);
  });
});
