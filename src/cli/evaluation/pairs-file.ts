import { UsageError } from '../usage-error.js';
import { checkImages, checkLength, columnOf, imagePath, parseCsv, readText } from './listed-images.js';

const HEADER = 'path_a,path_b,same[,fold]';

/** Two images of which is known whether they show the same person. */
export interface ListedPair {
  /** Paths below the images folder, with forward slashes and without detours. */
  readonly a: string;
  readonly b: string;
  readonly same: boolean;
  /** Only when the file has folds. */
  readonly fold?: string;
  /** Where it stands in the file, from 1. */
  readonly line: number;
}

/**
 * Reads the pairs and makes sure that every image is there.
 *
 * @throws UsageError that names the file, the line and the remedy
 */
export async function readPairs(file: string, imagesDirectory: string): Promise<ListedPair[]> {
  const pairs = parsePairs(await readText('--pairs', file), file);
  const listed = pairs.flatMap(({ a, b, line }) => [
    { image: a, line },
    { image: b, line },
  ]);
  await checkImages(listed, file, imagesDirectory, 'the pairs of images');
  return pairs;
}

/**
 * @param text CSV with the header path_a,path_b,same[,fold]; other columns are ignored
 * @param file its name, for the messages
 * @throws UsageError when anything in it is not as it should be
 */
export function parsePairs(text: string, file: string): ListedPair[] {
  const [header, ...rows] = parseCsv(text, file);
  if (!header) throw new UsageError(`${file} is empty. It needs the header ${HEADER} and pairs.`);
  const column = {
    a: columnOf(header, 'path_a', file, HEADER),
    b: columnOf(header, 'path_b', file, HEADER),
    same: columnOf(header, 'same', file, HEADER),
    fold: header.values.indexOf('fold'),
  };
  if (rows.length === 0) throw new UsageError(`${file} has a header but no pairs.`);
  const hasFolds = rows.some(({ values }) => (values[column.fold] ?? '') !== '');

  const pairs = rows.map((row): ListedPair => {
    const { values, line } = row;
    const at = `${file}, line ${line}`;
    checkLength(row, header, at);
    const pair = {
      a: imagePath(values[column.a]!, at),
      b: imagePath(values[column.b]!, at),
      same: sameOf(values[column.same]!, at),
      line,
    };
    if (pair.a === pair.b) {
      throw new UsageError(`${at}: ${pair.a} is paired with itself, which says nothing. Remove the line.`);
    }
    if (!hasFolds) return pair;
    const fold = values[column.fold]!;
    if (fold === '') throw new UsageError(`${at}: the fold is missing. Give every pair a fold, or none.`);
    return { ...pair, fold };
  });
  checkKinds(pairs, file);
  return pairs;
}

function sameOf(value: string, at: string): boolean {
  if (value !== '0' && value !== '1') {
    throw new UsageError(
      `${at}: same is "${value}". It must be 1 (the same person) or 0 (different persons).`,
    );
  }
  return value === '1';
}

function checkKinds(pairs: readonly ListedPair[], file: string): void {
  if (!pairs.some((pair) => pair.same)) {
    throw new UsageError(`${file} has no genuine pair (same = 1). Both kinds are needed.`);
  }
  if (pairs.every((pair) => pair.same)) {
    throw new UsageError(`${file} has no impostor pair (same = 0). Both kinds are needed.`);
  }
  const folds = new Set(pairs.map((pair) => pair.fold));
  if (folds.size === 1 && !folds.has(undefined)) {
    throw new UsageError(
      `${file}: all pairs are in one fold, so no other fold can give the threshold. ` +
        `Use two or more folds, or leave the column out to have ten assigned.`,
    );
  }
}
