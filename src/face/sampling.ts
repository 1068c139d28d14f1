import type { RgbImage } from './rgb-image.js';
import {
  type AffineMap,
  type Border,
  type Sampling,
  type TensorSpec,
  perChannel,
  placesOfRow,
  reflected,
  samplesFor,
} from './tensor-spec.js';
import { sampleUpright } from './upright-sampling.js';

/**
 * Fills a planar tensor (channel, row, column) with the picture seen through `map`: bilinear
 * interpolation, box-averaged when the picture is reduced.
 *
 * Every model input in colour is made here: detection, recognition and other crops differ in map and spec only. Those in
 * grey are made by `sampleLuma`.
 *
 * @param out length `width * height * 3`; overwritten
 * @throws RangeError for an input in grey
 */
export function sampleToTensor(
  image: RgbImage,
  map: AffineMap,
  spec: TensorSpec,
  out: Float32Array,
  border: Border = 'repeat',
): void {
  if (spec.channels === 'grey') throw new RangeError('what is seen in grey is made of the luma');
  const nx = samplesFor(Math.hypot(map.a, map.c));
  const ny = samplesFor(Math.hypot(map.b, map.d));
  if (map.b === 0 && map.c === 0) sampleUpright(image, map, spec, out, { border, nx, ny });
  else sampleTurned(image, map, spec, out, { border, nx, ny });
}

function sampleTurned(
  { width: imageWidth, height: imageHeight, data }: RgbImage,
  map: AffineMap,
  spec: TensorSpec,
  out: Float32Array,
  { border, nx, ny }: Sampling,
): void {
  const { width, height } = spec;
  const stride = imageWidth * 3;
  const maxX = imageWidth - 1;
  const maxY = imageHeight - 1;
  const samples = nx * ny;
  const reflect = border === 'reflect';
  const [redScale, greenScale, blueScale] = perChannel(spec.scale);
  const [redMean, greenMean, blueMean] = perChannel(spec.mean);

  for (let y = 0; y < height; y++) {
    const { red: redAt, green: greenAt, blue: blueAt } = placesOfRow(spec, y);
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
          if (reflect && (sx < 0 || sx > maxX)) sx = reflected(sx, imageWidth);
          if (reflect && (sy < 0 || sy > maxY)) sy = reflected(sy, imageHeight);
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
      out[redAt + x] = (red / samples - redMean) / redScale;
      out[greenAt + x] = (green / samples - greenMean) / greenScale;
      out[blueAt + x] = (blue / samples - blueMean) / blueScale;
    }
  }
}
