import { describe, expect, it } from 'vitest';

import { boxSums, powerSpectrum } from './spectrum.js';

/** A linear congruential generator: any picture without a pattern will do. */
const noise = (side: number) =>
  Float32Array.from({ length: side * side }, (_, i) => (Math.imul(i + 1, 1_103_515_245) >>> 16) & 255);

describe('powerSpectrum', () => {
  it.each([32, 128])('is the sum that defines it, of a side of %i', (side) => {
    const luma = noise(side);
    const mean = luma.reduce((sum, value) => sum + value, 0) / luma.length;
    const hann = (i: number) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / side);
    const power = powerSpectrum(luma, side);
    for (const [u, v] of [
      [0, 0],
      [1, 0],
      [0, 1],
      [5, 9],
      [side / 2, 3],
      [side - 5, side - 9],
      [side - 2, 7],
    ] as const) {
      let [re, im] = [0, 0];
      for (let y = 0; y < side; y++) {
        for (let x = 0; x < side; x++) {
          const value = (luma[y * side + x]! - mean) * hann(x) * hann(y);
          const angle = (-2 * Math.PI * (u * x + v * y)) / side;
          re += value * Math.cos(angle);
          im += value * Math.sin(angle);
        }
      }
      const expected = re * re + im * im;
      expect(Math.abs(power[v * side + u]! - expected)).toBeLessThan(1e-4 * expected + 1);
    }
  });
});

describe('boxSums', () => {
  it.each([1, 2, 7])('sums a square that goes round, of a reach of %i', (reach) => {
    const side = 32;
    const bins = noise(side);
    const sums = boxSums(bins, side, reach);
    for (const [x, y] of [
      [0, 0],
      [31, 31],
      [30, 2],
      [16, 9],
    ] as const) {
      let expected = 0;
      for (let j = -reach; j <= reach; j++) {
        for (let i = -reach; i <= reach; i++) expected += bins[((y + j) & 31) * side + ((x + i) & 31)]!;
      }
      expect(sums[y * side + x]).toBe(expected);
    }
  });
});
