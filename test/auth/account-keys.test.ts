import { randomBytes } from 'node:crypto';

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openSqliteStorage } from '../../src/storage/sqlite/sqlite-storage.js';
import type { AccountKeyStore, Storage } from '../../src/storage/port.js';
import { AccountKeys, sealingKeyId } from '../../src/auth/account-keys.js';
import { TemplateVaultError } from '../../src/auth/sealing.js';
import { TemplateKeys, templateKeyId } from '../../src/auth/template-keys.js';

describe('AccountKeys', () => {
  const [first, second] = [randomBytes(32), randomBytes(32)];
  let storage: Storage;
  let store: AccountKeyStore;
  beforeEach(() => {
    storage = openSqliteStorage(':memory:');
    store = storage.accountKeys;
  });
  afterEach(() => storage.close());

  const under = (...templateKeys: readonly Uint8Array[]) =>
    new AccountKeys({ store, templateKeys: new TemplateKeys(templateKeys, null) });

  it('makes a key once, and another one for each account', async () => {
    const keys = under(first);
    expect(await keys.find('a')).toBeNull();
    const key = await keys.ofAccount('a');
    expect(key).toHaveLength(32);
    expect(await keys.ofAccount('a')).toEqual(key);
    expect(await keys.find('a')).toEqual(key);
    expect(await keys.ofAccount('b')).not.toEqual(key);
  });

  it('gives callers that come at once the same key', async () => {
    const all = await Promise.all(Array.from({ length: 10 }, () => under(first).ofAccount('a')));
    for (const key of all) expect(key).toEqual(all[0]);
  });

  it('does not store the key as it is', async () => {
    const key = await under(first).ofAccount('a');
    expect(Buffer.from((await store.find('a'))!).includes(Buffer.from(key))).toBe(false);
  });

  it('shreds', async () => {
    const keys = under(first);
    const key = await keys.ofAccount('a');
    expect(await keys.shred('a')).toBe(true);
    expect(await keys.shred('a')).toBe(false);
    expect(await keys.find('a')).toBeNull();
    expect(await keys.ofAccount('a')).not.toEqual(key);
  });

  it('refuses the key of another account', async () => {
    const keys = under(first);
    await keys.ofAccount('a');
    await store.insertUnlessThere('b', (await store.find('a'))!);
    await expect(keys.find('b')).rejects.toThrow(TemplateVaultError);
    await expect(keys.ofAccount('b')).rejects.toThrow(TemplateVaultError);
  });

  it('refuses a key under a template key that is not there, and names it', async () => {
    await under(first).ofAccount('a');
    await expect(under(second).find('a')).rejects.toThrow(TemplateVaultError);
    await expect(under(second).find('a')).rejects.toThrow(templateKeyId(first));
  });

  it('notices every altered byte and every truncation', async () => {
    const keys = under(first);
    await keys.ofAccount('a');
    const sealed = (await store.find('a'))!;
    const put = async (bytes: Uint8Array) => {
      await store.shred('a');
      await store.insertUnlessThere('a', bytes);
    };
    await fc.assert(
      fc.asyncProperty(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const altered = Uint8Array.from(sealed);
        altered[at]! ^= change;
        await put(altered);
        await expect(keys.find('a')).rejects.toThrow(TemplateVaultError);
        await put(sealed.subarray(0, Math.max(1, at)));
        await expect(keys.find('a')).rejects.toThrow(TemplateVaultError);
      }),
    );
  });

  it('brings a key under the first template key, which changes nothing for the account', async () => {
    const key = await under(first).ofAccount('a');
    const keys = under(second, first);
    expect(await keys.find('a')).toEqual(key);
    const sealed = (await store.find('a'))!;
    expect(await keys.reseal('a', sealed)).toBe('resealed');
    expect(await keys.reseal('a', sealed)).toBe('changed');
    expect(await keys.reseal('a', (await store.find('a'))!)).toBe('current');
    expect(await under(second).find('a')).toEqual(key);
  });

  it('does not bring back a key that was shredded while it was sealed anew', async () => {
    await under(first).ofAccount('a');
    const sealed = (await store.find('a'))!;
    await store.shred('a');
    expect(await under(second, first).reseal('a', sealed)).toBe('changed');
    expect(await store.find('a')).toBeNull();
  });

  describe('in a server that runs while the template key changes', () => {
    let file: readonly Uint8Array[];
    let reads: number;
    const running = () => {
      const reload = () => {
        reads++;
        return Promise.resolve(file);
      };
      return new AccountKeys({ store, templateKeys: new TemplateKeys([first], reload) });
    };
    beforeEach(() => {
      file = [first];
      reads = 0;
    });

    it('reads the keys anew for an id that it does not know, once', async () => {
      const server = running();
      const key = await server.ofAccount('a');
      file = [second, first];
      await under(second, first).reseal('a', (await store.find('a'))!);
      reads = 0;
      expect(await server.find('a')).toEqual(key);
      expect(await server.find('a')).toEqual(key);
      expect(reads).toBe(1);
      file = [randomBytes(32)];
      await under(randomBytes(32)).ofAccount('b');
      await expect(server.find('b')).rejects.toThrow(TemplateVaultError);
      expect(reads).toBe(2);
    });

    it('makes new keys under the new one', async () => {
      const server = running();
      file = [second, first];
      await server.ofAccount('a');
      expect(sealingKeyId((await store.find('a'))!)).toBe(templateKeyId(second));
    });

    it('leaves none under the old one, though that is changed and retired while it makes one', async () => {
      const server = running();
      store = {
        find: (id) => storage.accountKeys.find(id),
        replace: (...replaced) => storage.accountKeys.replace(...replaced),
        shred: (id) => storage.accountKeys.shred(id),
        insertUnlessThere: (...inserted) => {
          file = [second];
          return storage.accountKeys.insertUnlessThere(...inserted);
        },
      };
      const key = await running().ofAccount('a');
      expect(sealingKeyId((await storage.accountKeys.find('a'))!)).toBe(templateKeyId(second));
      expect(await server.find('a')).toEqual(key);
    });
  });
});
