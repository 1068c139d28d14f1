import sharp from 'sharp';

import type { Box } from '../../src/face/rgb-image.js';

/** Distances of the ears from the camera, in centimetres. */
export interface Approach {
  /** At which the frame was taken, as we take it. */
  readonly from: number;
  readonly to: number;
  /** Whether there is a head before the camera, or a picture of one. */
  readonly solid: boolean;
}

/** Breadth of a head at the ears, in centimetres, and of the face box that the detector draws round it. */
const HEAD_BREADTH = 14.5;
/** Rounds of the search for the surface point that a pixel shows; each halves what is left. */
const ROUNDS = 6;

/**
 * A frame as it would look with the face nearer to the camera: each point of the head is moved by its own
 * distance, so that the nose grows more than the ears; of a flat picture everything grows alike.
 *
 * The head is an ellipsoid with a nose. That is a simulation: it has the perspective of a head, not its edges.
 *
 * @param face the face box in parts of the frame
 */
export async function approach(frame: Uint8Array, face: Box, { from, to, solid }: Approach): Promise<Buffer> {
  const { data, info } = await sharp(frame).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const centre = { x: (face.left + face.width / 2) * width, y: (face.top + face.height * 0.55) * height };
  const focal = (face.width * width * from) / HEAD_BREADTH;
  const nearer = Buffer.alloc(data.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [px, py] = [x - centre.x, y - centre.y];
      let depth = 0;
      if (solid) {
        for (let i = 0; i < ROUNDS; i++) {
          depth = (depth + depthOfHead((px * (to - depth)) / focal, (py * (to - depth)) / focal)) / 2;
        }
      }
      const scale = (to - depth) / (from - depth);
      for (let channel = 0; channel < 3; channel++) {
        const [sx, sy] = [centre.x + px * scale, centre.y + py * scale];
        nearer[(y * width + x) * 3 + channel] = bilinear(data, width, height, sx, sy, channel);
      }
    }
  }
  return sharp(nearer, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 92 })
    .toBuffer();
}

/** How far the surface lies before the ears, in centimetres, at a point of the face in centimetres. */
function depthOfHead(x: number, y: number): number {
  const inside = 1 - (x / 8) ** 2 - (y / 13) ** 2;
  const nose = 2.2 * Math.exp(-((x / 1.4) ** 2 + ((y - 1) / 1.8) ** 2));
  return (inside > 0 ? 9 * Math.sqrt(inside) : 0) + nose;
}

function bilinear(
  data: Buffer,
  width: number,
  height: number,
  x: number,
  y: number,
  channel: number,
): number {
  const left = Math.max(0, Math.min(width - 1.001, x));
  const top = Math.max(0, Math.min(height - 1.001, y));
  const [x0, y0] = [Math.floor(left), Math.floor(top)];
  const [fx, fy] = [left - x0, top - y0];
  const at = (dx: number, dy: number) => data[((y0 + dy) * width + x0 + dx) * 3 + channel]!;
  return (at(0, 0) * (1 - fx) + at(1, 0) * fx) * (1 - fy) + (at(0, 1) * (1 - fx) + at(1, 1) * fx) * fy;
}
