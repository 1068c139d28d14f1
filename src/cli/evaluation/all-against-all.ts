import { UsageError } from '../usage-error.js';

/** 1 GB of scores. */
const MAX_COMPARISONS = 250e6;

interface AllScores {
  /** Cosines of two images of one person, ascending. */
  readonly genuine: Float32Array;
  /** Cosines of images of two persons, ascending. */
  readonly impostor: Float32Array;
}

/**
 * Compares every image with every other one once.
 *
 * @param vectors unit vectors of one length
 * @param identities who is on each of them
 */
export function compareAllAgainstAll(
  vectors: readonly Float32Array[],
  identities: readonly string[],
): AllScores {
  const n = vectors.length;
  const all = pairsAmong(n);
  if (all > MAX_COMPARISONS) {
    throw new UsageError(
      `${n} images make ${all} comparisons; at most ${MAX_COMPARISONS} fit into memory. List fewer images.`,
    );
  }
  const label = numbered(identities);
  const genuine = new Float32Array(genuineAmong(identities));
  const impostor = new Float32Array(all - genuine.length);

  // One block of memory, so that the loop below runs through it without looking anything up.
  const dimensions = vectors[0]?.length ?? 0;
  const block = new Float32Array(n * dimensions);
  for (const [i, vector] of vectors.entries()) block.set(vector, i * dimensions);

  let [g, m] = [0, 0];
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      let dot = 0;
      for (let p = i * dimensions, q = j * dimensions, end = p + dimensions; p < end; p++, q++) {
        dot += block[p]! * block[q]!;
      }
      const cosine = Math.max(-1, Math.min(1, dot));
      if (label[i] === label[j]) genuine[g++] = cosine;
      else impostor[m++] = cosine;
    }
  }
  return { genuine: genuine.sort(), impostor: impostor.sort() };
}

/** How many pairs of images show one person. */
export function genuineAmong(identities: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const identity of identities) counts.set(identity, (counts.get(identity) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum + pairsAmong(count), 0);
}

function pairsAmong(n: number): number {
  return (n * (n - 1)) / 2;
}

function numbered(names: readonly string[]): Int32Array {
  const numbers = new Map<string, number>();
  return Int32Array.from(names, (name) => {
    const number = numbers.get(name) ?? numbers.size;
    numbers.set(name, number);
    return number;
  });
}
