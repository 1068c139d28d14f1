import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { UsageError } from '../usage-error.js';
import { prepareDirectory, writeFileAtomically } from './output-files.js';

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'output-'));
});
afterEach(() => rm(directory, { recursive: true }));

describe('writeFileAtomically', () => {
  it('replaces a file and leaves nothing else behind', async () => {
    const file = path.join(directory, 'report.json');
    await writeFile(file, 'old');
    await writeFileAtomically(file, 'new');
    await expect(readFile(file, 'utf8')).resolves.toBe('new');
    await expect(readdir(directory)).resolves.toEqual(['report.json']);
  });

  it('removes its temporary file when it fails', async () => {
    await expect(writeFileAtomically(path.join(directory, 'no', 'x'), 'new')).rejects.toThrow();
    await expect(readdir(directory)).resolves.toEqual([]);
  });
});

describe('prepareDirectory', () => {
  it('makes the folder', async () => {
    await prepareDirectory('--report', path.join(directory, 'a', 'b'));
    await expect(readdir(directory)).resolves.toEqual(['a']);
  });

  it('names the option when there is a file in the way', async () => {
    const file = path.join(directory, 'file');
    await writeFile(file, '');
    await expect(prepareDirectory('--report', file)).rejects.toThrow(UsageError);
    await expect(prepareDirectory('--report', file)).rejects.toThrow(/^--report: nothing can be written/);
  });
});
