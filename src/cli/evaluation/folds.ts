import type { ListedPair } from './pairs-file.js';

const ASSIGNED_FOLDS = 10;

/**
 * The fold of each pair: that of the file when it has folds, else one of ten, dealt out in the order of
 * the file to genuine and impostor pairs separately, so that each fold holds the same mixture.
 */
export function foldsOf(pairs: readonly ListedPair[]): string[] {
  const dealt = { genuine: 0, impostor: 0 };
  return pairs.map((pair) => {
    const next = dealt[pair.same ? 'genuine' : 'impostor']++;
    return pair.fold ?? String(next % ASSIGNED_FOLDS);
  });
}
