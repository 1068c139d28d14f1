import { cosineSimilarity } from '../../face/comparison.js';
import { UsageError } from '../usage-error.js';
import type { ListedResult } from './accuracy.js';
import { type Acquisition, type FailedImage, countReasons } from './acquisition.js';
import { compareAllAgainstAll, genuineAmong } from './all-against-all.js';
import type { GenuineScores } from './error-rates.js';
import { foldsOf } from './folds.js';
import { type Identities, identitiesOf } from './identities.js';
import type { ListedPair } from './pairs-file.js';

/** Everything that was measured; all rates follow from it. */
export interface Scores {
  /** Distinct images, with those that gave no template. */
  readonly images: number;
  readonly failures: readonly FailedImage[];
  readonly identities: Identities;
  /** Whether the folds are those of the pairs file. */
  readonly foldsOfFile: boolean;
  readonly listed: readonly ListedResult[];
  /** Of the listed pairs. */
  readonly genuine: GenuineScores;
  /** Of all images against all; only when identities are known. */
  readonly allGenuine: GenuineScores | undefined;
  /** Of all images against all, or of the listed pairs when identities are unknown; ascending. */
  readonly impostor: Float32Array;
}

/**
 * Compares the listed pairs and, when it is known who is on which image, all images with all.
 *
 * @throws UsageError when too few images gave a template for a single genuine and a single impostor score
 */
export function compareAcquired(pairs: readonly ListedPair[], acquisition: Acquisition): Scores {
  const { templates, failures } = acquisition;
  const folds = foldsOf(pairs);
  const listed = pairs.map(({ a, b, same }, i): ListedResult => {
    const [x, y] = [templates.get(a), templates.get(b)];
    // Single precision, like the scores of all against all.
    const score = x && y ? Math.fround(cosineSimilarity(x, y)) : undefined;
    return { same, fold: folds[i]!, score };
  });
  const identities = identitiesOf(pairs);
  const all = identities.known ? compareAll(identities.of, acquisition) : undefined;

  const genuine = sortedScores(listed.filter((result) => result.same));
  const impostor = all?.impostor ?? sortedScores(listed.filter((result) => !result.same)).sorted;
  if (genuine.sorted.length === 0 || impostor.length === 0) {
    const reasons = countReasons(failures).map(({ reason, count }) => `${reason} ${count}`);
    throw new UsageError(
      `Nothing can be measured: no ${impostor.length === 0 ? 'impostor' : 'genuine'} pair has two usable images. ` +
        `Images without a template: ${reasons.join('; ')}.`,
    );
  }
  return {
    images: templates.size + failures.length,
    failures,
    identities,
    foldsOfFile: pairs[0]?.fold !== undefined,
    listed,
    genuine,
    allGenuine: all?.genuine,
    impostor,
  };
}

function compareAll(
  identityOf: (image: string) => string,
  { templates, failures }: Acquisition,
): { genuine: GenuineScores; impostor: Float32Array } {
  const compared = [...templates.keys()].map(identityOf);
  const { genuine, impostor } = compareAllAgainstAll([...templates.values()], compared);
  const everyone = [...compared, ...failures.map(({ image }) => identityOf(image))];
  return { genuine: { sorted: genuine, failures: genuineAmong(everyone) - genuine.length }, impostor };
}

function sortedScores(results: readonly ListedResult[]): GenuineScores {
  const scores = results.flatMap(({ score }) => (score === undefined ? [] : [score]));
  return { sorted: Float32Array.from(scores).sort(), failures: results.length - scores.length };
}
