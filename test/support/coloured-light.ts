import sharp from 'sharp';

import type { LightColour } from '../../src/face/live/challenge.js';
import type { Box } from '../../src/face/rgb-image.js';

const SCREEN: Record<LightColour, readonly [number, number, number]> = {
  red: [1, 0, 0],
  yellow: [1, 1, 0],
  green: [0, 1, 0],
  cyan: [0, 1, 1],
  blue: [0, 0, 1],
  magenta: [1, 0, 1],
};
const GAMMA = 2.2;
const LEVELS = 4096;
const toLinear = Float64Array.from({ length: 256 }, (_, v) => (v / 255) ** GAMMA);
const toSample = Uint8Array.from({ length: LEVELS + 1 }, (_, v) =>
  Math.round(255 * (v / LEVELS) ** (1 / GAMMA)),
);

export interface Reflection {
  /** Light of the screen on the face and shoulders, in parts of the light of the room. */
  readonly near: number;
  /** … and on everything behind. */
  readonly far: number;
  /** Light that lies on all of the picture without having been on anything, in parts of full white: glare. */
  readonly veil?: number;
}

/** What a phone in a lit room gives: a quarter more light on the face, next to nothing on the wall. */
export const PHONE_IN_A_ROOM: Reflection = { near: 0.25, far: 0.03 };

/**
 * A frame as it would look in the light of a coloured screen: every surface throws back the colour it has under
 * white light, more of it where it is near.
 *
 * @param face the face box in parts of the frame
 */
export async function inColouredLight(
  frame: Uint8Array,
  face: Box,
  colour: LightColour,
  { near, far, veil = 0 }: Reflection,
): Promise<Buffer> {
  const { data, info } = await sharp(frame).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const centre = { x: (face.left + face.width / 2) * width, y: (face.top + face.height / 2) * height };
  const reach = { x: face.width * width * 0.75, y: face.height * height * 0.75 };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const distance = Math.hypot((x - centre.x) / reach.x, (y - centre.y) / reach.y);
      const shoulders = y > centre.y && Math.abs(x - centre.x) < reach.x * 2.2;
      const nearness = Math.max(1 / (1 + Math.exp((distance - 1) * 12)), shoulders ? 0.8 : 0);
      const light = 1 + far + (near - far) * nearness;
      for (let channel = 0; channel < 3; channel++) {
        if (SCREEN[colour][channel] === 0) continue;
        const at = (y * width + x) * 3 + channel;
        data[at] = toSample[Math.min(LEVELS, Math.round(LEVELS * (toLinear[data[at]!]! * light + veil)))]!;
      }
    }
  }
  return sharp(data, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 90 })
    .toBuffer();
}
