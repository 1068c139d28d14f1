import type { RgbImage } from './rgb-image.js';
import { sampleToTensor } from './sampling.js';
import { type AffineMap, type TensorSpec, lumaOf, perChannel } from './tensor-spec.js';

/** A face brought to the places of `ARCFACE_TEMPLATE`: its red, its green and its blue plane, 112×112 values of 0…255 each. */
export type AlignedFace = Float32Array;

export const ALIGNED_SIDE = 112;
const PLANE = ALIGNED_SIDE * ALIGNED_SIDE;
const SPEC = { width: ALIGNED_SIDE, height: ALIGNED_SIDE, channels: 'rgb', mean: 0, scale: 1 } as const;

/** @param crop map from the pixels of the aligned face to those of `image` */
export function alignFace(image: RgbImage, crop: AffineMap): AlignedFace {
  const aligned = new Float32Array(3 * PLANE);
  sampleToTensor(image, crop, SPEC, aligned);
  return aligned;
}

/** @returns 112×112 values, 0…255 */
export function alignedLuma(aligned: AlignedFace): Float32Array {
  const luma = new Float32Array(PLANE);
  for (let i = 0; i < PLANE; i++) {
    luma[i] = lumaOf(aligned[i]!, aligned[PLANE + i]!, aligned[2 * PLANE + i]!);
  }
  return luma;
}

/** Writes the face as a model with an input of 112×112 pixels in colour wants it. */
export function alignedToTensor(aligned: AlignedFace, spec: TensorSpec, out: Float32Array): void {
  const scales = perChannel(spec.scale);
  const means = perChannel(spec.mean);
  for (const channel of [0, 1, 2] as const) {
    const mean = means[channel];
    const scale = scales[channel];
    const to = PLANE * (spec.channels === 'bgr' ? 2 - channel : channel);
    const from = PLANE * channel;
    for (let i = 0; i < PLANE; i++) out[to + i] = (aligned[from + i]! - mean) / scale;
  }
}
