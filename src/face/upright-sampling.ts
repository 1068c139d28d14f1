import type { LumaImage } from './luma-image.js';
import {
  LEVELS_SIZE,
  type Stretch,
  copyPart,
  kernelMemory,
  kernels,
  putLevels,
  takePlanes,
} from './kernels.js';
import type { RgbImage } from './rgb-image.js';
import {
  type AffineMap,
  type Border,
  type GreySpec,
  type Sampling,
  type TensorSpec,
  type UprightMap,
  reflected,
  samplesFor,
} from './tensor-spec.js';

/**
 * `sampleToTensor` where the map does not turn: what an output pixel is made of along a column has nothing to do with
 * what it is made of along a row, so that one is summed after the other.
 */
export function sampleUpright(
  { width: imageWidth, height: imageHeight, data }: RgbImage,
  map: AffineMap,
  spec: TensorSpec,
  out: Float32Array,
  { border, nx, ny }: Sampling,
): void {
  const { width, height } = spec;
  const columns = tapsAlong(width, nx, map.a, map.tx, imageWidth, border);
  const rows = tapsAlong(height, ny, map.d, map.ty, imageHeight, border);
  const stride = 3 * columns.reach;
  const { at, bytes, integers, floats } = kernelMemory({
    picture: rows.reach * stride,
    rows: tapsSize(rows),
    columns: tapsSize(columns),
    levels: LEVELS_SIZE,
    row: 4 * stride,
    planes: 4 * 3 * width * height,
  });
  copyPart(data, 3 * imageWidth, rows, { least: 3 * columns.least, reach: stride }, bytes, at.picture);
  putTaps(rows, at.rows, integers, floats);
  putTaps(columns, at.columns, integers, floats);
  putLevels(spec, floats, at.levels);
  kernels.sampleColours(
    at.picture,
    stride,
    at.rows,
    height,
    rows.most,
    at.columns,
    width,
    columns.most,
    at.levels,
    at.row,
    at.planes,
  );
  takePlanes(floats, at.planes, spec, out);
}

/**
 * As `sampleToTensor`, of one channel.
 *
 * @param out length `width * height`; overwritten
 */
export function sampleLuma(image: LumaImage, map: UprightMap, spec: GreySpec, out: Float32Array): void {
  const columns = tapsAlong(spec.width, samplesFor(map.a), map.a, map.tx, image.width, 'repeat');
  const rows = tapsAlong(spec.height, samplesFor(map.d), map.d, map.ty, image.height, 'repeat');
  sumLuma(image, columns, rows, spec, out);
}

/**
 * The mean of all pixels that lie in each output pixel, be they ever so many: four samples an axis, as models get, would
 * leave fine stripes as coarse ones. Beyond the picture, its nearest pixels.
 *
 * @param scale pixels of `image` per output pixel, more than 1 @param out length `width * height`; overwritten
 */
export function averageLuma(
  image: LumaImage,
  area: { readonly left: number; readonly top: number },
  scale: number,
  size: { readonly width: number; readonly height: number },
  out: Float32Array,
): void {
  const columns = wholeTapsAlong(size.width, scale, area.left, image.width);
  const rows = wholeTapsAlong(size.height, scale, area.top, image.height);
  sumLuma(image, columns, rows, { ...size, mean: 0, scale: 1 }, out);
}

function sumLuma(
  { width: imageWidth, data }: LumaImage,
  columns: Taps,
  rows: Taps,
  { width, height, mean, scale }: GreySpec,
  out: Float32Array,
): void {
  const stride = columns.reach;
  const { at, integers, floats } = kernelMemory({
    picture: 4 * rows.reach * stride,
    rows: tapsSize(rows),
    columns: tapsSize(columns),
    row: 4 * stride,
    plane: 4 * width * height,
  });
  copyPart(data, imageWidth, rows, columns, floats, at.picture / 4);
  putTaps(rows, at.rows, integers, floats);
  putTaps(columns, at.columns, integers, floats);
  kernels.sampleGrey(
    at.picture,
    stride,
    at.rows,
    height,
    rows.most,
    at.columns,
    width,
    columns.most,
    mean,
    scale,
    at.row,
    at.plane,
  );
  const start = at.plane / 4;
  out.set(floats.subarray(start, start + width * height));
}

/** Which source pixels make an output pixel along one axis: a run of them, each with its weight; the weights sum to 1. */
interface Taps extends Stretch {
  /** From `least` on. */
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** `most` places for each output pixel, of which `count` are used. */
  readonly weights: Float32Array;
  readonly most: number;
}

/** @returns bytes that `putTaps` needs */
function tapsSize({ first, count, weights }: Taps): number {
  return first.byteLength + count.byteLength + weights.byteLength;
}

/** @param address where the kernels find them */
function putTaps(
  { first, count, weights }: Taps,
  address: number,
  integers: Int32Array,
  floats: Float32Array,
): void {
  const start = address / 4;
  integers.set(first, start);
  integers.set(count, start + first.length);
  floats.set(weights, start + first.length + count.length);
}

/** @param perPixel samples averaged for each output pixel, each of them interpolated between its two neighbours */
function tapsAlong(
  length: number,
  perPixel: number,
  step: number,
  offset: number,
  size: number,
  border: Border,
): Taps {
  const last = size - 1;
  const most = Math.min(size, Math.ceil(Math.abs(step)) + 2);
  const first = new Int32Array(length);
  const count = new Int32Array(length);
  const weights = new Float32Array(length * most);
  const places = new Float64Array(perPixel);
  let least = last;
  let end = 0;
  for (let x = 0; x < length; x++) {
    let nearest = last;
    let farthest = 0;
    for (let sample = 0; sample < perPixel; sample++) {
      let place = step * (x + (sample + 0.5) / perPixel - 0.5) + offset;
      if (border === 'reflect' && (place < 0 || place > last)) place = reflected(place, size);
      place = Math.min(last, Math.max(0, place));
      places[sample] = place;
      nearest = Math.min(nearest, place);
      farthest = Math.max(farthest, place);
    }
    const from = Math.floor(nearest);
    first[x] = from;
    count[x] = Math.ceil(farthest) - from + 1;
    for (const place of places) {
      const whole = Math.floor(place);
      const fraction = place - whole;
      const at = x * most + whole - from;
      weights[at]! += (1 - fraction) / perPixel;
      if (fraction > 0) weights[at + 1]! += fraction / perPixel;
    }
    least = Math.min(least, from);
    end = Math.max(end, from + count[x]!);
  }
  for (let x = 0; x < length; x++) first[x]! -= least;
  return { first, count, weights, most, least, reach: end - least };
}

/** Each output pixel from the whole pixels whose middles lie in it, at least one. */
function wholeTapsAlong(length: number, step: number, start: number, size: number): Taps {
  const most = Math.ceil(step) + 1;
  const first = new Int32Array(length);
  const count = new Int32Array(length);
  const weights = new Float32Array(length * most);
  for (let x = 0; x < length; x++) {
    const centre = start + (x + 0.5) * step;
    const from = Math.min(size - 1, Math.max(0, Math.floor(centre - step / 2 + 0.5)));
    const end = Math.max(from + 1, Math.min(size, Math.floor(centre + step / 2 + 0.5)));
    first[x] = from;
    count[x] = end - from;
    weights.fill(1 / (end - from), x * most, x * most + end - from);
  }
  const least = first[0]!;
  const reach = first[length - 1]! + count[length - 1]! - least;
  for (let x = 0; x < length; x++) first[x]! -= least;
  return { first, count, weights, most, least, reach };
}
