import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import {
  comparisonsNeeded,
  countBelow,
  countFalseMatches,
  equalErrorRate,
  falseNonMatchRate,
  isSupported,
  thresholdAt,
} from './error-rates.js';

const sorted = (...scores: number[]): Float32Array => Float32Array.from(scores).sort();
const genuineOf = (scores: Float32Array, failures = 0) => ({ sorted: scores, failures });

/** Cosines with many ties, as rounding makes them. */
const scoreList = fc
  .array(
    fc.oneof(
      fc.float({ min: -1, max: 1, noNaN: true }),
      fc.integer({ min: -4, max: 3 }).map((n) => n / 4),
    ),
    { minLength: 1, maxLength: 60 },
  )
  .map((scores) => sorted(...scores));

describe('countBelow', () => {
  it('does not count the limit itself, however often it occurs', () => {
    expect(countBelow(sorted(0.1, 0.2, 0.2, 0.2, 0.3), Math.fround(0.2))).toBe(1);
    expect(countBelow(sorted(0.1, 0.2), 5)).toBe(2);
    expect(countBelow(new Float32Array(0), 0)).toBe(0);
  });
});

describe('falseNonMatchRate', () => {
  it('counts scores below the threshold and pairs without a score', () => {
    const rate = falseNonMatchRate(genuineOf(sorted(0.2, 0.5, 0.6, 0.7), 1), 0.5);
    expect(rate).toMatchObject({ errors: 2, trials: 5, rate: 0.4 });
  });
});

describe('thresholdAt', () => {
  const impostor = sorted(...Array.from({ length: 10 }, (_, i) => i / 10));

  it('lets exactly the asked part of the impostors match', () => {
    const cosine = thresholdAt(impostor, 0.2)!;
    expect(countFalseMatches(impostor, cosine)).toBe(2);
    expect(cosine).toBeGreaterThan(Math.fround(0.7));
    expect(cosine).toBeLessThanOrEqual(Math.fround(0.8));
  });

  it('stays above every impostor when the rate allows none', () => {
    expect(countFalseMatches(impostor, thresholdAt(impostor, 0.05)!)).toBe(0);
  });

  it('does not split equal scores', () => {
    const ties = sorted(0.1, 0.5, 0.5, 0.5);
    expect(countFalseMatches(ties, thresholdAt(ties, 0.5)!)).toBe(0);
  });

  it('says so when no cosine is strict enough', () => {
    expect(thresholdAt(sorted(0, 1, 1), 0.5)).toBeUndefined();
  });

  it('never lets more than the asked rate match, and the next lower score always would', () => {
    fc.assert(
      fc.property(scoreList, fc.double({ min: 1e-6, max: 0.999, noNaN: true }), (scores, rate) => {
        const cosine = thresholdAt(scores, rate);
        if (cosine === undefined) return;
        expect(countFalseMatches(scores, cosine) / scores.length).toBeLessThanOrEqual(rate);
        const below = scores.filter((score) => score < cosine).at(-1);
        if (below !== undefined) {
          expect(countFalseMatches(scores, below) / scores.length).toBeGreaterThan(rate);
        }
      }),
    );
  });

  it('makes the false non-match rate fall, or stay, as the false match rate grows', () => {
    const rate = fc.double({ min: 1e-6, max: 0.999, noNaN: true });
    fc.assert(
      fc.property(scoreList, scoreList, rate, rate, (genuine, scores, one, other) => {
        const strict = thresholdAt(scores, Math.min(one, other));
        const lax = thresholdAt(scores, Math.max(one, other));
        if (strict === undefined || lax === undefined) return;
        const fnmr = (cosine: number) => falseNonMatchRate(genuineOf(genuine), cosine).rate;
        expect(fnmr(lax)).toBeLessThanOrEqual(fnmr(strict));
      }),
    );
  });
});

describe('isSupported', () => {
  it('wants ten expected false matches', () => {
    expect(comparisonsNeeded(1e-5)).toBe(1_000_000);
    expect(isSupported(1e-3, 10_000)).toBe(true);
    expect(isSupported(1e-3, 9_999)).toBe(false);
    expect(isSupported(2e-4, 50_000)).toBe(true);
  });
});

describe('equalErrorRate', () => {
  it('is where both rates are a quarter', () => {
    // At 0.5 one of four genuine scores is below, one of four impostor scores is not.
    const { rate, cosine } = equalErrorRate(genuineOf(sorted(0.3, 0.7, 0.8, 0.9)), sorted(0, 0.1, 0.2, 0.5));
    expect(rate).toBe(0.25);
    expect(cosine).toBeCloseTo(0.5);
  });

  it('is 0 for scores that are apart and 1 for scores the wrong way round', () => {
    expect(equalErrorRate(genuineOf(sorted(0.8, 0.9)), sorted(0.1, 0.2)).rate).toBe(0);
    expect(equalErrorRate(genuineOf(sorted(0.1, 0.2)), sorted(0.8, 0.9)).rate).toBe(1);
  });

  it('is a half for scores that tell nothing', () => {
    expect(equalErrorRate(genuineOf(sorted(0.5, 0.5)), sorted(0.5, 0.5)).rate).toBe(0.5);
  });

  it('counts pairs without a score as false non-matches', () => {
    expect(equalErrorRate(genuineOf(sorted(0.9), 1), sorted(0.1, 0.2)).rate).toBe(0.5);
  });

  it('lies within 0…1', () => {
    fc.assert(
      fc.property(scoreList, scoreList, fc.nat(20), (genuine, impostor, failures) => {
        const { rate, cosine } = equalErrorRate(genuineOf(genuine, failures), impostor);
        expect(rate).toBeGreaterThanOrEqual(0);
        expect(rate).toBeLessThanOrEqual(1);
        expect(Math.abs(cosine)).toBeLessThanOrEqual(1);
      }),
    );
  });
});
