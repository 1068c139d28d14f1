import { createHash, randomBytes } from 'node:crypto';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { cosineSimilarity } from '../face/comparison.js';
import { templateTransform } from './template-transform.js';

const DIMENSIONS = [1, 2, 3, 16, 48, 64, 100, 128, 512, 1024];

const seed = fc.uint8Array({ minLength: 32, maxLength: 32 });
const coordinate = fc.float({ min: -1, max: 1, noNaN: true });
const pair = (dimensions: number) => {
  const vector = fc
    .array(coordinate, { minLength: dimensions, maxLength: dimensions })
    .map((values) => Float32Array.from(values))
    .filter((values) => Math.hypot(...values) > 1e-3);
  return fc.tuple(vector, vector);
};

/** Deterministic, and with no structure that a transform might share. */
const made = (name: string, dimensions = 512) =>
  Float32Array.from({ length: dimensions }, (_, i) => {
    const digest = createHash('sha256').update(`${name} ${i}`).digest();
    return (digest.readUInt32LE(0) + digest.readUInt32LE(4) + digest.readUInt32LE(8)) / 2 ** 32 - 1.5;
  });

describe('templateTransform', () => {
  it.each(DIMENSIONS)('keeps lengths and angles, of %i values', (dimensions) => {
    fc.assert(
      fc.property(seed, pair(dimensions), (bytes, [a, b]) => {
        const transform = templateTransform(bytes, dimensions);
        const [x, y] = [transform(a), transform(b)];
        expect(cosineSimilarity(x, y)).toBeCloseTo(cosineSimilarity(a, b), 5);
        expect(Math.hypot(...x) / Math.hypot(...a)).toBeCloseTo(1, 5);
      }),
      { numRuns: 25 },
    );
  });

  it.each(DIMENSIONS)('is linear, of %i values', (dimensions) => {
    const transform = templateTransform(Buffer.alloc(32, 7), dimensions);
    const [a, b] = [made('a', dimensions), made('b', dimensions)];
    const [x, y] = [transform(a), transform(b)];
    const sum = transform(a.map((value, i) => value + 2 * b[i]!));
    sum.forEach((value, i) => {
      expect(value).toBeCloseTo(x[i]! + 2 * y[i]!, 4);
    });
  });

  it('has nothing left of the template, nor in common with other seeds', () => {
    const template = made('somebody');
    const others = Array.from({ length: 200 }, () => templateTransform(randomBytes(32), 512)(template));
    const cosines = others.flatMap((x, i) => [
      cosineSimilarity(x, template),
      ...others.slice(i + 1).map((y) => cosineSimilarity(x, y)),
    ]);
    // Between independent directions of 512 dimensions the cosine deviates by 1/√512 = 0.044.
    const deviation = Math.sqrt(cosines.reduce((sum, value) => sum + value ** 2, 0) / cosines.length);
    expect(deviation).toBeGreaterThan(0.042);
    expect(deviation).toBeLessThan(0.0464);
    // Six deviations: once in 25,000 runs.
    expect(Math.max(...cosines.map(Math.abs))).toBeLessThan(6 / Math.sqrt(512));
  });

  it('spreads a template that is a single value over all of them', () => {
    const one = new Float32Array(512);
    one[17] = 1;
    const spread = templateTransform(Buffer.alloc(32, 3), 512)(one);
    expect(Math.max(...spread.map(Math.abs))).toBeLessThan(0.25);
    expect(new Set(spread).size).toBeGreaterThan(50);
  });

  it.each([
    [512, ['-0.731', '-0.046', '0.271', '-0.224', '-0.442', '-0.298']],
    [100, ['-0.023', '-0.336', '0.415', '-0.117', '-0.184', '-0.307']],
  ])('gives the same %i values for ever, for stored references depend on it', (dimensions, expected) => {
    const rotated = templateTransform(Buffer.alloc(32, 1), dimensions)(made('pinned', dimensions));
    expect(Array.from(rotated.subarray(0, 6), (value) => value.toFixed(3))).toEqual(expected);
  });

  it('refuses a vector of other dimensions', () => {
    expect(() => templateTransform(Buffer.alloc(32), 512)(new Float32Array(256))).toThrow(RangeError);
  });
});
