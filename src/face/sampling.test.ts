import { describe, expect, it } from 'vitest';

import { lumaImage } from './luma-image.js';
import { sampleToTensor } from './sampling.js';
import { type AffineMap, type Border, boxToOutput, reflected, samplesFor } from './tensor-spec.js';
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

describe('the kernels', () => {
  const noise = {
    width: 97,
    height: 61,
    // A linear congruential generator: any picture without a pattern will do.
    data: Uint8Array.from({ length: 97 * 61 * 3 }, (_, i) => (Math.imul(i + 1, 1_103_515_245) >>> 16) & 255),
  };
  const to = { channels: 'bgr', mean: [1, 2, 3], scale: [4, 5, 6] } as const;

  /** What they are to give, the slow way: each sample by itself, in double precision. */
  function slowly(map: AffineMap, border: Border, width: number, height: number): number[] {
    const place = (at: number, size: number) => {
      const inside = border === 'reflect' && (at < 0 || at > size - 1) ? reflected(at, size) : at;
      return Math.min(size - 1, Math.max(0, inside));
    };
    const pixel = (x: number, y: number, channel: number) =>
      noise.data[3 * (Math.min(60, y) * 97 + Math.min(96, x)) + channel]!;
    const sampleAt = (u: number, v: number, channel: number) => {
      const [x, y] = [place(map.a * u + map.b * v + map.tx, 97), place(map.c * u + map.d * v + map.ty, 61)];
      const [left, top] = [Math.floor(x), Math.floor(y)];
      const row = (y: number) =>
        pixel(left, y, channel) * (left + 1 - x) + pixel(left + 1, y, channel) * (x - left);
      return row(top) * (top + 1 - y) + row(top + 1) * (y - top);
    };
    const [nx, ny] = [samplesFor(Math.hypot(map.a, map.c)), samplesFor(Math.hypot(map.b, map.d))];
    return [2, 1, 0].flatMap((channel) =>
      Array.from({ length: width * height }, (_, i) => {
        let sum = 0;
        for (let j = 0; j < nx * ny; j++) {
          const u = (i % width) + ((j % nx) + 0.5) / nx - 0.5;
          const v = Math.floor(i / width) + (Math.floor(j / nx) + 0.5) / ny - 0.5;
          sum += sampleAt(u, v, channel);
        }
        return (sum / (nx * ny) - to.mean[channel]!) / to.scale[channel]!;
      }),
    );
  }

  it.each([
    ['all of it, reduced', { left: 0, top: 0, width: 97, height: 61 }, 'repeat', 31, 20],
    ['reduced by more than it is averaged', { left: 0, top: 0, width: 97, height: 61 }, 'repeat', 13, 7],
    ['a part, enlarged', { left: 60.4, top: 30.2, width: 30, height: 25 }, 'repeat', 45, 33],
    ['the last corner', { left: 96, top: 60, width: 1, height: 1 }, 'repeat', 5, 5],
    ['beyond every edge', { left: -20, top: -9, width: 140, height: 80 }, 'reflect', 40, 40],
    ['nothing of it', { left: 200, top: 100, width: 30, height: 30 }, 'repeat', 9, 9],
    [
      'nothing of it, but as a mirror has it',
      { left: 200, top: 100, width: 30, height: 30 },
      'reflect',
      9,
      9,
    ],
  ] as const)('see what the slow way sees, turned and not: %s', (_, box, border, width, height) => {
    const upright = boxToOutput(box, width, height);
    for (const turn of [0, 0.3, -1.9]) {
      const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
      const map = {
        ...upright,
        a: cos * upright.a,
        b: -sin * upright.d,
        c: sin * upright.a,
        d: cos * upright.d,
      };
      const out = new Float32Array(3 * width * height);
      sampleToTensor(noise, turn === 0 ? upright : map, { ...to, width, height }, out, border);
      const expected = slowly(map, border, width, height);
      for (const [i, value] of out.entries()) expect(value).toBeCloseTo(expected[i]!, 3);
    }
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
