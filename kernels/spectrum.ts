/**
 * Spectra of square grey pictures and sums over their bins, as `kernels/pixels.ts`: `src/face/spectrum.ts` calls them.
 * A side is a power of two and at least 32. Columns are transformed sixteen at a time, four an instruction.
 */

const GROUP = 16;

function reversed(index: i32, side: i32): i32 {
  let result = 0;
  for (let bit = 1; bit < side; bit <<= 1) {
    result = (result << 1) | (index & 1);
    index >>= 1;
  }
  return result;
}

/**
 * Discrete Fourier transform of columns in place, radix 2 (Cooley and Tukey, 1965); rows in the order of their
 * reversed bits come in, rows in their own order go out.
 */
function transformColumns(re: usize, im: usize, side: i32, columns: i32, cos: usize, sin: usize): void {
  const stride = (<usize>side) << 2;
  for (let column = 0; column < columns; column += GROUP) {
    for (let half = 1; half < side; half <<= 1) {
      const step = side / (2 * half);
      for (let block = 0; block < side; block += 2 * half) {
        for (let k = 0; k < half; k++) {
          const c = v128.load32_splat(cos + ((<usize>(k * step)) << 2));
          const s = v128.load32_splat(sin + ((<usize>(k * step)) << 2));
          let a = <usize>(block + k) * stride + ((<usize>column) << 2);
          const end = a + (GROUP << 2);
          for (; a < end; a += 16) {
            const b = a + <usize>half * stride;
            const bRe = v128.load(re + b);
            const bIm = v128.load(im + b);
            const x = f32x4.sub(f32x4.mul(bRe, c), f32x4.mul(bIm, s));
            const y = f32x4.add(f32x4.mul(bRe, s), f32x4.mul(bIm, c));
            const aRe = v128.load(re + a);
            const aIm = v128.load(im + a);
            v128.store(re + b, f32x4.sub(aRe, x));
            v128.store(im + b, f32x4.sub(aIm, y));
            v128.store(re + a, f32x4.add(aRe, x));
            v128.store(im + a, f32x4.add(aIm, y));
          }
        }
      }
    }
  }
}

/**
 * @param luma `side * side` values (f32), as all of the following
 * @param mean of them
 * @param window `side` factors, of each row and of each column
 * @param cos, sin `side / 2` values, of −2π·k/side
 * @param work room for four pictures
 * @param power of each bin, row after row
 */
export function powerSpectrum(
  luma: usize,
  side: i32,
  mean: f32,
  window: usize,
  cos: usize,
  sin: usize,
  work: usize,
  power: usize,
): void {
  const stride = (<usize>side) << 2;
  const picture = <usize>side * stride;
  const re = work;
  const im = work + picture;
  for (let y = 0; y < side; y++) {
    const from = luma + <usize>y * stride;
    const to = <usize>reversed(y, side) * stride;
    const factor = f32x4.splat(load<f32>(window + ((<usize>y) << 2)));
    for (let x: usize = 0; x < stride; x += 16) {
      const value = f32x4.sub(v128.load(from + x), f32x4.splat(mean));
      v128.store(re + to + x, f32x4.mul(f32x4.mul(value, factor), v128.load(window + x)));
      v128.store(im + to + x, f32x4.splat(0));
    }
  }
  transformColumns(re, im, side, side, cos, sin);
  // Of a real picture one half of the spectrum is the mirror image of the other, so that half of the rows will do.
  const rows = side / 2 + GROUP;
  const turnedRe = work + 2 * picture;
  const turnedIm = work + 3 * picture;
  for (let x = 0; x < side; x++) {
    const to = <usize>reversed(x, side) * stride;
    for (let v = 0; v < rows; v++) {
      const from = <usize>v * stride + ((<usize>x) << 2);
      store<f32>(turnedRe + to + ((<usize>v) << 2), load<f32>(re + from));
      store<f32>(turnedIm + to + ((<usize>v) << 2), load<f32>(im + from));
    }
  }
  transformColumns(turnedRe, turnedIm, side, rows, cos, sin);
  for (let u = 0; u < side; u++) {
    for (let v = 0; v <= side / 2; v++) {
      const at = (<usize>(u * side + v)) << 2;
      const real = load<f32>(turnedRe + at);
      const imaginary = load<f32>(turnedIm + at);
      const value = real * real + imaginary * imaginary;
      store<f32>(power + ((<usize>(v * side + u)) << 2), value);
      const mirrored = ((side - v) & (side - 1)) * side + ((side - u) & (side - 1));
      store<f32>(power + ((<usize>mirrored) << 2), value);
    }
  }
}

/**
 * @param bins `side * side` values (f32); what leaves the picture on one side comes back on the other
 * @param row room for `side + 2 * reach` values
 * @param sums of `reach` bins to each side of every bin
 */
export function boxSums(bins: usize, side: i32, reach: i32, row: usize, sums: usize): void {
  const stride = (<usize>side) << 2;
  const margin = (<usize>reach) << 2;
  for (let y = 0; y < side; y++, sums += stride) {
    // Each time from the beginning: a running sum would lose what is small beside what was large.
    for (let x: usize = 0; x < stride; x += 16) {
      let sum = f32x4.splat(0);
      for (let beside = -reach; beside <= reach; beside++) {
        sum = f32x4.add(sum, v128.load(bins + <usize>((y + beside) & (side - 1)) * stride + x));
      }
      v128.store(row + margin + x, sum);
    }
    memory.copy(row, row + stride, margin);
    memory.copy(row + margin + stride, row + margin, margin);
    for (let x: usize = 0; x < stride; x += 16) {
      let sum = f32x4.splat(0);
      for (let beside: usize = 0; beside <= 2 * margin; beside += 4) {
        sum = f32x4.add(sum, v128.load(row + x + beside));
      }
      v128.store(sums + x, sum);
    }
  }
}
