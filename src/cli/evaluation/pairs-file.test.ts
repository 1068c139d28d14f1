import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { UsageError } from '../usage-error.js';
import { parsePairs, readPairs } from './pairs-file.js';

const HEADER = 'path_a,path_b,same,fold\n';
const GOOD = HEADER + 'ann/1.jpg,ann/2.jpg,1,0\nann/1.jpg,bob/1.jpg,0,1\n';

function refusalOf(text: string): string {
  try {
    parsePairs(text, 'pairs.csv');
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as UsageError).message;
  }
  throw new Error('the file was accepted');
}

describe('parsePairs', () => {
  it('reads pairs, folds and where they stand', () => {
    expect(parsePairs(GOOD, 'pairs.csv')).toEqual([
      { a: 'ann/1.jpg', b: 'ann/2.jpg', same: true, fold: '0', line: 2 },
      { a: 'ann/1.jpg', b: 'bob/1.jpg', same: false, fold: '1', line: 3 },
    ]);
  });

  it('takes columns in any order, a byte order mark, Windows line ends, quotes and more columns', () => {
    const text = '\uFEFFsame,note,path_b,path_a\r\n1,"a, b",./x/2.jpg,x/1.jpg\r\n\r\n0,,y/1.jpg,x//1.jpg\r\n';
    expect(parsePairs(text, 'pairs.csv')).toEqual([
      { a: 'x/1.jpg', b: 'x/2.jpg', same: true, line: 2 },
      { a: 'x/1.jpg', b: 'y/1.jpg', same: false, line: 4 },
    ]);
  });

  it('has no folds when the column is empty', () => {
    const pairs = parsePairs(HEADER + 'a/1.jpg,a/2.jpg,1,\na/1.jpg,b/1.jpg,0,\n', 'pairs.csv');
    expect(pairs.map((pair) => pair.fold)).toEqual([undefined, undefined]);
  });

  it.each([
    ['an empty file', '', /pairs\.csv is empty.*path_a,path_b,same/],
    ['a header without pairs', HEADER, /no pairs/],
    ['a missing column', 'path_a,path_b\na,b\n', /line 1: the column same is missing.*header must be/],
    ['no header', 'ann/1.jpg,ann/2.jpg,1\n', /line 1: the column path_a is missing/],
    ['a bad same', HEADER + 'a,b,yes,0\n', /line 2: same is "yes".*1 .*or 0/],
    ['an empty same', GOOD + 'a,b,,0\n', /line 4: same is ""/],
    ['a missing value', GOOD + 'a,b\n', /line 4: 2 values where the header has 4/],
    ['a missing path', GOOD + ',b,1,0\n', /line 4: a path is missing/],
    [
      'a path that climbs out',
      GOOD + '../secret.jpg,b,1,0\n',
      /line 4: \.\.\/secret\.jpg leaves the images folder/,
    ],
    [
      'a path that climbs out by a detour',
      GOOD + 'a/../../b.jpg,b,1,0\n',
      /line 4: .* leaves the images folder/,
    ],
    ['an absolute path', GOOD + '/etc/passwd,b,1,0\n', /line 4: \/etc\/passwd leaves the images folder/],
    ['an image paired with itself', GOOD + 'a,./a,1,0\n', /line 4: a is paired with itself/],
    ['a fold for some pairs only', GOOD + 'a,b,1,\n', /line 4: the fold is missing/],
    ['one fold', HEADER + 'a,b,1,7\na,c,0,7\n', /all pairs are in one fold/],
    ['genuine pairs only', HEADER + 'a,b,1,0\n', /no impostor pair/],
    ['impostor pairs only', HEADER + 'a,b,0,0\n', /no genuine pair/],
    ['an open quote', GOOD + '"a,b,1,0\n', /pairs\.csv is not a CSV file/],
  ])('refuses %s', (_, text, message) => {
    expect(refusalOf(text)).toMatch(message);
  });
});

describe('readPairs', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'pairs-'));
    for (const folder of ['ann', 'bob']) await mkdir(path.join(directory, folder));
    for (const image of ['ann/1.jpg', 'ann/2.jpg', 'bob/1.jpg'])
      await writeFile(path.join(directory, image), '');
  });
  afterEach(() => rm(directory, { recursive: true }));

  const write = async (text: string): Promise<string> => {
    const file = path.join(directory, 'pairs.csv');
    await writeFile(file, text);
    return file;
  };

  it('accepts pairs of images that are there', async () => {
    await expect(readPairs(await write(GOOD), directory)).resolves.toHaveLength(2);
  });

  it('names the first missing image, its line, and how many more there are', async () => {
    const file = await write(GOOD + 'ann/1.jpg,eve/1.jpg,0,0\neve/1.jpg,eve/2.jpg,1,0\n');
    await expect(readPairs(file, directory)).rejects.toThrow(
      /line 4: there is no image eve\/1\.jpg .*and 1 more/,
    );
  });

  it('does not take a folder for an image', async () => {
    const file = await write(GOOD + 'ann/1.jpg,bob,0,0\n');
    await expect(readPairs(file, directory)).rejects.toThrow(/line 4: there is no image bob/);
  });

  it('says when the file itself is missing', async () => {
    const missing = path.join(directory, 'nowhere.csv');
    await expect(readPairs(missing, directory)).rejects.toThrow(/--pairs: .*nowhere\.csv cannot be read/);
  });
});
