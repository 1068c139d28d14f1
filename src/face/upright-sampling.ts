import type { LumaImage } from './luma-image.js';
import type { RgbImage } from './rgb-image.js';
import {
  type AffineMap,
  type Border,
  type GreySpec,
  type Sampling,
  type TensorSpec,
  type UprightMap,
  perChannel,
  placesOfRow,
  reflected,
  samplesFor,
} from './tensor-spec.js';

/**
 * `sampleToTensor` where the map does not turn: what an output pixel is made of along a column has nothing to do with
 * what it is made of along a row, so that one is summed after the other. Columns first, for their inner loop runs along
 * the picture's rows.
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
  // One row of the picture's width, between the first and the last column that is looked at.
  const row = new Float64Array(3 * (columns.end - columns.least));
  for (let y = 0; y < height; y++) {
    flattenRows(data, 3 * columns.least, 3 * imageWidth, rows, y, row);
    narrowToColours(row, columns, spec, y, out);
  }
}

/**
 * As `sampleToTensor`, of one channel.
 *
 * @param out length `width * height`; overwritten
 */
export function sampleLuma(
  { width: imageWidth, height: imageHeight, data }: LumaImage,
  map: UprightMap,
  { width, height, mean, scale }: GreySpec,
  out: Float32Array,
): void {
  const [nx, ny] = [samplesFor(map.a), samplesFor(map.d)];
  const columns = tapsAlong(width, nx, map.a, map.tx, imageWidth, 'repeat');
  const rows = tapsAlong(height, ny, map.d, map.ty, imageHeight, 'repeat');
  const row = new Float64Array(columns.end - columns.least);
  for (let y = 0; y < height; y++) {
    flattenRows(data, columns.least, imageWidth, rows, y, row);
    narrowToOne(row, columns, out, y * width);
    for (let i = y * width; i < (y + 1) * width; i++) out[i] = (out[i]! - mean) / scale;
  }
}

/** @param out the weighted sum of the picture's rows that make row `y`, from the element `start` of each */
function flattenRows(
  data: Uint8Array | Float32Array,
  start: number,
  stride: number,
  { first, count, weights, most }: Taps,
  y: number,
  out: Float64Array,
): void {
  const taps = count[y]!;
  let p = start + first[y]! * stride;
  let k = y * most;
  const end = k + taps;
  // Two rows at a time: half as often over the sums.
  if (taps % 2 === 1) {
    const weight = weights[k++]!;
    for (let i = 0; i < out.length; i++) out[i] = weight * data[p + i]!;
    p += stride;
  } else {
    out.fill(0);
  }
  for (; k < end; k += 2, p += 2 * stride) {
    const upper = weights[k]!;
    const lower = weights[k + 1]!;
    const q = p + stride;
    for (let i = 0; i < out.length; i++) out[i]! += upper * data[p + i]! + lower * data[q + i]!;
  }
}

function narrowToColours(
  row: Float64Array,
  { first, count, weights, least, most }: Taps,
  spec: TensorSpec,
  y: number,
  out: Float32Array,
): void {
  const [redScale, greenScale, blueScale] = perChannel(spec.scale);
  const [redMean, greenMean, blueMean] = perChannel(spec.mean);
  const { red: redAt, green: greenAt, blue: blueAt } = placesOfRow(spec, y);
  for (let x = 0; x < count.length; x++) {
    let red = 0;
    let green = 0;
    let blue = 0;
    let p = 3 * (first[x]! - least);
    const end = x * most + count[x]!;
    for (let k = x * most; k < end; k++, p += 3) {
      const weight = weights[k]!;
      red += weight * row[p]!;
      green += weight * row[p + 1]!;
      blue += weight * row[p + 2]!;
    }
    out[redAt + x] = (red - redMean) / redScale;
    out[greenAt + x] = (green - greenMean) / greenScale;
    out[blueAt + x] = (blue - blueMean) / blueScale;
  }
}

/** @param start where the row begins in `out` */
function narrowToOne(
  row: Float64Array,
  { first, count, weights, least, most }: Taps,
  out: Float32Array,
  start: number,
): void {
  for (let x = 0; x < count.length; x++) {
    let sum = 0;
    let p = first[x]! - least;
    const end = x * most + count[x]!;
    for (let k = x * most; k < end; k++, p++) sum += weights[k]! * row[p]!;
    out[start + x] = sum;
  }
}

/** Which source pixels make an output pixel along one axis: a run of them, each with its weight; the weights sum to 1. */
interface Taps {
  readonly first: Int32Array;
  readonly count: Int32Array;
  /** `most` places for each output pixel, of which `count` are used. */
  readonly weights: Float64Array;
  readonly most: number;
  /** The first source pixel that any of them is made of, and the one after the last. */
  readonly least: number;
  readonly end: number;
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
  const weights = new Float64Array(length * most);
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
  return { first, count, weights, most, least, end };
}
