/**
 * A decoded picture: 8-bit sRGB, interleaved R,G,B, row by row from the top left, upright.
 * `data.length === width * height * 3`.
 */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

/** Pixel coordinates: the centre of the top left pixel is (0, 0), x grows to the right, y downwards. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** An axis-parallel rectangle in pixel coordinates; may reach beyond the picture. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export function centreOf(box: Box): Point {
  return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
}

/** The box scaled about its centre. */
export function scaleBox(box: Box, factor: number): Box {
  const width = box.width * factor;
  const height = box.height * factor;
  const { x, y } = centreOf(box);
  return { left: x - width / 2, top: y - height / 2, width, height };
}

/** The square about the box's centre whose side is `factor` times the box's longer one. */
export function squareOf(box: Box, factor = 1): Box {
  const side = Math.max(box.width, box.height) * factor;
  const { x, y } = centreOf(box);
  return { left: x - side / 2, top: y - side / 2, width: side, height: side };
}

/** The overlapping area of two boxes in square pixels; 0 when they are apart. */
export function intersectionArea(a: Box, b: Box): number {
  const width = Math.min(a.left + a.width, b.left + b.width) - Math.max(a.left, b.left);
  const height = Math.min(a.top + a.height, b.top + b.height) - Math.max(a.top, b.top);
  return Math.max(0, width) * Math.max(0, height);
}

/** @param points at least one */
export function meanPoint(points: readonly Point[]): Point {
  let x = 0;
  let y = 0;
  for (const p of points) {
    x += p.x;
    y += p.y;
  }
  return { x: x / points.length, y: y / points.length };
}
