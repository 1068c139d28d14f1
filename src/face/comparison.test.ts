import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { compareTemplates, cosineSimilarity, decide } from './comparison.js';

const vectors = fc
  .array(fc.tuple(fc.float({ min: -1, max: 1, noNaN: true }), fc.float({ min: -1, max: 1, noNaN: true })), {
    minLength: 1,
    maxLength: 512,
  })
  .map((pairs) => [Float32Array.from(pairs, ([a]) => a), Float32Array.from(pairs, ([, b]) => b)] as const)
  .filter(([a, b]) => a.some((v) => Math.abs(v) > 1e-6) && b.some((v) => Math.abs(v) > 1e-6));

describe('cosineSimilarity', () => {
  it('is symmetric, bounded, and maximal for a vector with itself', () => {
    fc.assert(
      fc.property(vectors, ([a, b]) => {
        const score = cosineSimilarity(a, b);
        expect(score).toBe(cosineSimilarity(b, a));
        expect(score).toBeGreaterThanOrEqual(-1);
        expect(score).toBeLessThanOrEqual(1);
        expect(cosineSimilarity(a, a)).toBeCloseTo(1, 5);
        expect(score).toBeLessThanOrEqual(cosineSimilarity(a, a) + 1e-6);
      }),
    );
  });

  it('does not depend on length', () => {
    const a = Float32Array.of(1, 2, 3);
    const b = Float32Array.of(-2, 0.5, 4);
    expect(
      cosineSimilarity(
        a.map((v) => v * 7),
        b,
      ),
    ).toBeCloseTo(cosineSimilarity(a, b), 6);
  });

  it('is 0, and not undefined, where a vector has no direction', () => {
    expect(cosineSimilarity(new Float32Array(4), Float32Array.of(1, 0, 0, 0))).toBe(0);
  });

  it('refuses vectors of different lengths', () => {
    expect(() => cosineSimilarity(new Float32Array(2), new Float32Array(3))).toThrow(RangeError);
  });
});

describe('decide', () => {
  const template = (modelId: string, ...values: number[]) => ({ modelId, vector: Float32Array.from(values) });
  const threshold = { cosine: 0.5, falseMatchRate: 1e-4 };

  it('matches from the threshold on', () => {
    const reference = template('m', 1, 0);
    expect(decide(template('m', 1, 0), reference, threshold)).toEqual({ match: true, score: 1 });
    expect(decide(template('m', 0, 1), reference, threshold)).toEqual({ match: false, score: 0 });
    const score = compareTemplates(template('m', 3, 4), reference);
    expect(decide(template('m', 3, 4), reference, { ...threshold, cosine: score }).match).toBe(true);
    expect(decide(template('m', 3, 4), reference, { ...threshold, cosine: score + 1e-6 }).match).toBe(false);
  });

  it('refuses to compare templates of different models', () => {
    expect(() => decide(template('a', 1), template('b', 1), threshold)).toThrow(/cannot be compared/);
  });
});
