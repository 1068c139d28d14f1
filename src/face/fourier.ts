/** Discrete Fourier transform of rows of one length: radix 2, in place (Cooley and Tukey, 1965). */
export class FourierTransform {
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;
  readonly #reversed: Uint32Array;

  /** @param size values in a row; a power of two */
  constructor(private readonly size: number) {
    const angle = (i: number) => (-2 * Math.PI * i) / size;
    this.#cos = Float64Array.from({ length: size / 2 }, (_, i) => Math.cos(angle(i)));
    this.#sin = Float64Array.from({ length: size / 2 }, (_, i) => Math.sin(angle(i)));
    const bits = Math.log2(size);
    this.#reversed = Uint32Array.from({ length: size }, (_, i) => {
      let reversed = 0;
      for (let bit = 0; bit < bits; bit++) reversed |= ((i >> bit) & 1) << (bits - 1 - bit);
      return reversed;
    });
  }

  /**
   * Transforms the row that begins at `start`.
   *
   * @param re real parts; @param im imaginary parts; both overwritten
   */
  run(re: Float64Array, im: Float64Array, start: number): void {
    for (let i = 0; i < this.size; i++) {
      const j = this.#reversed[i]!;
      if (j > i) {
        swap(re, start + i, start + j);
        swap(im, start + i, start + j);
      }
    }
    for (let half = 1; half < this.size; half *= 2) {
      const step = this.size / (2 * half);
      for (let block = start; block < start + this.size; block += 2 * half) {
        for (let k = 0; k < half; k++) {
          const cos = this.#cos[k * step]!;
          const sin = this.#sin[k * step]!;
          const a = block + k;
          const b = a + half;
          const x = re[b]! * cos - im[b]! * sin;
          const y = re[b]! * sin + im[b]! * cos;
          re[b] = re[a]! - x;
          im[b] = im[a]! - y;
          re[a]! += x;
          im[a]! += y;
        }
      }
    }
  }
}

function swap(values: Float64Array, i: number, j: number): void {
  const value = values[i]!;
  values[i] = values[j]!;
  values[j] = value;
}
