import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { ARCFACE_TEMPLATE, applyMap, fitSimilarity } from './alignment.js';

const coordinate = fc.double({ min: -500, max: 500, noNaN: true });

describe('fitSimilarity', () => {
  it('recovers any rotation, scale and shift exactly', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -Math.PI, max: Math.PI, noNaN: true }),
        fc.double({ min: 0.05, max: 20, noNaN: true }),
        coordinate,
        coordinate,
        (angle, scale, tx, ty) => {
          const a = scale * Math.cos(angle);
          const c = scale * Math.sin(angle);
          const known = { a, b: -c, tx, c, d: a, ty };
          const { map, residual } = fitSimilarity(
            ARCFACE_TEMPLATE,
            ARCFACE_TEMPLATE.map((p) => applyMap(known, p)),
          );
          for (const key of ['a', 'b', 'tx', 'c', 'd', 'ty'] as const)
            expect(map[key]).toBeCloseTo(known[key], 6);
          expect(residual).toBeCloseTo(0, 6);
        },
      ),
    );
  });

  it('never mirrors, however the points lie', () => {
    const point = fc.record({ x: coordinate, y: coordinate });
    fc.assert(
      fc.property(fc.tuple(point, point, point, point, point), (points) => {
        fc.pre(points.some((p) => Math.hypot(p.x - points[0].x, p.y - points[0].y) > 1));
        const { map } = fitSimilarity(points, ARCFACE_TEMPLATE);
        expect(map.a * map.d - map.b * map.c).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  it('says how far the points are from the best fit', () => {
    const moved = ARCFACE_TEMPLATE.map((p, i) => (i === 2 ? { x: p.x + 10, y: p.y } : p));
    expect(fitSimilarity(moved, ARCFACE_TEMPLATE).residual).toBeGreaterThan(2);
  });

  it('refuses points that coincide or do not pair up', () => {
    const same = Array.from({ length: 5 }, () => ({ x: 3, y: 4 }));
    expect(() => fitSimilarity(same, ARCFACE_TEMPLATE)).toThrow(RangeError);
    expect(() => fitSimilarity(ARCFACE_TEMPLATE.slice(1), ARCFACE_TEMPLATE)).toThrow(RangeError);
  });
});
