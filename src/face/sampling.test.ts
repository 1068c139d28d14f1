import { describe, expect, it } from 'vitest';

import { lumaImage } from './luma-image.js';
import { sampleToTensor } from './sampling.js';
import { boxToOutput } from './tensor-spec.js';
import { sampleLuma } from './upright-sampling.js';

/** Red rises to the right, green downwards, blue is constant. */
const image = {
  width: 8,
  height: 4,
  data: Uint8Array.from({ length: 8 * 4 * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    return [10 * (pixel % 8), 20 * Math.floor(pixel / 8), 200][i % 3]!;
  }),
};
const whole = { left: 0, top: 0, width: 8, height: 4 };
const spec = (channels: 'rgb' | 'bgr', width = 8, height = 4) =>
  ({ width, height, channels, mean: 0, scale: 1 }) as const;
const sample = (box: typeof whole, to: ReturnType<typeof spec>) => {
  const out = new Float32Array(to.width * to.height * 3);
  sampleToTensor(image, boxToOutput(box, to.width, to.height), to, out);
  return out;
};

describe('sampleToTensor', () => {
  it('copies pixel for pixel at scale one, plane by plane', () => {
    const out = sample(whole, spec('rgb'));
    expect([...out.subarray(0, 8)]).toEqual([0, 10, 20, 30, 40, 50, 60, 70]);
    expect(out[32 + 8]).toBe(20);
    expect(new Set(out.subarray(64))).toEqual(new Set([200]));
  });

  it('puts blue first for a BGR model', () => {
    const out = sample(whole, spec('bgr'));
    expect(out[0]).toBe(200);
    expect(out[64 + 7]).toBe(70);
  });

  it('makes nothing in grey, which is made of the luma', () => {
    const grey = { ...spec('rgb'), channels: 'grey' } as const;
    expect(() => {
      sampleToTensor(image, boxToOutput(whole, 8, 4), grey, new Float32Array(32));
    }).toThrow(RangeError);
  });

  it('averages where it reduces, instead of picking pixels', () => {
    const out = sample(whole, spec('rgb', 4, 2));
    expect(out[0]).toBeCloseTo(5, 4);
    expect(out[3]).toBeCloseTo(65, 4);
  });

  it('repeats the edge outside of the picture', () => {
    const out = sample({ left: -8, top: 0, width: 8, height: 4 }, spec('rgb'));
    expect([...out.subarray(0, 8)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  it('mirrors the picture outside of it where that is asked for, as often as it takes', () => {
    const out = new Float32Array(24 * 4 * 3);
    const row = (left: number) => {
      const box = { left, top: 0, width: 24, height: 4 };
      sampleToTensor(image, boxToOutput(box, 24, 4), spec('rgb', 24), out, 'reflect');
      return Array.from(out.subarray(0, 24), (red) => Math.abs(Math.round(red / 10)));
    };
    expect(row(-8)).toEqual([7, 6, 5, 4, 3, 2, 1, 0, 0, 1, 2, 3, 4, 5, 6, 7, 7, 6, 5, 4, 3, 2, 1, 0]);
    expect(row(-24)).toEqual([7, 6, 5, 4, 3, 2, 1, 0, 0, 1, 2, 3, 4, 5, 6, 7, 7, 6, 5, 4, 3, 2, 1, 0]);
  });

  it('applies a mean and a scale to each channel', () => {
    const out = new Float32Array(96);
    const channels = { ...spec('rgb'), mean: [10, 20, 30], scale: [1, 2, 4] } as const;
    sampleToTensor(image, boxToOutput(whole, 8, 4), channels, out);
    expect([out[7], out[32], out[64]]).toEqual([60, -10, 42.5]);
  });

  it('applies mean and scale', () => {
    const out = new Float32Array(96);
    sampleToTensor(image, boxToOutput(whole, 8, 4), { ...spec('rgb'), mean: 127, scale: 128 }, out);
    expect(out[7]).toBeCloseTo((70 - 127) / 128, 5);
  });
});

describe('sampleLuma', () => {
  const luma = (box: typeof whole, width: number, height: number) => {
    const out = new Float32Array(width * height);
    sampleLuma(lumaImage(image), boxToOutput(box, width, height), { width, height, mean: 20, scale: 2 }, out);
    return out;
  };

  it('weighs the colours, and applies mean and scale', () => {
    expect(luma(whole, 8, 4)[7]).toBeCloseTo((0.299 * 70 + 0.114 * 200 - 20) / 2, 3);
  });

  it.each([
    ['enlarged', { left: 1.3, top: 0.4, width: 3, height: 2 }, 7, 5],
    ['reduced, reaching beyond the picture', { left: -3, top: -2, width: 14, height: 9 }, 4, 3],
  ])('sees the same as in colour: %s', (_, box, width, height) => {
    const colours = sample(box, spec('rgb', width, height));
    const plane = width * height;
    const weighed = Array.from({ length: plane }, (__, i) => {
      const sum = 0.299 * colours[i]! + 0.587 * colours[plane + i]! + 0.114 * colours[2 * plane + i]!;
      return (sum - 20) / 2;
    });
    for (const [i, value] of luma(box, width, height).entries()) expect(value).toBeCloseTo(weighed[i]!, 3);
  });
});
