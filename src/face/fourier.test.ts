import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { FourierTransform } from './fourier.js';

const rows = fc.constantFrom(2, 4, 32, 128).chain((size) => {
  const values = fc.array(fc.double({ min: -255, max: 255, noNaN: true }), {
    minLength: size,
    maxLength: size,
  });
  return fc.tuple(values, values);
});

describe('FourierTransform', () => {
  it('is the sum that defines it', () => {
    fc.assert(
      fc.property(rows, ([re, im]) => {
        const size = re.length;
        const [x, y] = [Float64Array.from(re), Float64Array.from(im)];
        new FourierTransform(size).run(x, y, 0);
        for (let k = 0; k < size; k++) {
          let [real, imaginary] = [0, 0];
          for (let n = 0; n < size; n++) {
            const angle = (-2 * Math.PI * k * n) / size;
            real += re[n]! * Math.cos(angle) - im[n]! * Math.sin(angle);
            imaginary += re[n]! * Math.sin(angle) + im[n]! * Math.cos(angle);
          }
          expect(x[k]).toBeCloseTo(real, 6);
          expect(y[k]).toBeCloseTo(imaginary, 6);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('leaves the other rows alone', () => {
    const [re, im] = [new Float64Array(12).fill(1), new Float64Array(12)];
    new FourierTransform(4).run(re, im, 4);
    expect([...re]).toEqual([1, 1, 1, 1, 4, 0, 0, 0, 1, 1, 1, 1]);
    expect([...im]).toEqual(Array.from(im, () => 0));
  });
});
