import type { LumaImage } from './luma-image.js';
import { type Box, centreOf } from './rgb-image.js';
import { boxToOutput } from './tensor-spec.js';
import { averageLuma, sampleLuma } from './upright-sampling.js';
import { type Line, type LinePicture, findLines, supportBetween, uprightEdges } from './straight-lines.js';

/** A face box is about so many times as long as the face is wide. */
const BOX_BY_FACE_WIDTH = 1.4;
/** Pixels of the working picture per face width: a thin bezel is still a pixel wide, hair and texture are gone. */
const UNIT = 20;
/** The working picture about the face: three face widths to each side, about as much above and below. */
const WIDTH = 7 * UNIT;
const HEIGHT = 7.4 * UNIT;
const CENTRE = { x: WIDTH / 2, y: HEIGHT / 2 } as const;
/** Half of the face in the working picture. A border runs beside all of it, and not within `GAP` of it. */
const FACE = { x: UNIT / 2, y: 0.7 * UNIT } as const;
const GAP = 2;
const REACH = 3 * UNIT;

/** The middle of the face, without hair: how bright the picture within a border is. */
const SKIN = { x: 6, y: 10 } as const;
/** The least step of luma at a border, as a part of the luma of the face, and in any case. */
const MIN_STEP = { ofFace: 0.08, luma: 4 } as const;

/** Perspective: opposite sides differ in slope by less than 8°, neighbours in their angle from 90° by less than 6°. */
const PARALLEL = 0.14;
const SQUARE = 0.1;

/**
 * Looks for the edge of a screen or of a sheet of paper round the face: a bright quadrilateral on something darker,
 * of which the bottom edge and two other sides are seen. The bottom edge is what windows, door frames, shelves and
 * pictures on the wall do not have: it crosses the person.
 *
 * @returns in which part of its length the worst of the three sides is seen, 0…1; 0 when there are no such sides
 */
export function screenBorder(image: LumaImage, face: Box): number {
  const picture = workingPicture(image, face);
  const minStep = Math.max(MIN_STEP.luma, MIN_STEP.ofFace * faceLuma(picture));
  const turned = transposed(picture);
  const level = uprightEdges(turned, minStep);
  const across = { centreRow: CENTRE.x, reach: FACE.x };
  const below = CENTRE.y + FACE.y;
  const bottoms = findLines(turned, level, { ...across, rises: -1, from: below + GAP, to: below + REACH });
  if (bottoms.length === 0) return 0;

  const above = CENTRE.y - FACE.y;
  const tops = findLines(turned, level, { ...across, rises: 1, from: above - REACH, to: above - GAP });
  const upright = uprightEdges(picture, minStep);
  const along = { centreRow: CENTRE.y, reach: FACE.y };
  const [left, right] = [CENTRE.x - FACE.x, CENTRE.x + FACE.x];
  const lefts = findLines(picture, upright, { ...along, rises: 1, from: left - REACH, to: left - GAP });
  const rights = findLines(picture, upright, { ...along, rises: -1, from: right + GAP, to: right + REACH });

  let best = 0;
  for (const bottom of bottoms) {
    best = Math.max(
      best,
      betweenSides(bottom, lefts, rights),
      besideFace(bottom, tops, lefts, right),
      besideFace(bottom, tops, rights, left),
    );
  }
  return best;
}

/** The bottom edge between two sides, which are to be seen from the top of the face down to their corners. */
function betweenSides(bottom: Line, lefts: readonly Line[], rights: readonly Line[]): number {
  const top = CENTRE.y - FACE.y;
  let best = 0;
  for (const left of lefts.filter((side) => isSquare(side, bottom))) {
    for (const right of rights.filter((side) => isSquare(side, bottom) && isParallel(side, left))) {
      const [a, b] = [corner(left, bottom), corner(right, bottom)];
      const sides = Math.min(supportBetween(left, top, a.y), supportBetween(right, top, b.y));
      best = Math.max(best, Math.min(supportBetween(bottom, a.x, b.x), sides));
    }
  }
  return best;
}

/** One side between the bottom and the top edge, which are to be seen from their corner to the far end of the face. */
function besideFace(bottom: Line, tops: readonly Line[], sides: readonly Line[], far: number): number {
  let best = 0;
  for (const side of sides.filter((candidate) => isSquare(candidate, bottom))) {
    for (const top of tops.filter((line) => isSquare(side, line) && isParallel(line, bottom))) {
      const [a, b] = [corner(side, top), corner(side, bottom)];
      const toFar = (line: Line, x: number) => supportBetween(line, Math.min(x, far), Math.max(x, far));
      const both = Math.min(toFar(top, a.x), toFar(bottom, b.x));
      best = Math.max(best, Math.min(supportBetween(side, a.y, b.y), both));
    }
  }
  return best;
}

function isParallel(a: Line, b: Line): boolean {
  return Math.abs(a.slope - b.slope) <= PARALLEL;
}

/** The slope of a level line is taken in the transposed picture: at a right angle the two add up to nothing. */
function isSquare(upright: Line, level: Line): boolean {
  return Math.abs(upright.slope + level.slope) < SQUARE;
}

function corner(upright: Line, level: Line): { x: number; y: number } {
  const { x, y } = CENTRE;
  const offset = upright.at + upright.slope * (level.at - y - level.slope * x);
  const cornerX = offset / (1 - upright.slope * level.slope);
  return { x: cornerX, y: level.at + level.slope * (cornerX - x) };
}

function workingPicture(image: LumaImage, face: Box): LinePicture {
  const scale = Math.max(face.width, face.height) / BOX_BY_FACE_WIDTH / UNIT;
  const { x, y } = centreOf(face);
  const area: Box = {
    left: x - (WIDTH * scale) / 2,
    top: y - (HEIGHT * scale) / 2,
    width: WIDTH * scale,
    height: HEIGHT * scale,
  };
  const luma = new Float32Array(WIDTH * HEIGHT);
  const inside = new Uint8Array(WIDTH * HEIGHT);
  for (let row = 0; row < HEIGHT; row++) {
    const py = area.top + (row + 0.5) * scale;
    if (py < 0 || py > image.height) continue;
    for (let column = 0; column < WIDTH; column++) {
      const px = area.left + (column + 0.5) * scale;
      if (px >= 0 && px <= image.width) inside[row * WIDTH + column] = 1;
    }
  }
  const size = { width: WIDTH, height: HEIGHT };
  if (scale > 1) averageLuma(image, area, scale, size, luma);
  else sampleLuma(image, boxToOutput(area, WIDTH, HEIGHT), { ...size, mean: 0, scale: 1 }, luma);
  return { width: WIDTH, height: HEIGHT, luma, inside };
}

function faceLuma({ luma }: LinePicture): number {
  let sum = 0;
  for (let y = CENTRE.y - SKIN.y; y < CENTRE.y + SKIN.y; y++) {
    for (let x = CENTRE.x - SKIN.x; x < CENTRE.x + SKIN.x; x++) sum += luma[y * WIDTH + x]!;
  }
  return sum / (4 * SKIN.x * SKIN.y);
}

function transposed({ width, height, luma, inside }: LinePicture): LinePicture {
  const turned = { width: height, height: width, luma: luma.slice(), inside: inside.slice() };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      turned.luma[x * height + y] = luma[y * width + x]!;
      turned.inside[x * height + y] = inside[y * width + x]!;
    }
  }
  return turned;
}
