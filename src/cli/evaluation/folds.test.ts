import { describe, expect, it } from 'vitest';

import { foldsOf } from './folds.js';
import type { ListedPair } from './pairs-file.js';

const pair = (same: boolean, fold?: string): ListedPair => ({
  a: 'a.jpg',
  b: 'b.jpg',
  same,
  line: 2,
  ...(fold === undefined ? {} : { fold }),
});

describe('foldsOf', () => {
  it('keeps the folds of the file', () => {
    expect(foldsOf([pair(true, 'x'), pair(false, 'y')])).toEqual(['x', 'y']);
  });

  it('deals out ten folds, each with as many genuine and impostor pairs as any other', () => {
    const pairs = Array.from({ length: 90 }, (_, i) => pair(i % 3 === 0));
    const folds = foldsOf(pairs);
    const sizes = (same: boolean) =>
      [...new Set(folds)].map((fold) => pairs.filter((p, i) => folds[i] === fold && p.same === same).length);
    expect(sizes(true)).toEqual(Array.from({ length: 10 }, () => 3));
    expect(sizes(false)).toEqual(Array.from({ length: 10 }, () => 6));
    expect(foldsOf(pairs)).toEqual(folds);
  });
});
