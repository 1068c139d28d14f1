import { type Point, meanPoint } from './rgb-image.js';
import type { AffineMap } from './tensor-spec.js';

/** Left eye, right eye, nose tip, left and right mouth corner, as seen in the picture. */
export type FivePoints = readonly [Point, Point, Point, Point, Point];

/**
 * The ArcFace reference points in a 112×112 crop (Deng et al., "ArcFace", CVPR 2019; the same as in
 * insightface's `face_align`). Recognition models are trained on faces brought to these places.
 */
export const ARCFACE_TEMPLATE: FivePoints = [
  { x: 38.2946, y: 51.6963 },
  { x: 73.5318, y: 51.5014 },
  { x: 56.0252, y: 71.7366 },
  { x: 41.5493, y: 92.3655 },
  { x: 70.7299, y: 92.2041 },
];

/**
 * The similarity transform (rotation, uniform scale, shift; no mirroring) that brings `from` closest to
 * `to` in the least-squares sense (Umeyama, 1991, in its closed form for the plane).
 *
 * @returns the map, and the root mean square distance that remains, in the pixels of `to`
 * @throws RangeError when `from` has no extent, which leaves the transform undefined
 */
export function fitSimilarity(
  from: readonly Point[],
  to: readonly Point[],
): { map: AffineMap; residual: number } {
  if (from.length !== to.length || from.length < 2) {
    throw new RangeError('fitSimilarity needs two or more pairs of points');
  }
  const meanFrom = meanPoint(from);
  const meanTo = meanPoint(to);
  let spread = 0;
  let along = 0;
  let across = 0;
  for (const [i, p] of from.entries()) {
    const q = to[i]!;
    const px = p.x - meanFrom.x;
    const py = p.y - meanFrom.y;
    const qx = q.x - meanTo.x;
    const qy = q.y - meanTo.y;
    spread += px * px + py * py;
    along += px * qx + py * qy;
    across += px * qy - py * qx;
  }
  if (!(spread > 0)) throw new RangeError('fitSimilarity: all points coincide');
  const a = along / spread;
  const c = across / spread;
  const map: AffineMap = {
    a,
    b: -c,
    tx: meanTo.x - a * meanFrom.x + c * meanFrom.y,
    c,
    d: a,
    ty: meanTo.y - c * meanFrom.x - a * meanFrom.y,
  };
  let squares = 0;
  for (const [i, p] of from.entries()) {
    const q = to[i]!;
    const moved = applyMap(map, p);
    squares += (moved.x - q.x) ** 2 + (moved.y - q.y) ** 2;
  }
  return { map, residual: Math.sqrt(squares / from.length) };
}

export function applyMap(map: AffineMap, p: Point): Point {
  return { x: map.a * p.x + map.b * p.y + map.tx, y: map.c * p.x + map.d * p.y + map.ty };
}
