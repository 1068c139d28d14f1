import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';

import { afterEach, describe, expect, it, vi } from 'vitest';

import { ApiKeys } from './api-keys.js';

const KEYS = ['k'.repeat(32), 'l'.repeat(48), 'm'.repeat(32)] as const;

describe('the keys of a service', () => {
  it('are accepted wherever they stand in the list', () => {
    const keys = new ApiKeys(KEYS);
    expect(KEYS.map((key) => keys.placeOf(key))).toEqual([1, 2, 3]);
  });

  it.each(['', 'k', 'k'.repeat(31), 'k'.repeat(33), KEYS.join(','), KEYS.join(', '), `${KEYS[0]} `])(
    'are compared as a whole: %j is none',
    (given) => {
      expect(new ApiKeys(KEYS).placeOf(given)).toBeNull();
    },
  );

  describe('in constant time', () => {
    afterEach(() => {
      vi.restoreAllMocks();
      syncBuiltinESMExports();
    });

    it.each([KEYS[0], KEYS[2], 'wrong', ''])('all of them, each over its hash, for %j', (given) => {
      const keys = new ApiKeys(KEYS);
      const compare = vi.spyOn(crypto, 'timingSafeEqual');
      syncBuiltinESMExports();
      keys.placeOf(given);
      expect(compare).toHaveBeenCalledTimes(KEYS.length);
      const lengths = compare.mock.calls.flat().map(({ byteLength }) => byteLength);
      expect(new Set(lengths)).toEqual(new Set([32]));
    });
  });
});
