import { setImmediate } from 'node:timers/promises';

import { startProgress } from '../src/cli/terminal/progress.js';
import { cosineSimilarity } from '../src/face/comparison.js';
import { memoryVault } from './memory-vault.js';
import { reproducibleRandom } from './reproducible-random.js';
import type { Face } from './templates-accuracy.js';

const BINS = 50;

export interface Distribution {
  readonly scores: number;
  readonly mean: number;
  readonly standardDeviation: number;
  readonly least: number;
  readonly greatest: number;
}

/** How well a score tells whether two templates are of one person. */
interface Linkability {
  readonly mated: Distribution;
  readonly nonMated: Distribution;
  /** The global measure of Gomez-Barrero et al. (2018), with ω = 1: 0 for unlinkable, 1 for fully linkable. */
  readonly dSys: number;
}

export interface Unlinkability {
  readonly draws: number;
  /** Templates as the model gives them: what two installations without transforms would hold. */
  readonly unprotected: Linkability;
  /** Two pictures of a person, each in an installation of its own. */
  readonly installations: Linkability;
  /** The same picture in two installations: the easiest to link. */
  readonly samePicture: Linkability;
  /** Of two sets of non-mated scores of this size, in which there is nothing to find: what the estimate gives for it. */
  readonly noiseFloor: number;
}

/** Each pair is protected anew `draws` times, under keys and salts of its own. */
export async function measureUnlinkability(
  faces: readonly Face[],
  draws: number,
  signal: AbortSignal,
): Promise<Unlinkability> {
  const mated = matedPairs(faces);
  const random = reproducibleRandom(20_181);
  const strangers = () => mated.map(() => drawStrangers(faces, random));
  const progress = startProgress('Linking', draws, process.stderr);
  const scores = {
    mated: [] as number[],
    nonMated: [] as number[],
    other: [] as number[],
    same: [] as number[],
  };
  for (let draw = 0; draw < draws; draw++) {
    scores.mated.push(...(await acrossInstallations(mated)));
    scores.nonMated.push(...(await acrossInstallations(strangers())));
    scores.other.push(...(await acrossInstallations(strangers())));
    scores.same.push(...(await acrossInstallations(mated.map(([a]) => [a, a] as const))));
    progress.advance();
    await setImmediate(undefined, { signal });
  }
  progress.stop();
  const plain = (pairs: readonly FacePair[]) => pairs.map(([a, b]) => cosineSimilarity(a.vector, b.vector));
  return {
    draws,
    unprotected: linkability(plain(mated), plain(strangers())),
    installations: linkability(scores.mated, scores.nonMated),
    samePicture: linkability(scores.same, scores.nonMated),
    noiseFloor: linkability(scores.other, scores.nonMated).dSys,
  };
}

type FacePair = readonly [Face, Face];

function matedPairs(faces: readonly Face[]): FacePair[] {
  return faces.flatMap((a, i) =>
    faces
      .slice(i + 1)
      .filter((b) => a.identity === b.identity)
      .map((b) => [a, b] as const),
  );
}

function drawStrangers(faces: readonly Face[], random: (bound: number) => number): FacePair {
  for (;;) {
    const [a, b] = [faces[random(faces.length)]!, faces[random(faces.length)]!];
    if (a.identity !== b.identity) return [a, b];
  }
}

/** Scores of each pair, its first face enrolled in one installation and its second in another one. */
async function acrossInstallations(pairs: readonly FacePair[]): Promise<number[]> {
  const [here, there] = [memoryVault(), memoryVault()];
  const scores: number[] = [];
  for (const [i, [a, b]] of pairs.entries()) {
    // Even the ids of the accounts are the same.
    const account = `account-${i}`;
    const one = await here.protect(account, { modelId: 'model', vector: a.vector });
    const other = await there.protect(account, { modelId: 'model', vector: b.vector });
    scores.push(cosineSimilarity(one.protectedTemplate.vector, other.protectedTemplate.vector));
  }
  return scores;
}

function linkability(mated: readonly number[], nonMated: readonly number[]): Linkability {
  return { mated: describe(mated), nonMated: describe(nonMated), dSys: globalMeasure(mated, nonMated) };
}

function describe(scores: readonly number[]): Distribution {
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  const squares = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0);
  return {
    scores: scores.length,
    mean,
    standardDeviation: Math.sqrt(squares / (scores.length - 1)),
    least: scores.reduce((a, b) => Math.min(a, b)),
    greatest: scores.reduce((a, b) => Math.max(a, b)),
  };
}

/**
 * D↔sys = ∫ p(s | mated) · D↔(s) ds over a histogram of both, where D↔(s) = 2·LR/(1 + LR) − 1 for a likelihood ratio
 * above 1, and 0 for one that is not.
 */
function globalMeasure(mated: readonly number[], nonMated: readonly number[]): number {
  const all = [...mated, ...nonMated];
  const least = all.reduce((a, b) => Math.min(a, b));
  const width = (all.reduce((a, b) => Math.max(a, b)) - least) / BINS || 1;
  const histogram = (scores: readonly number[]) => {
    const parts = new Float64Array(BINS);
    for (const score of scores) {
      parts[Math.min(BINS - 1, Math.floor((score - least) / width))]! += 1 / scores.length;
    }
    return parts;
  };
  const [p, q] = [histogram(mated), histogram(nonMated)];
  return p.reduce((sum, part, bin) => {
    const other = q[bin]!;
    // 2·LR/(1 + LR) − 1 with LR = part / other, which may be 0.
    return part > other ? sum + (part * (part - other)) / (part + other) : sum;
  }, 0);
}
