import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';

import { parse } from 'csv-parse/sync';

import { UsageError, reasonOf } from '../usage-error.js';

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
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--pairs: ${file} cannot be read (${reasonOf(error)})`);
  }
  const pairs = parsePairs(text, file);
  await checkImages(pairs, file, imagesDirectory);
  return pairs;
}

/**
 * @param text CSV with the header path_a,path_b,same[,fold]; other columns are ignored
 * @param file its name, for the messages
 * @throws UsageError when anything in it is not as it should be
 */
export function parsePairs(text: string, file: string): ListedPair[] {
  const [header, ...rows] = parseCsv(text, file);
  if (!header)
    throw new UsageError(`${file} is empty. It needs the header path_a,path_b,same[,fold] and pairs.`);
  const column = {
    a: columnOf(header, 'path_a', file),
    b: columnOf(header, 'path_b', file),
    same: columnOf(header, 'same', file),
    fold: header.values.indexOf('fold'),
  };
  if (rows.length === 0) throw new UsageError(`${file} has a header but no pairs.`);
  const hasFolds = rows.some(({ values }) => (values[column.fold] ?? '') !== '');

  const pairs = rows.map(({ values, line }): ListedPair => {
    const at = `${file}, line ${line}`;
    if (values.length !== header.values.length) {
      throw new UsageError(`${at}: ${values.length} values where the header has ${header.values.length}.`);
    }
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

function columnOf(header: CsvLine, name: string, file: string): number {
  const column = header.values.indexOf(name);
  if (column < 0) {
    throw new UsageError(
      `${file}, line ${header.line}: the column ${name} is missing. ` +
        `The header must be path_a,path_b,same[,fold].`,
    );
  }
  return column;
}

interface CsvLine {
  readonly values: readonly string[];
  readonly line: number;
}

function parseCsv(text: string, file: string): CsvLine[] {
  try {
    const records = parse(text, {
      bom: true,
      trim: true,
      info: true,
      skip_empty_lines: true,
      // A wrong number of values is answered by us, in the words of this file's format.
      relax_column_count: true,
    }) as unknown as { record: string[]; info: { lines: number } }[];
    return records.map(({ record, info }) => ({ values: record, line: info.lines }));
  } catch (error) {
    throw new UsageError(`${file} is not a CSV file: ${reasonOf(error)}`);
  }
}

function imagePath(value: string, at: string): string {
  if (value === '') throw new UsageError(`${at}: a path is missing.`);
  const normal = path.normalize(value).replaceAll(path.sep, '/');
  if (path.isAbsolute(value) || normal === '..' || normal.startsWith('../')) {
    throw new UsageError(
      `${at}: ${value} leaves the images folder. Paths must be relative to --images and stay below it.`,
    );
  }
  return normal;
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

async function checkImages(pairs: readonly ListedPair[], file: string, directory: string): Promise<void> {
  const checked = new Set<string>();
  const missing: { image: string; line: number }[] = [];
  for (const { a, b, line } of pairs) {
    for (const image of [a, b]) {
      if (checked.has(image)) continue;
      checked.add(image);
      const found = await stat(path.join(directory, image)).catch(() => undefined);
      if (found?.isFile() !== true) missing.push({ image, line });
    }
  }
  const [first] = missing;
  if (!first) return;
  const others = missing.length > 1 ? ` (and ${missing.length - 1} more)` : '';
  throw new UsageError(
    `${file}, line ${first.line}: there is no image ${first.image} in ${directory}${others}. ` +
      `Check --images, or remove the pairs of images that you do not have.`,
  );
}
