import { kernelMemory, kernels } from './kernels.js';

interface Transform {
  readonly window: Float32Array;
  readonly cos: Float32Array;
  readonly sin: Float32Array;
}

const transforms = new Map<number, Transform>();

/** Hann's window, and the factors of the transform. */
function transformOf(side: number): Transform {
  const known = transforms.get(side);
  if (known) return known;
  const angle = (i: number) => (2 * Math.PI * i) / side;
  const transform = {
    window: Float32Array.from({ length: side }, (_, i) => 0.5 - 0.5 * Math.cos(angle(i))),
    cos: Float32Array.from({ length: side / 2 }, (_, i) => Math.cos(angle(i))),
    sin: Float32Array.from({ length: side / 2 }, (_, i) => -Math.sin(angle(i))),
  };
  transforms.set(side, transform);
  return transform;
}

/**
 * The power of the discrete Fourier transform of a square picture less its mean, under Hann's window.
 *
 * @param luma `side * side` values, row by row @param side a power of two, at least 32
 * @returns `side * side` bins, row by row; the first is the mean
 */
export function powerSpectrum(luma: Float32Array, side: number): Float32Array {
  const { window, cos, sin } = transformOf(side);
  const picture = luma.byteLength;
  const { at, floats } = kernelMemory({
    luma: picture,
    window: window.byteLength,
    cos: cos.byteLength,
    sin: sin.byteLength,
    work: 4 * picture,
    power: picture,
  });
  floats.set(luma, at.luma / 4);
  floats.set(window, at.window / 4);
  floats.set(cos, at.cos / 4);
  floats.set(sin, at.sin / 4);
  let sum = 0;
  for (const value of luma) sum += value;
  kernels.powerSpectrum(at.luma, side, sum / luma.length, at.window, at.cos, at.sin, at.work, at.power);
  return floats.slice(at.power / 4, at.power / 4 + luma.length);
}

/**
 * The sum of the square of `reach` bins to each side of every bin; the spectrum goes round.
 *
 * @param bins `side * side` values, `side` as above @returns as many
 */
export function boxSums(bins: Float32Array, side: number, reach: number): Float32Array {
  const { at, floats } = kernelMemory({
    bins: bins.byteLength,
    row: 4 * (side + 2 * reach),
    sums: bins.byteLength,
  });
  floats.set(bins, at.bins / 4);
  kernels.boxSums(at.bins, side, reach, at.row, at.sums);
  return floats.slice(at.sums / 4, at.sums / 4 + bins.length);
}
