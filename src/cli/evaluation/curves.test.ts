import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { errorCurve, histogram } from './curves.js';

const scoreList = fc
  .array(fc.float({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 200 })
  .map((scores) => Float32Array.from(scores).sort());

describe('errorCurve', () => {
  it('runs from the lowest rate to 1, with fewer false non-matches all the way', () => {
    fc.assert(
      fc.property(scoreList, scoreList, fc.nat(5), (genuine, impostor, failures) => {
        const curve = errorCurve({ sorted: genuine, failures }, impostor, 1 / impostor.length / 2);
        expect(curve.length).toBeLessThanOrEqual(300);
        expect(curve.at(-1)).toMatchObject({ cosine: -1, fmr: 1 });
        for (const [i, point] of curve.slice(1).entries()) {
          expect(point.fmr).toBeGreaterThan(curve[i]!.fmr);
          expect(point.fnmr).toBeLessThanOrEqual(curve[i]!.fnmr);
        }
      }),
    );
  });
});

describe('histogram', () => {
  it('puts a score on an edge into the upper bin', () => {
    const bins = histogram(Float32Array.from([0, 0.25, 0.25, 0.5]), 4);
    expect(bins).toEqual([
      { from: 0, share: 0.25 },
      { from: 0.25, share: 0.5 },
      { from: 0.5, share: 0.25 },
    ]);
  });

  it('loses no score', () => {
    fc.assert(
      fc.property(scoreList, (scores) => {
        const sum = histogram(scores).reduce((total, { share }) => total + share, 0);
        expect(sum).toBeCloseTo(1, 9);
      }),
    );
  });
});
