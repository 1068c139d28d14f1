import type { Box, RgbImage } from './rgb-image.js';
import { sampleToTensor } from './sampling.js';
import type { AffineMap } from './tensor-spec.js';

/** Mean of red, green and blue, 0…255. */
export type Colour = readonly [red: number, green: number, blue: number];

/** What light falls on the face, and what on everything behind it. */
export interface SceneColours {
  readonly skin: Colour;
  /** Null where the face leaves too little of the picture for it. */
  readonly background: Colour | null;
}

/** Cheeks and the bridge of the nose in the aligned 112×112 crop: skin, whatever eyes and mouth do. */
const SKIN = { left: 32, top: 58, width: 48, height: 24 } as const;
const SKIN_SPEC = { width: 24, height: 12, channels: 'rgb', mean: 0, scale: 1 } as const;

/** The background begins so many face widths beside the face: hair, ears and the light's halo lie between. */
const HEAD_ROOM = 0.45;
/** Shoulders are as near to the screen as the face and reflect as it does: below the chin nothing is background. */
const MIN_BACKGROUND_PART = 0.04;
/** Every so many pixels is enough for a mean. */
const STRIDE = 4;

/** @param crop map from the pixels of the aligned face to those of `image` */
export function sceneColours(image: RgbImage, face: Box, crop: AffineMap): SceneColours {
  const { width, height } = SKIN_SPEC;
  const scale = { x: SKIN.width / width, y: SKIN.height / height };
  const map: AffineMap = {
    a: crop.a * scale.x,
    b: crop.b * scale.y,
    tx: crop.a * SKIN.left + crop.b * SKIN.top + crop.tx,
    c: crop.c * scale.x,
    d: crop.d * scale.y,
    ty: crop.c * SKIN.left + crop.d * SKIN.top + crop.ty,
  };
  const skin = new Float32Array(width * height * 3);
  sampleToTensor(image, map, SKIN_SPEC, skin);
  const plane = width * height;
  return {
    skin: [
      mean(skin.subarray(0, plane)),
      mean(skin.subarray(plane, 2 * plane)),
      mean(skin.subarray(2 * plane)),
    ],
    background: backgroundColour(image, face),
  };
}

function backgroundColour({ width, height, data }: RgbImage, face: Box): Colour | null {
  const from = face.left - HEAD_ROOM * face.width;
  const to = face.left + (1 + HEAD_ROOM) * face.width;
  const above = face.top - HEAD_ROOM * face.height;
  const below = Math.min(height, face.top + face.height);
  let count = 0;
  let [red, green, blue] = [0, 0, 0];
  for (let y = 0; y < below; y += STRIDE) {
    for (let x = 0; x < width; x += STRIDE) {
      if (y > above && x > from && x < to) continue;
      const at = (y * width + x) * 3;
      red += data[at]!;
      green += data[at + 1]!;
      blue += data[at + 2]!;
      count++;
    }
  }
  if (count * STRIDE * STRIDE < MIN_BACKGROUND_PART * width * height) return null;
  return [red / count, green / count, blue / count];
}

function mean(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}
