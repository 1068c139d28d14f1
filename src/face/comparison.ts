import type { Template } from './capture.js';

/**
 * How alike two templates are: the cosine of the angle between them, −1…1; 1 for a template with itself.
 *
 * @throws RangeError for templates of different models, whose features have nothing to do with each other
 */
export function compareTemplates(probe: Template, reference: Template): number {
  if (probe.modelId !== reference.modelId) {
    throw new RangeError(`templates of ${probe.modelId} and ${reference.modelId} cannot be compared`);
  }
  return cosineSimilarity(probe.vector, reference.vector);
}

/** Bounded to −1…1 against rounding; 0 when either vector has no direction. */
export function cosineSimilarity(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) {
    throw new RangeError(`vectors of ${a.length} and ${b.length} values cannot be compared`);
  }
  let dot = 0;
  let squaresA = 0;
  let squaresB = 0;
  for (let i = 0; i < a.length; i++) {
    const x = a[i]!;
    const y = b[i]!;
    dot += x * y;
    squaresA += x * x;
    squaresB += y * y;
  }
  const norm = Math.sqrt(squaresA) * Math.sqrt(squaresB);
  return norm > 0 ? Math.max(-1, Math.min(1, dot / norm)) : 0;
}

/** The limit of the decision, with what it costs: the false match rate at which it was measured. */
export interface DecisionThreshold {
  readonly cosine: number;
  readonly falseMatchRate: number;
}

export interface ComparisonDecision {
  readonly match: boolean;
  readonly score: number;
}

/** One-to-one verification of a probe against the claimed account's reference. */
export function decide(
  probe: Template,
  reference: Template,
  threshold: DecisionThreshold,
): ComparisonDecision {
  const score = compareTemplates(probe, reference);
  return { match: score >= threshold.cosine, score };
}
