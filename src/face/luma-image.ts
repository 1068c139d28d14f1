import { kernelMemory, kernels } from './kernels.js';
import type { RgbImage } from './rgb-image.js';
import { LUMA } from './tensor-spec.js';

/** The luma of a decoded picture, 0…255, row by row: worked out once for all that see in grey. */
export interface LumaImage {
  readonly width: number;
  readonly height: number;
  /** `width * height` values */
  readonly data: Float32Array;
}

/** Pixels that are worked out in one go: what the kernel needs for them stays small. A multiple of four. */
const GO = 32_768;

export function lumaImage({ width, height, data }: RgbImage): LumaImage {
  const luma = new Float32Array(width * height);
  const { at, bytes, floats } = kernelMemory({ rgb: 3 * GO, luma: 4 * GO });
  const start = at.luma / 4;
  for (let i = 0; i < luma.length; i += GO) {
    const pixels = Math.min(GO, luma.length - i);
    bytes.set(data.subarray(3 * i, 3 * (i + pixels)), at.rgb);
    kernels.luma(at.rgb, pixels, LUMA.red, LUMA.green, LUMA.blue, at.luma);
    luma.set(floats.subarray(start, start + pixels), i);
  }
  return { width, height, data: luma };
}
