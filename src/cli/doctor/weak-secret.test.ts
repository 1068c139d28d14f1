import { randomBytes } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { weaknessOf, weaknessOfKey } from './weak-secret.js';

describe('weaknessOf', () => {
  it.each([
    ['x'.repeat(40), /few different/],
    ['abcabcabcabcabcabcabcabcabcabcabc', /few different/],
    ['correct horse battery'.repeat(1) + 'please-change-me-please', /placeholder/],
    ['0123456789abcdef0123456789abcdef', /repeats itself/],
    ['my-super-secret-jwt-key-for-my-app', /placeholder/],
  ])('finds %j out', (secret, reason) => {
    expect(weaknessOf(secret)).toMatch(reason);
  });

  it('lets random ones pass, in base64 and in hexadecimal digits', () => {
    for (let i = 0; i < 500; i++) {
      expect(weaknessOf(randomBytes(48).toString('base64'))).toBeNull();
      expect(weaknessOf(randomBytes(32).toString('hex'))).toBeNull();
      expect(weaknessOfKey(randomBytes(32))).toBeNull();
    }
  });
});

describe('weaknessOfKey', () => {
  it.each([
    [Buffer.alloc(32), /few different/],
    [Buffer.from('0123'.repeat(8)), /few different/],
    [Uint8Array.from({ length: 32 }, (_, i) => i), /counts/],
  ])('finds out a key that nobody has drawn', (key, reason) => {
    expect(weaknessOfKey(key)).toMatch(reason);
  });
});
