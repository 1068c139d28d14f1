import { createCipheriv } from 'node:crypto';

/** Below it, sign flips and permutations alone would give one of few rotations. */
const SMALLEST_STRUCTURED = 64;
const ROUNDS = 3;

/**
 * A rotation of the space of templates, drawn from a seed. It keeps every angle, so that two vectors under the same
 * seed compare as before, and vectors under different seeds have nothing to do with each other. Whoever has the seed
 * can undo it: what protects a template is that the seed comes from the account's key.
 *
 * Stored references depend on it: the same seed must give the same rotation for as long as there are any.
 *
 * @throws RangeError for a vector of other dimensions
 */
export type TemplateTransform = (vector: Float32Array) => Float32Array;

/**
 * @param seed 32 bytes, uniformly distributed
 * @param dimensions of the vectors, at least 1
 */
export function templateTransform(seed: Uint8Array, dimensions: number): TemplateTransform {
  const isPowerOfTwo = (dimensions & (dimensions - 1)) === 0;
  const rotate =
    isPowerOfTwo && dimensions >= SMALLEST_STRUCTURED
      ? structuredRotation(seed, dimensions)
      : reflections(seed, dimensions);
  return (vector) => {
    if (vector.length === dimensions) return new Float32Array(rotate(vector));
    throw new RangeError(`a vector of ${vector.length} values cannot be rotated as one of ${dimensions}`);
  };
}

/** A permutation, then rounds of sign flips and a Walsh–Hadamard transform: n log n instead of n² operations. */
function structuredRotation(seed: Uint8Array, n: number): (vector: Float32Array) => Float64Array {
  const stream = keystream(seed, 4 * n + (ROUNDS * n) / 8);
  const order = permutation(stream, n);
  const flips = stream.subarray(4 * n);
  const signs = new Float64Array(ROUNDS * n);
  for (let i = 0; i < signs.length; i++) signs[i] = (flips[i >> 3]! >> (i & 7)) & 1 ? -1 : 1;
  const scale = n ** (-ROUNDS / 2);
  return (vector) => {
    const values = new Float64Array(n);
    for (let i = 0; i < n; i++) values[i] = vector[order[i]!]! * scale;
    for (let round = 0; round < ROUNDS; round++) {
      for (let i = 0; i < n; i++) values[i]! *= signs[round * n + i]!;
      walshHadamard(values);
    }
    return values;
  };
}

/** Fisher and Yates; 32 random bits a step are uniform enough for at most a few thousand places. */
function permutation(stream: Buffer, n: number): Uint32Array {
  const order = new Uint32Array(n);
  for (let i = 0; i < n; i++) order[i] = i;
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor((stream.readUInt32LE(4 * i) / 2 ** 32) * (i + 1));
    const kept = order[i]!;
    order[i] = order[j]!;
    order[j] = kept;
  }
  return order;
}

/** In place, not normalised. @param values a power of two of them */
function walshHadamard(values: Float64Array): void {
  const n = values.length;
  for (let half = 1; half < n; half *= 2) {
    for (let block = 0; block < n; block += 2 * half) {
      for (let i = block; i < block + half; i++) {
        const a = values[i]!;
        const b = values[i + half]!;
        values[i] = a + b;
        values[i + half] = a - b;
      }
    }
  }
}

/** As many Householder reflections as there are dimensions, for the dimensions of no usual model: n² operations. */
function reflections(seed: Uint8Array, n: number): (vector: Float32Array) => Float64Array {
  const directions = gaussians(seed, n * n);
  return (vector) => {
    const values = new Float64Array(vector);
    for (let start = 0; start < n * n; start += n) reflect(values, directions.subarray(start, start + n));
    return values;
  };
}

function reflect(values: Float64Array, direction: Float64Array): void {
  let dot = 0;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    dot += values[i]! * direction[i]!;
    squares += direction[i]! ** 2;
  }
  const factor = (2 * dot) / squares;
  for (let i = 0; i < values.length; i++) values[i]! -= factor * direction[i]!;
}

/** Box and Muller. */
function gaussians(seed: Uint8Array, count: number): Float64Array {
  const stream = keystream(seed, 8 * count);
  return Float64Array.from({ length: count }, (_, i) => {
    // Between 0 and 1 and neither of them: the length is never 0, and its logarithm is finite.
    const radius = Math.sqrt(-2 * Math.log((stream.readUInt32LE(8 * i) + 0.5) / 2 ** 32));
    return radius * Math.cos((2 * Math.PI * stream.readUInt32LE(8 * i + 4)) / 2 ** 32);
  });
}

/** AES-256 in counter mode over zeros. */
function keystream(seed: Uint8Array, bytes: number): Buffer {
  return createCipheriv('aes-256-ctr', seed, Buffer.alloc(16)).update(Buffer.alloc(bytes));
}
