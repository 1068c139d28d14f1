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
import { type AffineMap, type Border, type Sampling, type TensorSpec, samplesFor } from './tensor-spec.js';
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
  image: RgbImage,
  map: AffineMap,
  spec: TensorSpec,
  out: Float32Array,
  { border, nx, ny }: Sampling,
): void {
  const { width, height } = spec;
  const { columns, rows } = border === 'reflect' ? wholeOf(image) : seenThrough(map, spec, image);
  const stride = 3 * columns.reach;
  const { at, bytes, floats, doubles } = kernelMemory({
    picture: (rows.reach + 1) * stride,
    map: 6 * 8,
    levels: LEVELS_SIZE,
    planes: 4 * 3 * width * height,
  });
  const samples = { least: 3 * columns.least, reach: stride };
  copyPart(image.data, 3 * image.width, rows, samples, bytes, at.picture);
  const { a, b, tx, c, d, ty } = map;
  doubles.set([a, b, tx - columns.least, c, d, ty - rows.least], at.map / 8);
  putLevels(spec, floats, at.levels);
  const reflect = border === 'reflect';
  kernels.sampleTurned(
    at.picture,
    columns.reach,
    rows.reach,
    at.map,
    nx,
    ny,
    reflect,
    at.levels,
    width,
    height,
    at.planes,
  );
  takePlanes(floats, at.planes, spec, out);
}

interface Part {
  readonly columns: Stretch;
  readonly rows: Stretch;
}

function wholeOf({ width, height }: RgbImage): Part {
  return { columns: { least: 0, reach: width }, rows: { least: 0, reach: height } };
}

/** All that the pixels of an output are made of; where they lie beyond the picture, its nearest edge. */
function seenThrough(
  { a, b, tx, c, d, ty }: AffineMap,
  { width, height }: TensorSpec,
  image: RgbImage,
): Part {
  const corners = [-0.5, width - 0.5].flatMap((u) => [-0.5, height - 0.5].map((v) => ({ u, v })));
  const stretch = (places: number[], size: number): Stretch => {
    const inside = (place: number) => Math.min(size - 1, Math.max(0, place));
    const least = inside(Math.floor(Math.min(...places)));
    return { least, reach: inside(Math.ceil(Math.max(...places))) - least + 1 };
  };
  return {
    columns: stretch(
      corners.map(({ u, v }) => a * u + b * v + tx),
      image.width,
    ),
    rows: stretch(
      corners.map(({ u, v }) => c * u + d * v + ty),
      image.height,
    ),
  };
}
