import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { UsageError } from '../usage-error.js';
import { parseLabels, readLabels } from './labels-file.js';

const HEADER = 'path,label,attack,subject\n';
const GOOD = HEADER + 'real/1.jpg,real,,ann\nfake/1.jpg,spoof,print,ann\n';

function refusalOf(text: string): string {
  try {
    parseLabels(text, 'labels.csv');
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return (error as UsageError).message;
  }
  throw new Error('the file was accepted');
}

describe('parseLabels', () => {
  it('reads labels, kinds of attack, subjects and where they stand', () => {
    expect(parseLabels(GOOD, 'labels.csv')).toEqual([
      { image: 'real/1.jpg', species: null, subject: 'ann', line: 2 },
      { image: 'fake/1.jpg', species: 'print', subject: 'ann', line: 3 },
    ]);
  });

  it('takes columns in any order, more of them, Windows line ends and no subjects', () => {
    const text = '\uFEFFattack,note,label,path\r\n,"a, b",real,./x//1.jpg\r\n\r\nmask,,spoof,y/1.jpg\r\n';
    expect(parseLabels(text, 'labels.csv')).toEqual([
      { image: 'x/1.jpg', species: null, line: 2 },
      { image: 'y/1.jpg', species: 'mask', line: 4 },
    ]);
  });

  it.each([
    ['an empty file', '', /labels\.csv is empty.*path,label,attack\[,subject\]/],
    ['a header without images', HEADER, /no images/],
    ['a missing column', 'path,label\na,real\n', /line 1: the column attack is missing.*header must be/],
    ['an unknown label', GOOD + 'a,fake,print,ann\n', /line 4: the label is "fake".*real.*spoof/],
    ['a spoof of no kind', GOOD + 'a,spoof,,ann\n', /line 4: the attack is missing.*print/],
    ['a real face that is an attack', GOOD + 'a,real,print,ann\n', /line 4: the label is real but/],
    ['a missing value', GOOD + 'a,real\n', /line 4: 2 values where the header has 4/],
    ['a missing path', GOOD + ',real,,ann\n', /line 4: a path is missing/],
    ['a path that climbs out', GOOD + '../x.jpg,real,,ann\n', /line 4: \.\.\/x\.jpg leaves the images/],
    ['an image twice', GOOD + './real/1.jpg,real,,ann\n', /line 4: real\/1\.jpg is listed already in line 2/],
    ['a subject for some images only', GOOD + 'a,real,,\n', /line 4: the subject is missing/],
    ['no attack', HEADER + 'a,real,,ann\n', /labels\.csv has no attack/],
    ['no bona fide image', HEADER + 'a,spoof,print,ann\n', /labels\.csv has no bona fide image/],
    ['an open quote', GOOD + '"a,real,,\n', /labels\.csv is not a CSV file/],
  ])('refuses %s', (_, text, message) => {
    expect(refusalOf(text)).toMatch(message);
  });
});

describe('readLabels', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(path.join(tmpdir(), 'labels-'));
    for (const image of ['1.jpg', '2.jpg']) await writeFile(path.join(directory, image), '');
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('accepts images that are there, and names the first that is not', async () => {
    const file = path.join(directory, 'labels.csv');
    const good = 'path,label,attack\n1.jpg,real,\n2.jpg,spoof,print\n';
    await writeFile(file, good);
    await expect(readLabels(file, directory)).resolves.toHaveLength(2);
    await writeFile(file, good + '3.jpg,real,\n4.jpg,real,\n');
    await expect(readLabels(file, directory)).rejects.toThrow(
      /line 4: there is no image 3\.jpg .*and 1 more.*remove the lines of images/,
    );
    await expect(readLabels(`${file}x`, directory)).rejects.toThrow(/--labels: .* cannot be read/);
  });
});
