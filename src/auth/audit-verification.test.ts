import { describe, expect, it } from 'vitest';

import { type AuditEntry, type AuditStore, StorageUnavailable } from '../storage/port.js';
import { openSqliteStorage } from '../storage/sqlite/sqlite-storage.js';
import { AuditSeal } from './audit-seal.js';
import { AuditTrail } from './audit-trail.js';
import { AuditVerification } from './audit-verification.js';

const KEY = 'an audit key of thirty-two letters';
const OTHER_KEY = 'another key of thirty-two letters!';

/** As the server writes it. */
async function written(length: number, key = KEY): Promise<AuditEntry[]> {
  const storage = openSqliteStorage(':memory:');
  const trail = new AuditTrail(storage.audit, key);
  for (let i = 1; i <= length; i++) {
    const subject = `subject ${i}`;
    const facts = { action: 'passkey_added', outcome: 'success', by: 'account' } as const;
    await trail.append(1000 + i, `account ${i}`, { ...facts, subject, requestId: 'r', device: null });
  }
  const entries = await storage.audit.page(0, length);
  await storage.close();
  return entries;
}

/** A database into which somebody else has written. */
function storeOf(entries: readonly AuditEntry[]): AuditStore {
  const sorted = entries.toSorted((a, b) => a.sequence - b.sequence);
  return {
    last: () => Promise.resolve(sorted.at(-1) ?? null),
    append: () => Promise.reject(new Error('read only')),
    page: (sequence, limit) =>
      Promise.resolve(sorted.filter((entry) => entry.sequence > sequence).slice(0, limit)),
    ofAccount: () => Promise.resolve([]),
  };
}

const verify = (entries: readonly AuditEntry[], extent: Parameters<AuditVerification['run']>[0] = {}) =>
  new AuditVerification(storeOf(entries), new AuditSeal(KEY)).run(extent);

const headOf = ({ sequence, hash }: AuditEntry) => ({ sequence, hash });

/** Whoever has the key can write a chain of their own. */
function resealed(entries: readonly AuditEntry[]): AuditEntry[] {
  const seal = new AuditSeal(KEY);
  const chain: AuditEntry[] = [];
  for (const [i, entry] of entries.entries()) {
    const moved = { ...entry, sequence: i + 1 };
    chain.push({ ...moved, hash: seal.hash(chain.at(-1) ?? null, moved) });
  }
  return chain;
}

describe('AuditVerification', () => {
  it('finds nothing wrong with what was written, over many pages', async () => {
    const entries = await written(2100);
    const report = await verify(entries, { anchor: headOf(entries[1500]!) });
    expect(report).toMatchObject({ count: 2100, head: headOf(entries[2099]!), fault: null });
    expect(await verify([])).toEqual({ count: 0, head: null, fault: null });
  });

  it.each([
    ['the record', { record: '{"action":"passkey_removed"}' }],
    ['the time', { at: 1 }],
    ['the account', { accountId: 'account 4' }],
    ['the account, taken away', { accountId: null }],
    ['the hash', { hash: '0'.repeat(64) }],
  ])('names the entry of which %s was changed', async (_, change) => {
    const entries = await written(5);
    entries[2] = { ...entries[2]!, ...change };
    expect(await verify(entries)).toMatchObject({
      count: 2,
      head: { sequence: 2 },
      fault: { kind: 'altered', sequence: 3 },
    });
  });

  it('names the entry that is missing, at the beginning and in the middle', async () => {
    const entries = await written(5);
    expect((await verify(entries.toSpliced(2, 1))).fault).toEqual({ kind: 'missing', sequence: 3 });
    expect((await verify(entries.toSpliced(0, 2))).fault).toEqual({ kind: 'missing', sequence: 1 });
  });

  it('notices an entry that was taken out although the others were numbered anew', async () => {
    const entries = await written(5);
    const renumbered = entries.toSpliced(2, 1).map((entry, i) => ({ ...entry, sequence: i + 1 }));
    expect((await verify(renumbered)).fault).toEqual({ kind: 'altered', sequence: 3 });
  });

  it('names the first of two entries that changed places', async () => {
    const entries = await written(5);
    const [second, fourth] = [entries[1]!, entries[3]!];
    entries[1] = { ...fourth, sequence: 2 };
    entries[3] = { ...second, sequence: 4 };
    expect((await verify(entries)).fault).toEqual({ kind: 'altered', sequence: 2 });
  });

  it('names an entry that was inserted, wherever that is', async () => {
    const entries = await written(5);
    const inserted = (sequence: number) => ({ ...entries[0]!, sequence });
    expect((await verify([...entries, inserted(6)])).fault).toEqual({ kind: 'altered', sequence: 6 });
    expect((await verify([...entries, inserted(0)])).fault).toEqual({ kind: 'out_of_order', sequence: 0 });
    const pushed = entries.slice(2).map((entry) => ({ ...entry, sequence: entry.sequence + 1 }));
    const between = [...entries.slice(0, 2), inserted(3), ...pushed];
    expect((await verify(between)).fault).toEqual({ kind: 'altered', sequence: 3 });
  });

  it('needs an anchor to notice that the end was cut off', async () => {
    const entries = await written(5);
    const cut = entries.slice(0, 3);
    expect((await verify(cut)).fault).toBeNull();
    const anchor = headOf(entries[4]!);
    expect((await verify(cut, { anchor })).fault).toEqual({ kind: 'cut_off', sequence: 4 });
    expect((await verify([], { anchor })).fault).toEqual({ kind: 'cut_off', sequence: 1 });
  });

  it('needs an anchor to notice a chain that was written anew by somebody with the key', async () => {
    const entries = await written(5);
    const anchor = headOf(entries[4]!);
    const rewritten = resealed([...entries.toSpliced(2, 1), entries[0]!, entries[1]!]);
    expect((await verify(rewritten)).fault).toBeNull();
    expect((await verify(rewritten, { anchor })).fault).toEqual({ kind: 'anchor_differs', sequence: 5 });
  });

  it('says where another key begins, and verifies from there with that key', async () => {
    const storage = openSqliteStorage(':memory:');
    const facts = {
      action: 'sign_up',
      outcome: 'success',
      by: 'account',
      requestId: 'r',
      device: null,
    } as const;
    for (const key of [OTHER_KEY, OTHER_KEY, KEY, KEY]) {
      await new AuditTrail(storage.audit, key).append(1, null, facts);
    }
    const with_ = (key: string, from?: number) =>
      new AuditVerification(storage.audit, new AuditSeal(key)).run(from === undefined ? {} : { from });
    expect((await with_(KEY)).fault).toEqual({ kind: 'other_key', sequence: 1 });
    expect(await with_(OTHER_KEY)).toMatchObject({ count: 2, fault: { kind: 'other_key', sequence: 3 } });
    expect(await with_(KEY, 3)).toMatchObject({ count: 2, head: { sequence: 4 }, fault: null });
    await storage.close();
  });

  it('begins where it is told, but not behind the end or after an anchor', async () => {
    const entries = await written(5);
    expect(await verify(entries, { from: 6 })).toMatchObject({
      count: 0,
      head: { sequence: 5 },
      fault: null,
    });
    expect((await verify(entries, { from: 9 })).fault).toEqual({ kind: 'missing', sequence: 8 });
    await expect(verify(entries, { from: 4, anchor: headOf(entries[2]!) })).rejects.toThrow(RangeError);
  });

  it('names an entry that the database cannot even give', async () => {
    const sound = storeOf(await written(5));
    const store: AuditStore = {
      ...sound,
      page: async (sequence, limit) => {
        const page = await sound.page(sequence, limit);
        if (page.some((entry) => entry.sequence === 4)) throw new TypeError('not a text');
        return page;
      },
    };
    const report = await new AuditVerification(store, new AuditSeal(KEY)).run();
    expect(report).toMatchObject({ count: 3, fault: { kind: 'unreadable', sequence: 4 } });
    const away: AuditStore = { ...sound, page: () => Promise.reject(new StorageUnavailable('away')) };
    await expect(new AuditVerification(away, new AuditSeal(KEY)).run()).rejects.toThrow(StorageUnavailable);
  });
});
