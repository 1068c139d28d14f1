import type { RgbImage } from './rgb-image.js';
import { lumaOf } from './tensor-spec.js';

/** The luma of a decoded picture, 0…255, row by row: worked out once for all that see in grey. */
export interface LumaImage {
  readonly width: number;
  readonly height: number;
  /** `width * height` values */
  readonly data: Float32Array;
}

export function lumaImage({ width, height, data }: RgbImage): LumaImage {
  const luma = new Float32Array(width * height);
  for (let i = 0, p = 0; i < luma.length; i++, p += 3) luma[i] = lumaOf(data[p]!, data[p + 1]!, data[p + 2]!);
  return { width, height, data: luma };
}
