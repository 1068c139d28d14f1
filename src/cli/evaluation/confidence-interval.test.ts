import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { wilsonInterval } from './confidence-interval.js';

describe('wilsonInterval', () => {
  it('gives the textbook bounds of 10 in 100', () => {
    const [low, high] = wilsonInterval(10, 100);
    expect(low).toBeCloseTo(0.05523, 5);
    expect(high).toBeCloseTo(0.17437, 5);
  });

  it('has an upper bound of z² / (n + z²) when nothing went wrong', () => {
    expect(wilsonInterval(0, 30)).toEqual([0, expect.closeTo(3.841459 / 33.841459, 6)]);
  });

  it('knows nothing without trials', () => {
    expect(wilsonInterval(0, 0)).toEqual([0, 1]);
  });

  it('holds the measured proportion and stays within 0…1', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, part) => {
        const errors = Math.round(part * n);
        const [low, high] = wilsonInterval(errors, n);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(low).toBeLessThanOrEqual(errors / n);
        expect(high).toBeGreaterThanOrEqual(errors / n);
        expect(high).toBeLessThanOrEqual(1);
      }),
    );
  });
});
