import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readConsentTerms } from './consent-terms.js';

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'vultus-consent-'));
});
afterAll(() => rm(directory, { recursive: true }));

const termsOf = (textFile: string | null, policy: 'required' | 'outside' = 'required') =>
  readConsentTerms({ policy, version: '7', textFile });
async function written(text: string | Uint8Array): Promise<string> {
  const file = path.join(directory, 'text.txt');
  await writeFile(file, text);
  return file;
}

describe('the terms of the consent', () => {
  it('have a text of their own when the operator has none', async () => {
    const { text, ...terms } = await termsOf(null);
    expect(terms).toEqual({ required: true, version: '7' });
    // What nobody could agree to freely without being told.
    expect(text).toMatch(/take your consent back/);
    expect(text).toMatch(/need not agree/);
  });

  it("have the operator's text, without blank space around it", async () => {
    expect((await termsOf(await written('\n We look at faces.\nDo you mind? \n'))).text).toBe(
      'We look at faces.\nDo you mind?',
    );
  });

  it('are not required where the operator asks elsewhere', async () => {
    expect((await termsOf(null, 'outside')).required).toBe(false);
  });

  it.each<[string, () => Promise<string>]>([
    ['is missing', async () => path.join(directory, 'missing.txt')],
    ['is a folder', async () => directory],
    ['is blank', () => written(' \n\t ')],
    ['is longer than anybody reads', () => written('a'.repeat(20_001))],
  ])('refuse to start the server with a text that %s, and name the setting', async (_, file) => {
    await expect(termsOf(await file())).rejects.toMatchObject({
      name: 'ConfigError',
      message: expect.stringMatching(/^CONSENT_TEXT_FILE: /) as string,
    });
  });
});
