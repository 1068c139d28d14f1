import type { Box, RgbImage } from './rgb-image.js';

/**
 * Where an output pixel lies in the source picture: x' = a·x + b·y + tx, y' = c·x + d·y + ty,
 * both in pixel coordinates (pixel centres at whole numbers).
 */
export interface AffineMap {
  readonly a: number;
  readonly b: number;
  readonly tx: number;
  readonly c: number;
  readonly d: number;
  readonly ty: number;
}

/** How a model wants its input: size in pixels, channel order, and value = (sample − mean) / scale. */
export interface TensorSpec {
  readonly width: number;
  readonly height: number;
  readonly channels: 'rgb' | 'bgr' | 'grey';
  /** One for all channels, or one each for red, green and blue; a grey input takes one. */
  readonly mean: PerChannel;
  readonly scale: PerChannel;
}

type PerChannel = number | readonly [red: number, green: number, blue: number];

/** What stands outside of the picture: its edge pixel, again and again, or its mirror image. */
export type Border = 'repeat' | 'reflect';

/** The map that stretches `box` over an output of `width` × `height` pixels. */
export function boxToOutput(box: Box, width: number, height: number): AffineMap {
  const a = box.width / width;
  const d = box.height / height;
  return { a, b: 0, tx: box.left + a / 2 - 0.5, c: 0, d, ty: box.top + d / 2 - 0.5 };
}

/** Several samples an axis are averaged where the source is reduced, so that fine detail does not alias. */
const MAX_SAMPLES_PER_AXIS = 4;

/**
 * Fills a planar tensor (channel, row, column) with the picture seen through `map`: bilinear
 * interpolation, box-averaged when the picture is reduced.
 *
 * Every model input is made here: detection, landmark, recognition crops differ in map and spec only.
 *
 * @param out length `width * height * (grey ? 1 : 3)`; overwritten
 */
export function sampleToTensor(
  image: RgbImage,
  map: AffineMap,
  spec: TensorSpec,
  out: Float32Array,
  border: Border = 'repeat',
): void {
  const { width, height, channels } = spec;
  const plane = width * height;
  const stepX = Math.hypot(map.a, map.c);
  const stepY = Math.hypot(map.b, map.d);
  const nx = Math.max(1, Math.min(MAX_SAMPLES_PER_AXIS, Math.round(stepX)));
  const ny = Math.max(1, Math.min(MAX_SAMPLES_PER_AXIS, Math.round(stepY)));
  if (map.b === 0 && map.c === 0) {
    sampleUpright(image, map, spec, out, { border, nx, ny });
    return;
  }
  const { data } = image;
  const stride = image.width * 3;
  const maxX = image.width - 1;
  const maxY = image.height - 1;
  const [redScale, greenScale, blueScale] = perChannel(spec.scale);
  const [redMean, greenMean, blueMean] = perChannel(spec.mean);
  const samples = nx * ny;
  const reflect = border === 'reflect';
  const [redPlane, bluePlane] = channels === 'bgr' ? [2 * plane, 0] : [0, 2 * plane];

  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let j = 0; j < ny; j++) {
        const v = y + (j + 0.5) / ny - 0.5;
        for (let i = 0; i < nx; i++) {
          const u = x + (i + 0.5) / nx - 0.5;
          let sx = map.a * u + map.b * v + map.tx;
          let sy = map.c * u + map.d * v + map.ty;
          if (reflect && (sx < 0 || sx > maxX)) sx = reflected(sx, image.width);
          if (reflect && (sy < 0 || sy > maxY)) sy = reflected(sy, image.height);
          sx = Math.min(maxX, Math.max(0, sx));
          sy = Math.min(maxY, Math.max(0, sy));
          const x0 = sx | 0;
          const y0 = sy | 0;
          const fx = sx - x0;
          const fy = sy - y0;
          const p00 = y0 * stride + x0 * 3;
          const p01 = x0 < maxX ? p00 + 3 : p00;
          const down = y0 < maxY ? stride : 0;
          const p10 = p00 + down;
          const p11 = p01 + down;
          const w00 = (1 - fx) * (1 - fy);
          const w01 = fx * (1 - fy);
          const w10 = (1 - fx) * fy;
          const w11 = fx * fy;
          // The indices are inside by construction; `!` keeps this loop free of checks.
          red += data[p00]! * w00 + data[p01]! * w01 + data[p10]! * w10 + data[p11]! * w11;
          green += data[p00 + 1]! * w00 + data[p01 + 1]! * w01 + data[p10 + 1]! * w10 + data[p11 + 1]! * w11;
          blue += data[p00 + 2]! * w00 + data[p01 + 2]! * w01 + data[p10 + 2]! * w10 + data[p11 + 2]! * w11;
        }
      }
      const at = y * width + x;
      if (channels === 'grey') {
        // ITU-R BT.601 luma, as the landmark model was trained on.
        out[at] = ((0.299 * red + 0.587 * green + 0.114 * blue) / samples - redMean) / redScale;
      } else {
        out[redPlane + at] = (red / samples - redMean) / redScale;
        out[plane + at] = (green / samples - greenMean) / greenScale;
        out[bluePlane + at] = (blue / samples - blueMean) / blueScale;
      }
    }
  }
}

/** For every sample along one axis: where its two neighbours begin in `data`, and how near it is to the second. */
interface Places {
  readonly first: Int32Array;
  readonly second: Int32Array;
  readonly fraction: Float64Array;
}

/**
 * `sampleToTensor` where the map does not turn: columns and rows then know nothing of each other, and their places
 * are found once. The same sums in the same order, hence the same values to the last bit, in half the time.
 *
 * @param nx samples averaged for each output pixel, along a row
 * @param ny along a column
 */
function sampleUpright(
  { width: imageWidth, height: imageHeight, data }: RgbImage,
  map: AffineMap,
  spec: TensorSpec,
  out: Float32Array,
  { border, nx, ny }: { readonly border: Border; readonly nx: number; readonly ny: number },
): void {
  const { width, height, channels } = spec;
  const plane = width * height;
  const columns = placesAlong(width * nx, nx, map.a, map.tx, imageWidth, 3, border);
  const rows = placesAlong(height * ny, ny, map.d, map.ty, imageHeight, 3 * imageWidth, border);
  const [redScale, greenScale, blueScale] = perChannel(spec.scale);
  const [redMean, greenMean, blueMean] = perChannel(spec.mean);
  const samples = nx * ny;
  const [redPlane, bluePlane] = channels === 'bgr' ? [2 * plane, 0] : [0, 2 * plane];

  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < width; x++, at++) {
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let j = y * ny; j < (y + 1) * ny; j++) {
        const upper = rows.first[j]!;
        const lower = rows.second[j]!;
        const fy = rows.fraction[j]!;
        for (let i = x * nx; i < (x + 1) * nx; i++) {
          const left = columns.first[i]!;
          const right = columns.second[i]!;
          const fx = columns.fraction[i]!;
          const p00 = upper + left;
          const p01 = upper + right;
          const p10 = lower + left;
          const p11 = lower + right;
          const w00 = (1 - fx) * (1 - fy);
          const w01 = fx * (1 - fy);
          const w10 = (1 - fx) * fy;
          const w11 = fx * fy;
          red += data[p00]! * w00 + data[p01]! * w01 + data[p10]! * w10 + data[p11]! * w11;
          green += data[p00 + 1]! * w00 + data[p01 + 1]! * w01 + data[p10 + 1]! * w10 + data[p11 + 1]! * w11;
          blue += data[p00 + 2]! * w00 + data[p01 + 2]! * w01 + data[p10 + 2]! * w10 + data[p11 + 2]! * w11;
        }
      }
      if (channels === 'grey') {
        out[at] = ((0.299 * red + 0.587 * green + 0.114 * blue) / samples - redMean) / redScale;
      } else {
        out[redPlane + at] = (red / samples - redMean) / redScale;
        out[plane + at] = (green / samples - greenMean) / greenScale;
        out[bluePlane + at] = (blue / samples - blueMean) / blueScale;
      }
    }
  }
}

/** @param stride from one source pixel to the next along the axis, in elements of `data` */
function placesAlong(
  count: number,
  perPixel: number,
  step: number,
  offset: number,
  size: number,
  stride: number,
  border: Border,
): Places {
  const first = new Int32Array(count);
  const second = new Int32Array(count);
  const fraction = new Float64Array(count);
  const last = size - 1;
  for (let k = 0; k < count; k++) {
    const u = Math.floor(k / perPixel) + ((k % perPixel) + 0.5) / perPixel - 0.5;
    let place = step * u + offset;
    if (border === 'reflect' && (place < 0 || place > last)) place = reflected(place, size);
    place = Math.min(last, Math.max(0, place));
    const whole = place | 0;
    first[k] = whole * stride;
    second[k] = Math.min(last, whole + 1) * stride;
    fraction[k] = place - whole;
  }
  return { first, second, fraction };
}

function perChannel(value: PerChannel): readonly [number, number, number] {
  return typeof value === 'number' ? [value, value, value] : value;
}

/** The place in 0…size − 1 whose mirror image lies at `at`: … 1 0 | 0 1 2 … */
function reflected(at: number, size: number): number {
  const period = 2 * size;
  const phase = (((at + 0.5) % period) + period) % period;
  return (phase < size ? phase : period - phase) - 0.5;
}
