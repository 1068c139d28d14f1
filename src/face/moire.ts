import type { LumaImage } from './luma-image.js';
import { type Box, centreOf } from './rgb-image.js';
import { boxSums, powerSpectrum } from './spectrum.js';
import { boxToOutput } from './tensor-spec.js';
import { sampleLuma } from './upright-sampling.js';

/** Pixels of the square that is looked at, a power of two: inside a face, and enough for narrow peaks. */
const SIDE = 128;
const TILE = { width: SIDE, height: SIDE, mean: 0, scale: 1 } as const;

/** Below this length (pixels of the face box's longer side) a tile shows more background than face. */
const MIN_FACE = 90;
/** From this length on the picture is looked at in half its size as well: coarse beats become finer ones. */
const HALF_SIZE_FACE = 200;

/**
 * Bins, cycles per tile. Near the axes lie the edges of what is upright or level and JPEG's 8×8 blocks, near the
 * centre the face itself, at the rim what demosaicing and sharpening leave.
 */
const BAND = { axis: 4, rim: 58, centre: 10 } as const;

/** The level around a bin: the mean of a square of so many bins to each side, without the inner square. */
const AROUND = { outer: 7, inner: 2 } as const;
const AROUND_BINS = (2 * AROUND.outer + 1) ** 2 - (2 * AROUND.inner + 1) ** 2;

/**
 * A straight edge across the face is not a peak but a ridge from the centre outwards: so many bins further in and
 * further out, or beside these places, it is about as high.
 */
const RIDGE = { reach: 6, beside: 2 } as const;

/** Added to the power (of 8-bit luma under the window): grain below it must not make peaks in a smooth picture. */
const FLOOR = 200 * SIDE;

/**
 * A camera that looks at a screen beats with the grid of the screen: moiré, which is a narrow, oblique peak in
 * the spectrum of the face. Skin and hair have none.
 *
 * @returns how far the highest such peak stands above its surroundings, in dB: bona fide faces stay below 10.5,
 *          visible moiré has 15…40; null when the face is too small for an opinion
 */
export function moireProminence(image: LumaImage, face: Box): number | null {
  const longer = Math.max(face.width, face.height);
  const shorterSide = Math.min(image.width, image.height);
  if (longer < MIN_FACE || shorterSide < SIDE) return null;
  const full = prominence(tileAt(image, face, 1));
  if (longer < HALF_SIZE_FACE || shorterSide < 2 * SIDE) return full;
  return Math.max(full, prominence(tileAt(image, face, 2)));
}

/** Luma of the tile at the middle of the face, moved into the picture; whole pixels, 2×2 of them averaged at 2. */
function tileAt(image: LumaImage, face: Box, reduction: 1 | 2): Float32Array {
  const { x, y } = centreOf(face);
  const start = (centre: number, size: number) => {
    const wanted = Math.floor(centre / reduction - SIDE / 2 + 0.5);
    return reduction * Math.min(Math.max(0, wanted), Math.floor(size / reduction) - SIDE);
  };
  const side = SIDE * reduction;
  const box = { left: start(x, image.width), top: start(y, image.height), width: side, height: side };
  const luma = new Float32Array(SIDE * SIDE);
  sampleLuma(image, boxToOutput(box, SIDE, SIDE), TILE, luma);
  return luma;
}

function prominence(luma: Float32Array): number {
  // Three bins each way: a peak that falls between bins, or is bent a little, is summed again.
  const power = boxSums(powerSpectrum(luma, SIDE), SIDE, 1);
  const level = new Float32Array(power.length);
  for (let v = 0; v < SIDE; v++) {
    for (let u = 0; u <= SIDE / 2; u++) {
      const value = 10 * Math.log10(power[v * SIDE + u]! + FLOOR);
      level[v * SIDE + u] = value;
      level[mirrored(v) * SIDE + mirrored(u)] = value;
    }
  }
  const outer = boxSums(level, SIDE, AROUND.outer);
  const inner = boxSums(level, SIDE, AROUND.inner);
  let highest = 0;
  for (let row = 0; row < SIDE; row++) {
    const v = row < SIDE / 2 ? row : row - SIDE;
    if (Math.abs(v) <= BAND.axis || Math.abs(v) >= BAND.rim) continue;
    // The other half of the plane is the mirror image of this one.
    for (let u = BAND.axis + 1; u < BAND.rim; u++) {
      if (u * u + v * v <= BAND.centre ** 2) continue;
      const bin = row * SIDE + u;
      const around = (outer[bin]! - inner[bin]!) / AROUND_BINS;
      // A ridge only lowers what stands above its surroundings; most bins need not be asked.
      if (level[bin]! - around <= highest) continue;
      highest = Math.max(highest, level[bin]! - Math.max(around, ridgeAt(level, u, v)));
    }
  }
  return highest;
}

/** The lower one of the levels further in and further out from a bin, dB: high on a ridge and on its flanks only. */
function ridgeAt(level: Float32Array, u: number, v: number): number {
  const radius = Math.hypot(u, v);
  const at = (distance: number) => {
    let highest = -Infinity;
    for (let beside = -RIDGE.beside; beside <= RIDGE.beside; beside++) {
      const x = Math.round((u * distance - v * beside) / radius) & (SIDE - 1);
      const y = Math.round((v * distance + u * beside) / radius) & (SIDE - 1);
      highest = Math.max(highest, level[y * SIDE + x]!);
    }
    return highest;
  };
  return Math.min(at(radius - RIDGE.reach), at(radius + RIDGE.reach));
}

/** The bin on the other side of the origin, along one axis. */
function mirrored(bin: number): number {
  return (SIDE - bin) & (SIDE - 1);
}
