import { cosineSimilarity } from '../src/face/comparison.js';
import { memoryVault, referenceOf } from './memory-vault.js';
import type { Face } from './templates-accuracy.js';

const ROUNDS = 31;
const CALLS = 200;

/** Medians over rounds, in microseconds. */
export interface TemplateCost {
  /** A comparison of two templates as they are. */
  readonly plain: number;
  /** Opening the account's key and its reference, which a sign-in does once. */
  readonly open: number;
  /** A comparison under the transform of a reference that is open. */
  readonly protected: number;
  /** Enrolling or renewing. */
  readonly protect: number;
}

/** Takes turns, so that whatever else the machine does meets all of them alike. A first round warms up. */
export async function measureCost(faces: readonly Face[]): Promise<TemplateCost> {
  const vault = memoryVault();
  const { vector } = faces[0]!;
  const probes = Array.from({ length: CALLS }, (_, i) => faces[(i + 1) % faces.length]!.vector);
  const { ciphertext } = await vault.protect('account', { modelId: 'model', vector });
  const reference = referenceOf('model', ciphertext);
  const { template, protectProbe } = await vault.open('account', reference);

  const works: Record<keyof TemplateCost, (probe: Float32Array) => unknown> = {
    plain: (probe) => cosineSimilarity(probe, vector),
    open: () => vault.open('account', reference),
    protected: (probe) => cosineSimilarity(protectProbe(probe), template.vector),
    protect: (probe) => vault.protect('account', { modelId: 'model', vector: probe }),
  };
  const measured: Record<keyof TemplateCost, number[]> = { plain: [], open: [], protected: [], protect: [] };
  for (let round = 0; round <= ROUNDS; round++) {
    for (const name of ['plain', 'open', 'protected', 'protect'] as const) {
      const start = performance.now();
      for (const probe of probes) await works[name](probe);
      if (round > 0) measured[name].push(((performance.now() - start) * 1000) / CALLS);
    }
  }
  const median = (values: number[]) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
  return {
    plain: median(measured.plain),
    open: median(measured.open),
    protected: median(measured.protected),
    protect: median(measured.protect),
  };
}
