/**
 * The loops that touch every pixel, in AssemblyScript: compiled to WebAssembly with SIMD, four to sixteen values an
 * instruction. `src/face/kernels.ts` calls them and says what they do; what the engine decides is decided there.
 *
 * All memory belongs to the caller. Addresses are in bytes. A block that is read may be read up to 16 bytes beyond its
 * end, and `row` is written up to 64 bytes beyond it: the caller leaves room.
 */

/*
 * Taps are which source values make each of `length` output values along one axis, and with which weight, as
 * `src/face/upright-sampling.ts` works them out: `length` times the first (i32), `length` times how many (i32), and for
 * each output value `most` places for weights (f32).
 */

function tapsFirst(taps: usize, at: i32): usize {
  return load<i32>(taps + ((<usize>at) << 2));
}

function tapsCount(taps: usize, length: i32, at: i32): usize {
  return load<i32>(taps + ((<usize>(length + at)) << 2));
}

function tapsWeights(taps: usize, length: i32, most: i32, at: i32): usize {
  return taps + ((<usize>(2 * length + at * most)) << 2);
}

/** `row` becomes the weighted sum of rows of bytes: of `count`, from `from` on, `stride` bytes apart. */
function flattenBytes(
  from: usize,
  stride: usize,
  count: usize,
  weights: usize,
  row: usize,
  length: usize,
): void {
  for (let i: usize = 0; i < length; i += 16) {
    let a = f32x4.splat(0);
    let b = a;
    let c = a;
    let d = a;
    let at = from + i;
    for (let k: usize = 0; k < count; k++, at += stride) {
      const weight = v128.load32_splat(weights + (k << 2));
      const bytes = v128.load(at);
      const low = i16x8.extend_low_i8x16_u(bytes);
      const high = i16x8.extend_high_i8x16_u(bytes);
      a = f32x4.add(a, f32x4.mul(weight, f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(low))));
      b = f32x4.add(b, f32x4.mul(weight, f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(low))));
      c = f32x4.add(c, f32x4.mul(weight, f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(high))));
      d = f32x4.add(d, f32x4.mul(weight, f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(high))));
    }
    const to = row + (i << 2);
    v128.store(to, a);
    v128.store(to, b, 16);
    v128.store(to, c, 32);
    v128.store(to, d, 48);
  }
}

/** The same of rows of f32; `stride` in bytes, `length` in values. */
function flattenFloats(
  from: usize,
  stride: usize,
  count: usize,
  weights: usize,
  row: usize,
  length: usize,
): void {
  for (let i: usize = 0; i < length << 2; i += 16) {
    let sum = f32x4.splat(0);
    let at = from + i;
    for (let k: usize = 0; k < count; k++, at += stride) {
      sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(weights + (k << 2)), v128.load(at)));
    }
    v128.store(row + i, sum);
  }
}

/** Red, green and blue, each into its plane of so many bytes. */
function storePlanes(colour: v128, out: usize, plane: usize): void {
  store<f32>(out, f32x4.extract_lane(colour, 0));
  store<f32>(out + plane, f32x4.extract_lane(colour, 1));
  store<f32>(out + 2 * plane, f32x4.extract_lane(colour, 2));
}

/**
 * @param picture interleaved bytes of three channels, `stride` bytes a row
 * @param levels three means and a place, three scales and a place (f32): value = (sample − mean) / scale
 * @param row room for `stride` values (f32)
 * @param out three planes of `width * height` values (f32)
 */
export function sampleColours(
  picture: usize,
  stride: usize,
  rows: usize,
  height: i32,
  mostRows: i32,
  columns: usize,
  width: i32,
  mostColumns: i32,
  levels: usize,
  row: usize,
  out: usize,
): void {
  const means = v128.load(levels);
  const scales = v128.load(levels, 16);
  const plane = (<usize>(width * height)) << 2;
  for (let y = 0; y < height; y++) {
    const from = picture + tapsFirst(rows, y) * stride;
    const count = tapsCount(rows, height, y);
    flattenBytes(from, stride, count, tapsWeights(rows, height, mostRows, y), row, stride);
    for (let x = 0; x < width; x++, out += 4) {
      // Three channels and the first of the next pixel, which comes to nothing.
      let at = row + tapsFirst(columns, x) * 12;
      let weight = tapsWeights(columns, width, mostColumns, x);
      const end = weight + (tapsCount(columns, width, x) << 2);
      let sum = f32x4.splat(0);
      for (; weight < end; weight += 4, at += 12) {
        sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(weight), v128.load(at)));
      }
      sum = f32x4.div(f32x4.sub(sum, means), scales);
      storePlanes(sum, out, plane);
    }
  }
}

/**
 * @param picture one channel (f32), `stride` values a row
 * @param row room for `stride` values (f32)
 * @param out `width * height` values (f32)
 */
export function sampleGrey(
  picture: usize,
  stride: usize,
  rows: usize,
  height: i32,
  mostRows: i32,
  columns: usize,
  width: i32,
  mostColumns: i32,
  mean: f32,
  scale: f32,
  row: usize,
  out: usize,
): void {
  for (let y = 0; y < height; y++) {
    const from = picture + ((tapsFirst(rows, y) * stride) << 2);
    const count = tapsCount(rows, height, y);
    flattenFloats(from, stride << 2, count, tapsWeights(rows, height, mostRows, y), row, stride);
    for (let x = 0; x < width; x++, out += 4) {
      let at = row + (tapsFirst(columns, x) << 2);
      let weight = tapsWeights(columns, width, mostColumns, x);
      const end = weight + (tapsCount(columns, width, x) << 2);
      let sum: f32 = 0;
      for (; weight < end; weight += 4, at += 4) sum += load<f32>(weight) * load<f32>(at);
      store<f32>(out, (sum - mean) / scale);
    }
  }
}

/** The place in 0…size − 1 whose mirror image lies at `at`: … 1 0 | 0 1 2 … */
function reflected(at: f64, size: f64): f64 {
  const period = 2 * size;
  const shifted = at + 0.5;
  const phase = shifted - period * Math.floor(shifted / period);
  return (phase < size ? phase : period - phase) - 0.5;
}

/** Red, green and blue of the pixel at an address, and a byte of the next one. */
function pixel(address: usize): v128 {
  const bytes = v128.load32_zero(address);
  return f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(bytes)));
}

function between(from: v128, to: v128, part: v128): v128 {
  return f32x4.add(from, f32x4.mul(part, f32x4.sub(to, from)));
}

/**
 * @param picture interleaved bytes of three channels, `pictureWidth * 3` a row, and room for one more row
 * @param map a, b, tx, c, d, ty (f64): where an output pixel lies in the picture
 * @param nx, ny samples that are averaged for an output pixel
 * @param levels as for `sampleColours`
 * @param out three planes of `width * height` values (f32)
 */
export function sampleTurned(
  picture: usize,
  pictureWidth: i32,
  pictureHeight: i32,
  map: usize,
  nx: i32,
  ny: i32,
  reflect: bool,
  levels: usize,
  width: i32,
  height: i32,
  out: usize,
): void {
  const a = load<f64>(map);
  const b = load<f64>(map, 8);
  const tx = load<f64>(map, 16);
  const c = load<f64>(map, 24);
  const d = load<f64>(map, 32);
  const ty = load<f64>(map, 40);
  const maxX = <f64>(pictureWidth - 1);
  const maxY = <f64>(pictureHeight - 1);
  const stride = <usize>pictureWidth * 3;
  const means = v128.load(levels);
  const scales = v128.load(levels, 16);
  const samples = f32x4.splat(<f32>(nx * ny));
  const plane = (<usize>(width * height)) << 2;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++, out += 4) {
      let sum = f32x4.splat(0);
      for (let j = 0; j < ny; j++) {
        const v = <f64>y + (<f64>j + 0.5) / <f64>ny - 0.5;
        for (let i = 0; i < nx; i++) {
          const u = <f64>x + (<f64>i + 0.5) / <f64>nx - 0.5;
          let sx = a * u + b * v + tx;
          let sy = c * u + d * v + ty;
          if (reflect) {
            if (sx < 0 || sx > maxX) sx = reflected(sx, maxX + 1);
            if (sy < 0 || sy > maxY) sy = reflected(sy, maxY + 1);
          }
          sx = min(maxX, max(0, sx));
          sy = min(maxY, max(0, sy));
          const x0 = <i32>sx;
          const y0 = <i32>sy;
          const partX = f32x4.splat(<f32>(sx - <f64>x0));
          const partY = f32x4.splat(<f32>(sy - <f64>y0));
          // At the last column and row the part of what lies beyond is zero.
          const at = picture + <usize>y0 * stride + <usize>x0 * 3;
          const upper = between(pixel(at), pixel(at + 3), partX);
          const lower = between(pixel(at + stride), pixel(at + stride + 3), partX);
          sum = f32x4.add(sum, between(upper, lower, partY));
        }
      }
      sum = f32x4.div(f32x4.sub(f32x4.div(sum, samples), means), scales);
      storePlanes(sum, out, plane);
    }
  }
}

/**
 * @param rgb interleaved bytes of `pixels` pixels
 * @param out as many values (f32), up to three more
 */
export function luma(rgb: usize, pixels: usize, red: f32, green: f32, blue: f32, out: usize): void {
  for (let i: usize = 0; i < pixels; i += 4, rgb += 12, out += 16) {
    const bytes = v128.load(rgb);
    const r = i8x16.swizzle(bytes, i8x16(0, -1, -1, -1, 3, -1, -1, -1, 6, -1, -1, -1, 9, -1, -1, -1));
    const g = i8x16.swizzle(bytes, i8x16(1, -1, -1, -1, 4, -1, -1, -1, 7, -1, -1, -1, 10, -1, -1, -1));
    const b = i8x16.swizzle(bytes, i8x16(2, -1, -1, -1, 5, -1, -1, -1, 8, -1, -1, -1, 11, -1, -1, -1));
    const redAndGreen = f32x4.add(
      f32x4.mul(f32x4.convert_i32x4_u(r), f32x4.splat(red)),
      f32x4.mul(f32x4.convert_i32x4_u(g), f32x4.splat(green)),
    );
    v128.store(out, f32x4.add(redAndGreen, f32x4.mul(f32x4.convert_i32x4_u(b), f32x4.splat(blue))));
  }
}
