import type { LumaImage } from './luma-image.js';
import { boxToOutput } from './tensor-spec.js';
import { sampleLuma } from './upright-sampling.js';

/**
 * A perceptual hash of a whole frame: 16×16 bits, each whether the luma rises or falls to the right (difference
 * hash). It survives new compression and scaling, and says next to nothing about who is in the picture.
 */
export type FrameDigest = Uint8Array;

const SIDE = 16;
const SPEC = { width: SIDE + 1, height: SIDE, mean: 0, scale: 1 } as const;

export const DIGEST_BYTES = (SIDE * SIDE) / 8;

export function frameDigest(image: LumaImage): FrameDigest {
  const luma = new Float32Array(SPEC.width * SPEC.height);
  const whole = { left: 0, top: 0, width: image.width, height: image.height };
  sampleLuma(image, boxToOutput(whole, SPEC.width, SPEC.height), SPEC, luma);
  const digest = new Uint8Array(DIGEST_BYTES);
  for (let bit = 0; bit < SIDE * SIDE; bit++) {
    const at = Math.floor(bit / SIDE) * SPEC.width + (bit % SIDE);
    if (luma[at + 1]! > luma[at]!) digest[bit >> 3]! |= 1 << (bit & 7);
  }
  return digest;
}

/** @returns how many of the 256 bits differ */
export function digestDistance(a: FrameDigest, b: FrameDigest): number {
  let distance = 0;
  for (let i = 0; i < DIGEST_BYTES; i++) {
    let difference = a[i]! ^ b[i]!;
    while (difference !== 0) {
      difference &= difference - 1;
      distance++;
    }
  }
  return distance;
}
