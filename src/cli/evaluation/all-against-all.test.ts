import { describe, expect, it } from 'vitest';

import { compareAllAgainstAll, genuineAmong } from './all-against-all.js';

describe('compareAllAgainstAll', () => {
  it('compares every two images once and sorts the scores by kind', () => {
    const vectors = [
      [1, 0],
      [0.8, 0.6],
      [0, 1],
      [-1, 0],
    ].map((vector) => Float32Array.from(vector));
    const { genuine, impostor } = compareAllAgainstAll(vectors, ['ann', 'ann', 'bob', 'bob']);
    expect([...genuine]).toEqual([0, expect.closeTo(0.8)]);
    expect([...impostor]).toEqual([-1, expect.closeTo(-0.8), 0, expect.closeTo(0.6)]);
  });

  it('refuses more than fits into memory, before it allocates', () => {
    const vector = new Float32Array(2);
    const many = Array.from({ length: 30_000 }, () => vector);
    expect(() => compareAllAgainstAll(many, many.map(String))).toThrow(/List fewer images/);
  });
});

describe('genuineAmong', () => {
  it('counts the pairs within each identity', () => {
    expect(genuineAmong(['ann', 'bob', 'ann', 'ann', 'bob', 'eve'])).toBe(4);
  });
});
