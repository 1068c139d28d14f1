import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { readConfig } from './config.js';
import { loadSecrets } from './secrets.js';

describe('loadSecrets', () => {
  let directory: string;
  const database = () => path.join(directory, 'vultus.db');
  const load = (environment: Record<string, string> = {}) =>
    loadSecrets(readConfig({ DATA_DIR: directory, ...environment }));
  beforeEach(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'vultus-secrets-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('makes strong, different secrets once, for the owner only', async () => {
    const first = await load();
    expect(first.templateKey).toHaveLength(32);
    expect(first.jwtSecret).not.toBe(first.faceAuthSecret);
    expect(Buffer.from(first.jwtSecret, 'base64')).toHaveLength(48);
    expect((await stat(path.join(directory, 'secrets.json'))).mode & 0o777).toBe(0o600);
    expect(await load()).toEqual(first);
    expect(await readdir(directory)).toEqual(['secrets.json']);
  });

  it('gives processes that start together the same secrets', async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => load()));
    for (const secrets of all) expect(secrets).toEqual(all[0]);
  });

  it('lets the environment decide, one by one', async () => {
    const secret = 's'.repeat(32);
    expect((await load({ JWT_SECRET: secret })).jwtSecret).toBe(secret);
    expect(await readFile(path.join(directory, 'secrets.json'), 'utf8')).not.toContain(secret);
  });

  it('writes nothing when the environment has them all', async () => {
    await load({
      JWT_SECRET: 'a'.repeat(32),
      FACE_AUTH_SECRET: 'b'.repeat(32),
      TEMPLATE_KEY: Buffer.alloc(32).toString('base64'),
    });
    expect(await readdir(directory)).toEqual([]);
  });

  it('does not invent new ones beside an old database: its templates would be lost without a word', async () => {
    await writeFile(database(), '');
    await expect(load()).rejects.toThrow(/secrets.json is missing/);
  });

  it('refuses a file that others can read', async () => {
    await load();
    await chmod(path.join(directory, 'secrets.json'), 0o644);
    await expect(load()).rejects.toThrow(/chmod 600/);
  });

  it('holds the file to the rules of the environment', async () => {
    const weak = { jwt_secret: 'a', face_auth_secret: 'a', template_key: '' };
    await writeFile(path.join(directory, 'secrets.json'), JSON.stringify(weak), { mode: 0o600 });
    await expect(load()).rejects.toThrow(/damaged/);
  });

  it('refuses a damaged file without quoting it', async () => {
    await writeFile(path.join(directory, 'secrets.json'), '{"jwt_secret": "topsecret', { mode: 0o600 });
    await expect(load()).rejects.toThrow(/damaged/);
    await expect(load()).rejects.not.toThrow(/topsecret/);
  });
});
