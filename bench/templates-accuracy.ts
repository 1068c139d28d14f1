import { setImmediate } from 'node:timers/promises';

import { compareAllAgainstAll } from '../src/cli/evaluation/all-against-all.js';
import { falseNonMatchRate, thresholdAt } from '../src/cli/evaluation/error-rates.js';
import { startProgress } from '../src/cli/terminal/progress.js';
import { cosineSimilarity } from '../src/face/comparison.js';
import { memoryVault, referenceOf } from './memory-vault.js';

/** A template, and of whom it is. */
export interface Face {
  readonly identity: string;
  readonly vector: Float32Array;
}

interface ErrorRates {
  /** The cosine at which the false match rate is the wanted one. */
  readonly threshold: number;
  readonly falseNonMatches: number;
  readonly falseNonMatchRate: number;
}

export interface TemplateAccuracy {
  readonly falseMatchRate: number;
  readonly genuine: number;
  readonly impostor: number;
  readonly plain: ErrorRates;
  readonly protected: ErrorRates;
  /** Of the false non-match rates. */
  readonly differenceInPercentagePoints: number;
  /** Of the two scores of one comparison. */
  readonly greatestScoreDifference: number;
  /** Comparisons that are decided otherwise at the plain threshold. */
  readonly otherDecisions: number;
}

/**
 * Compares every face with every other one twice: as the model gives them, and as the server does, each reference
 * under a transform of its own.
 */
export async function measureAccuracy(
  faces: readonly Face[],
  falseMatchRate: number,
  signal: AbortSignal,
): Promise<TemplateAccuracy> {
  const plain = compareAllAgainstAll(
    faces.map(({ vector }) => vector),
    faces.map(({ identity }) => identity),
  );
  const plainRates = ratesOf(plain.genuine, plain.impostor, falseMatchRate);

  const genuine = new Float32Array(plain.genuine.length);
  const impostor = new Float32Array(plain.impostor.length);
  let [g, m, greatestScoreDifference, otherDecisions] = [0, 0, 0, 0];
  const vault = memoryVault();
  const progress = startProgress('Comparing protected', faces.length, process.stderr);
  for (const [i, reference] of faces.entries()) {
    const account = `account-${i}`;
    const { ciphertext } = await vault.protect(account, { modelId: 'model', vector: reference.vector });
    const { template, protectProbe } = await vault.open(account, referenceOf('model', ciphertext));
    for (const probe of faces.slice(i + 1)) {
      const score = Math.fround(cosineSimilarity(protectProbe(probe.vector), template.vector));
      const before = Math.fround(cosineSimilarity(probe.vector, reference.vector));
      greatestScoreDifference = Math.max(greatestScoreDifference, Math.abs(score - before));
      const { threshold } = plainRates;
      if (score >= threshold !== before >= threshold) otherDecisions++;
      if (probe.identity === reference.identity) genuine[g++] = score;
      else impostor[m++] = score;
    }
    progress.advance();
    await setImmediate(undefined, { signal });
  }
  progress.stop();
  const protectedRates = ratesOf(genuine.sort(), impostor.sort(), falseMatchRate);
  return {
    falseMatchRate,
    genuine: g,
    impostor: m,
    plain: plainRates,
    protected: protectedRates,
    differenceInPercentagePoints: 100 * (protectedRates.falseNonMatchRate - plainRates.falseNonMatchRate),
    greatestScoreDifference,
    otherDecisions,
  };
}

/** @param genuine ascending, as `impostor` */
function ratesOf(genuine: Float32Array, impostor: Float32Array, falseMatchRate: number): ErrorRates {
  const threshold = thresholdAt(impostor, falseMatchRate);
  if (threshold === undefined) throw new Error('too many impostors have the highest possible score');
  const { errors, rate } = falseNonMatchRate({ sorted: genuine, failures: 0 }, threshold);
  return { threshold, falseNonMatches: errors, falseNonMatchRate: rate };
}
