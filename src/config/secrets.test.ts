import { hkdfSync } from 'node:crypto';
import { chmod, mkdtemp, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { readConfig } from './config.js';
import { addTemplateKey, loadSecrets, removeRetiredKeys } from './secrets.js';

describe('loadSecrets', () => {
  let directory: string;
  const database = () => path.join(directory, 'vultus.db');
  const load = (environment: Record<string, string> = {}) =>
    loadSecrets(readConfig({ DATA_DIR: directory, ...environment }));
  const file = () => path.join(directory, 'secrets.json');
  const store = (content: unknown) => writeFile(file(), JSON.stringify(content), { mode: 0o600 });
  const templateKey = Buffer.alloc(32, 9).toString('base64');
  beforeEach(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'vultus-secrets-'));
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('makes strong, different secrets once, for the owner only', async () => {
    const first = await load();
    expect(first.templateKeys).toEqual([expect.objectContaining({ byteLength: 32 })]);
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

  it('reads a file of an earlier version, and one with keys that are retired', async () => {
    const [key, older] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
    const content = {
      jwt_secret: 'j'.repeat(32),
      face_auth_secret: 'f'.repeat(32),
      template_key: key.toString('base64'),
    };
    await store(content);
    expect((await load()).templateKeys).toEqual([key]);
    await store({ ...content, retired_template_keys: [older.toString('base64')] });
    expect((await load()).templateKeys).toEqual([key, older]);
    await store({ ...content, retired_template_keys: ['short'] });
    await expect(load()).rejects.toThrow(/damaged/);
  });

  it('takes the template keys of the environment for all of them', async () => {
    await load();
    const keys = [Buffer.alloc(32, 3), Buffer.alloc(32, 4)];
    const loaded = await load({ TEMPLATE_KEY: keys.map((key) => key.toString('base64')).join(', ') });
    expect(loaded.templateKeys).toEqual(keys);
  });

  it('has a key for the audit log: the given one, or one that follows from the signing secret', async () => {
    const secret = 's'.repeat(32);
    const derived = Buffer.from(hkdfSync('sha256', secret, '', 'vultus:audit', 32)).toString('hex');
    expect((await load({ JWT_SECRET: secret })).auditKey).toBe(derived);
    const all = { JWT_SECRET: secret, FACE_AUTH_SECRET: 'f'.repeat(32), TEMPLATE_KEY: templateKey };
    expect((await load(all)).auditKey).toBe(derived);
    const given = 'a'.repeat(40);
    expect((await load({ AUDIT_KEY: given })).auditKey).toBe(given);
    expect((await load({ ...all, AUDIT_KEY: given })).auditKey).toBe(given);
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

  describe('with another template key', () => {
    const config = (environment: Record<string, string> = {}) =>
      readConfig({ DATA_DIR: directory, ...environment });

    it('puts a new one first, keeps the others and everything else, for the owner only', async () => {
      const before = await load();
      await store({ ...JSON.parse(await readFile(file(), 'utf8')), note: 'of the operator' });
      await addTemplateKey(config());
      await addTemplateKey(config());
      const after = await load();
      expect(after.templateKeys).toHaveLength(3);
      expect(after.templateKeys[2]).toEqual(before.templateKeys[0]);
      expect({ ...after, templateKeys: before.templateKeys }).toEqual(before);
      expect(JSON.parse(await readFile(file(), 'utf8'))).toMatchObject({ note: 'of the operator' });
      expect((await stat(file())).mode & 0o777).toBe(0o600);
      expect(await readdir(directory)).toEqual(['secrets.json']);
    });

    it('loses no key when two commands add one at once', async () => {
      const [old] = (await load()).templateKeys;
      const added = await Promise.allSettled([addTemplateKey(config()), addTemplateKey(config())]);
      const { templateKeys } = await load();
      expect(templateKeys).toHaveLength(1 + added.filter(({ status }) => status === 'fulfilled').length);
      expect(templateKeys.at(-1)).toEqual(old);
    });

    it('is not stopped by what a crash has left, and not by one that is at work', async () => {
      const before = await load();
      const draft = `${file()}.draft`;
      await writeFile(draft, '{"half', { mode: 0o600 });
      await expect(addTemplateKey(config())).rejects.toThrow(/Another command/);
      expect(await load()).toEqual(before);
      const longAgo = new Date(Date.now() - 120_000);
      await utimes(draft, longAgo, longAgo);
      await addTemplateKey(config());
      expect((await load()).templateKeys).toHaveLength(2);
      expect(await readdir(directory)).toEqual(['secrets.json']);
    });

    it('removes retired keys that nothing needs, and never the one that seals', async () => {
      await load();
      for (let i = 0; i < 3; i++) await addTemplateKey(config());
      const [first, , third] = (await load()).templateKeys;
      await removeRetiredKeys(config(), (key) => Buffer.from(third!).equals(key));
      expect((await load()).templateKeys).toEqual([first, third]);
      await removeRetiredKeys(config(), () => false);
      expect((await load()).templateKeys).toEqual([first]);
      expect(await readFile(file(), 'utf8')).not.toContain('retired');
    });

    it('leaves the environment to those who set it', async () => {
      await load();
      const before = await readFile(file(), 'utf8');
      await expect(addTemplateKey(config({ TEMPLATE_KEY: templateKey }))).rejects.toThrow(/TEMPLATE_KEY/);
      expect(await readFile(file(), 'utf8')).toBe(before);
    });

    it('does not write over a damaged file', async () => {
      await writeFile(file(), '{"jwt_secret": "topsecret', { mode: 0o600 });
      await expect(addTemplateKey(config())).rejects.toThrow(/damaged/);
      expect(await readFile(file(), 'utf8')).toBe('{"jwt_secret": "topsecret');
      expect(await readdir(directory)).toEqual(['secrets.json']);
    });
  });
});
