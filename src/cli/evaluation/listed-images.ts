import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';

import { parse } from 'csv-parse/sync';

import { UsageError, reasonOf } from '../usage-error.js';

/** A line of a CSV file that lists images. */
export interface CsvLine {
  readonly values: readonly string[];
  /** Where it stands in the file, from 1. */
  readonly line: number;
}

/** @param option the one that names the file, for the message */
export async function readText(option: string, file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${option}: ${file} cannot be read (${reasonOf(error)})`);
  }
}

/** @returns the lines that are not empty, the header first; they may have any number of values */
export function parseCsv(text: string, file: string): CsvLine[] {
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

/** @param expected the whole header, for the message */
export function columnOf(header: CsvLine, name: string, file: string, expected: string): number {
  const column = header.values.indexOf(name);
  if (column < 0) {
    throw new UsageError(
      `${file}, line ${header.line}: the column ${name} is missing. The header must be ${expected}.`,
    );
  }
  return column;
}

/** @throws UsageError, with `at` before it, unless the line has a value for each column */
export function checkLength({ values }: CsvLine, header: CsvLine, at: string): void {
  if (values.length === header.values.length) return;
  throw new UsageError(`${at}: ${values.length} values where the header has ${header.values.length}.`);
}

/** @returns the path below the images folder, with forward slashes and without detours */
export function imagePath(value: string, at: string): string {
  if (value === '') throw new UsageError(`${at}: a path is missing.`);
  const normal = path.normalize(value).replaceAll(path.sep, '/');
  if (path.isAbsolute(value) || normal === '..' || normal.startsWith('../')) {
    throw new UsageError(
      `${at}: ${value} leaves the images folder. Paths must be relative to --images and stay below it.`,
    );
  }
  return normal;
}

/**
 * @param what is to be removed from the file when images are missing, for the message
 * @throws UsageError that names the first image that is not there, and how many more there are
 */
export async function checkImages(
  listed: readonly { readonly image: string; readonly line: number }[],
  file: string,
  directory: string,
  what: string,
): Promise<void> {
  const checked = new Set<string>();
  const missing: { image: string; line: number }[] = [];
  for (const { image, line } of listed) {
    if (checked.has(image)) continue;
    checked.add(image);
    const found = await stat(path.join(directory, image)).catch(() => undefined);
    if (found?.isFile() !== true) missing.push({ image, line });
  }
  const [first] = missing;
  if (!first) return;
  const others = missing.length > 1 ? ` (and ${missing.length - 1} more)` : '';
  throw new UsageError(
    `${file}, line ${first.line}: there is no image ${first.image} in ${directory}${others}. ` +
      `Check --images, or remove ${what} that you do not have.`,
  );
}
