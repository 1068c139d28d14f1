import { createCipheriv, randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { cosineSimilarity } from '../../src/face/comparison.js';
import type { Account, BiometricReference, Storage } from '../../src/storage/port.js';
import { openSqliteStorage } from '../../src/storage/sqlite/sqlite-storage.js';
import { AccountKeys, sealingKeyId } from '../../src/auth/account-keys.js';
import { KeyRotation } from '../../src/auth/key-rotation.js';
import { UNKNOWN_KEY, surveyKeys } from '../../src/auth/key-survey.js';
import { TemplateKeys, templateKeyId } from '../../src/auth/template-keys.js';
import { TemplateVault } from '../../src/auth/template-vault.js';

const MODEL = 'fr_feature';
const OLD = randomBytes(32);
const NEW = randomBytes(32);
const [OLD_ID, NEW_ID] = [templateKeyId(OLD), templateKeyId(NEW)];

const vectorOf = (id: string) => Float32Array.from({ length: 128 }, (_, i) => Math.sin(i * (1 + Number(id))));
const idOf = (i: number) => String(i).padStart(4, '0');

function sealFirst(plain: Uint8Array, ...data: readonly (string | number)[]): Uint8Array {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', OLD, nonce).setAAD(Buffer.from(JSON.stringify(data)));
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([Buffer.of(1), nonce, sealed, cipher.getAuthTag()]);
}

const firstReference = (id: string) =>
  sealFirst(new Uint8Array(vectorOf(id).buffer), 'vultus-template', 1, id, MODEL);

/** One process: a server or a command. */
function processWith(storage: Storage, ...bytes: readonly Uint8Array[]) {
  const templateKeys = new TemplateKeys(bytes, null);
  const keys = new AccountKeys({ store: storage.accountKeys, templateKeys });
  const vault = new TemplateVault({ keys, templateKeys });
  const rotate = (onRecord: () => void = () => undefined) =>
    new KeyRotation({ storage, keys, vault }).run(() => ({ advance: onRecord, stop: () => undefined }));
  const survey = async () => (await surveyKeys(storage.archive, templateKeys.all)).uses;
  return { keys, vault, rotate, survey };
}

describe('KeyRotation', () => {
  let directory: string;
  let storage: Storage;
  const open = () => openSqliteStorage(path.join(directory, 'vultus.db'));
  beforeEach(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'vultus-rotation-'));
    storage = open();
  });
  afterEach(async () => {
    await storage.close();
    await rm(directory, { recursive: true });
  });

  const insert = async (id: string, ciphertext: Uint8Array | null) => {
    const reference: BiometricReference | null = ciphertext && {
      modelId: MODEL,
      ciphertext,
      qualityScore: 0.5,
      createdAt: 5,
      lastUsedAt: 7,
      renewalDue: true,
    };
    const account: Account = {
      id,
      email: `${id}@example.org`,
      passwordHash: '$argon2id$',
      createdAt: 1,
      reference,
      referenceErasures: 0,
      secondFactorOwed: false,
      hasPasskeys: false,
    };
    expect(await storage.accounts.insert(account)).toBe('inserted');
  };
  /** Every third account has a face under its key, every third one of version 1, every third none. */
  const fill = async (accounts: number) => {
    const { vault } = processWith(storage, OLD);
    for (let i = 0; i < accounts; i++) {
      const id = idOf(i);
      if (i % 3 === 0)
        await insert(id, (await vault.protect(id, { modelId: MODEL, vector: vectorOf(id) })).ciphertext);
      else await insert(id, i % 3 === 1 ? firstReference(id) : null);
    }
  };
  const requireSameFaces = async (accounts: number) => {
    const { vault } = processWith(storage, NEW);
    for (let i = 0; i < accounts; i++) {
      const id = idOf(i);
      const { reference } = (await storage.accounts.findById(id))!;
      if (i % 3 === 2) expect(reference).toBeNull();
      else {
        const { template, protectProbe } = await vault.open(id, reference!);
        expect(cosineSimilarity(protectProbe(vectorOf(id)), template.vector)).toBeCloseTo(1, 5);
        expect(reference).toMatchObject({ qualityScore: 0.5, createdAt: 5, lastUsedAt: 7, renewalDue: true });
      }
    }
  };

  it('brings everything under the first key, so that the old one is needed no more', async () => {
    await fill(30);
    const { rotate, survey } = processWith(storage, NEW, OLD);
    expect(await survey()).toEqual(new Map([[OLD_ID, { accountKeys: 10, references: 10, liveRecords: 0 }]]));
    expect(await rotate()).toEqual({ resealed: 10, upgraded: 10, unreadable: [] });
    expect(await survey()).toEqual(new Map([[NEW_ID, { accountKeys: 20, references: 0, liveRecords: 0 }]]));
    await requireSameFaces(30);
    expect(await rotate()).toEqual({ resealed: 0, upgraded: 0, unreadable: [] });
  });

  it('goes through more than a page', async () => {
    await fill(700);
    expect(await processWith(storage, NEW, OLD).rotate()).toMatchObject({ resealed: 234, upgraded: 233 });
    expect([...(await processWith(storage, NEW).survey()).keys()]).toEqual([NEW_ID]);
  });

  it.each([1, 7, 13, 25, 44])('goes on where it was broken off, after %i records', async (records) => {
    await fill(30);
    let seen = 0;
    const brokenOff = processWith(storage, NEW, OLD).rotate(() => {
      if (++seen === records) throw new Error('killed');
    });
    await expect(brokenOff).rejects.toThrow('killed');
    // A server of either key order works with what it finds.
    for (const bytes of [
      [OLD, NEW],
      [NEW, OLD],
    ]) {
      const { vault } = processWith(storage, ...bytes);
      for (const id of [idOf(0), idOf(1), idOf(27), idOf(28)]) {
        const { template, protectProbe } = await vault.open(
          id,
          (await storage.accounts.findById(id))!.reference!,
        );
        expect(cosineSimilarity(protectProbe(vectorOf(id)), template.vector)).toBeCloseTo(1, 5);
      }
    }
    const rest = await processWith(storage, NEW, OLD).rotate();
    expect(rest.resealed).toBe(Math.max(0, 10 - records));
    expect([...(await processWith(storage, NEW, OLD).survey()).keys()]).toEqual([NEW_ID]);
    await requireSameFaces(30);
  });

  it('leaves nothing behind though a server makes accounts and faces under the old key meanwhile', async () => {
    await fill(30);
    const other = open();
    const server = processWith(other, OLD, NEW);
    let seen = 0;
    const writes: Promise<unknown>[] = [];
    const write = async (i: number) => {
      // Before the record that the rotation is at, and behind it.
      for (const id of [`0000-${idOf(i)}`, `9999-${idOf(i)}`]) {
        await server.keys.ofAccount(id);
      }
      const face = await server.vault.protect(idOf(1), { modelId: MODEL, vector: vectorOf(idOf(1)) });
      const { reference } = (await other.accounts.findById(idOf(1)))!;
      await other.accounts.replaceReference(idOf(1), reference!.ciphertext, {
        ...reference!,
        ciphertext: face.ciphertext,
      });
    };
    const rotation = await processWith(storage, NEW, OLD).rotate(() => {
      if (++seen <= 20) writes.push(write(seen));
    });
    await Promise.all(writes);
    await other.close();
    expect(rotation.unreadable).toEqual([]);
    expect(await processWith(storage, NEW).survey()).toEqual(
      new Map([[NEW_ID, { accountKeys: 60, references: 0, liveRecords: 0 }]]),
    );
    await requireSameFaces(30);
  });

  it('does not bring back a face or a key that was erased while it was at work', async () => {
    await fill(6);
    const { keys, vault } = processWith(storage, NEW, OLD);
    const { accounts } = storage;
    const erasing: Storage['accounts'] = {
      ...accounts,
      findById: (id) => accounts.findById(id),
      replaceReference: async (id, ...rest) => {
        // The keys were shredded before the rotation made one for the upgrade.
        if (id === idOf(1)) await accounts.eraseReference(id, false);
        else await accounts.erase(id);
        return accounts.replaceReference(id, ...rest);
      },
    };
    await new KeyRotation({ storage: { ...storage, accounts: erasing }, keys, vault }).run(() => ({
      advance: () => undefined,
      stop: () => undefined,
    }));
    expect((await accounts.findById(idOf(1)))!.reference).toBeNull();
    expect(await accounts.findById(idOf(4))).toBeNull();
    expect(await storage.accountKeys.find(idOf(4))).toBeNull();
  });

  it('names the accounts whose records open under no key, and sees to the others', async () => {
    await fill(6);
    await storage.accountKeys.shred(idOf(0));
    await processWith(storage, randomBytes(32)).keys.ofAccount(idOf(0));
    // Moved from another account.
    await storage.accountKeys.shred(idOf(3));
    await storage.accountKeys.insertUnlessThere(idOf(3), (await storage.accountKeys.find(idOf(0)))!);
    await insert('swapped', firstReference(idOf(1)));
    const { rotate, survey } = processWith(storage, NEW, OLD);
    expect(await rotate()).toEqual({
      resealed: 0,
      upgraded: 2,
      unreadable: [idOf(0), idOf(3), 'swapped'],
    });
    expect((await survey()).get(UNKNOWN_KEY)).toEqual({ accountKeys: 0, references: 1, liveRecords: 0 });
  });

  it('finds live records of version 1, which keep their key in need', async () => {
    await fill(1);
    const ciphertext = sealFirst(Buffer.from('traces'), 'vultus-live-record', 1, idOf(0));
    expect(await storage.accounts.appendLiveRecord(idOf(0), { ciphertext, createdAt: 0 })).toBe(true);
    const { rotate, survey } = processWith(storage, NEW, OLD);
    await rotate();
    expect(await survey()).toEqual(
      new Map([
        [NEW_ID, { accountKeys: 1, references: 0, liveRecords: 0 }],
        [OLD_ID, { accountKeys: 0, references: 0, liveRecords: 1 }],
      ]),
    );
  });

  it('reads the id of the key from the sealed one alone', async () => {
    await processWith(storage, OLD).keys.ofAccount('a');
    expect(sealingKeyId((await storage.accountKeys.find('a'))!)).toBe(OLD_ID);
    expect(sealingKeyId(new Uint8Array(0))).toBeNull();
  });
});
