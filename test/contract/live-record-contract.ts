import { randomUUID } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import {
  type ContractFixture,
  END_OF_TIME,
  NOW,
  RACES,
  aLiveRecord,
  aReference,
  at,
  plain,
  truths,
} from './contract-fixture.js';
import { MAX_LIVE_RECORDS } from '../../src/storage/port.js';

export function describeLiveRecords({ store, other, anAccount, aSession, race }: ContractFixture): void {
  describe('live records', () => {
    const timesOf = async (accountId: string, handle = other) =>
      (await handle.accounts.liveRecords(accountId)).map(({ createdAt }) => createdAt - NOW);

    it('come back byte for byte, oldest first, and are no part of what an account is looked up for', async () => {
      const account = await anAccount({ reference: aReference() });
      const records = [
        aLiveRecord(7),
        { ciphertext: Uint8Array.of(0), createdAt: 0 },
        { ciphertext: new Uint8Array(5000).fill(255), createdAt: END_OF_TIME },
      ];
      for (const record of records) {
        expect(await store.accounts.appendLiveRecord(account.id, record)).toBe(true);
      }
      for (const handle of [store, other]) {
        expect((await handle.accounts.liveRecords(account.id)).map(plain)).toEqual(records.map(plain));
      }
      expect(plain((await other.accounts.findById(account.id))!)).toEqual(plain(account));
      const { id, accountId } = await aSession({ accountId: account.id });
      const live = (await store.sessions.findLive(accountId, id, at(NOW)))!;
      expect(plain(live.account)).toEqual(plain(account));
    });

    it('of one account are limited in number: one more drops the oldest', async () => {
      const { id } = await anAccount({ reference: aReference() });
      const { id: bystander } = await anAccount({ reference: aReference() });
      await store.accounts.appendLiveRecord(bystander, aLiveRecord(0));
      for (let i = 0; i < MAX_LIVE_RECORDS; i++) await store.accounts.appendLiveRecord(id, aLiveRecord(i));
      expect(await timesOf(id)).toEqual(Array.from({ length: MAX_LIVE_RECORDS }, (_, i) => i));
      await other.accounts.appendLiveRecord(id, aLiveRecord(1000));
      await other.accounts.appendLiveRecord(id, aLiveRecord(2));
      // By the order in which they came, whatever their times say.
      expect(await timesOf(id)).toEqual([
        ...Array.from({ length: MAX_LIVE_RECORDS - 2 }, (_, i) => i + 2),
        1000,
        2,
      ]);
      expect(await timesOf(bystander)).toEqual([0]);
    });

    it.each(RACES)('are kept as they come, of %i at once the newest', async (racers) => {
      const { id } = await anAccount({ reference: aReference() });
      for (let i = 0; i < MAX_LIVE_RECORDS; i++) {
        await store.accounts.appendLiveRecord(id, aLiveRecord(-1));
      }
      const results = await race(racers, (handle, i) => handle.accounts.appendLiveRecord(id, aLiveRecord(i)));
      expect(truths(results)).toBe(racers);
      const kept = await timesOf(id);
      expect(kept).toHaveLength(MAX_LIVE_RECORDS);
      // Each is there once; older ones only as far as the racers leave room, and before them.
      const old = Math.max(0, MAX_LIVE_RECORDS - racers);
      expect(kept.slice(0, old)).toEqual(Array.from({ length: old }, () => -1));
      const raced = kept.slice(old);
      expect(new Set(raced).size).toBe(raced.length);
      expect(raced.every((i) => i >= 0 && i < racers)).toBe(true);
      await store.accounts.appendLiveRecord(id, aLiveRecord(racers));
      expect(await timesOf(id)).toEqual([...kept.slice(1), racers]);
    });

    it('are not kept for an account without a reference, nor for one that is not there', async () => {
      const { id } = await anAccount();
      expect(await store.accounts.appendLiveRecord(id, aLiveRecord(0))).toBe(false);
      expect(await store.accounts.appendLiveRecord(randomUUID(), aLiveRecord(0))).toBe(false);
      expect(await store.accounts.liveRecords(id)).toEqual([]);
      expect(await store.accounts.liveRecords(randomUUID())).toEqual([]);
    });

    it('stay with a reference that is replaced, and go with one that is erased', async () => {
      const { accountId: id, id: sessionId } = await aSession();
      const { id: bystander } = await anAccount({ reference: aReference() });
      const put = (referenceErasures: number) =>
        store.accounts.putReference(id, aReference(), { sessionId, referenceErasures, now: NOW });
      await put(0);
      await store.accounts.appendLiveRecord(id, aLiveRecord(0));
      await store.accounts.appendLiveRecord(bystander, aLiveRecord(1));
      await put(0);
      expect(await timesOf(id)).toEqual([0]);
      await other.accounts.eraseReference(id, false);
      expect(await store.accounts.appendLiveRecord(id, aLiveRecord(2))).toBe(false);
      expect(await timesOf(id)).toEqual([]);
      // Nothing of before the erasure comes back with another face.
      await put(1);
      expect(await timesOf(id)).toEqual([]);
      expect(await store.accounts.appendLiveRecord(id, aLiveRecord(3))).toBe(true);
      expect(await timesOf(id)).toEqual([3]);
      expect(await timesOf(bystander)).toEqual([1]);
    });

    it.each(RACES)('are gone once the erasure is acknowledged, of %i on their way', async (racers) => {
      const { id } = await anAccount({ reference: aReference() });
      let whenErased: number[] | undefined;
      const appended = await race(racers, async (handle, i) => {
        if (i !== Math.floor(racers / 4)) return handle.accounts.appendLiveRecord(id, aLiveRecord(i));
        expect(await handle.accounts.eraseReference(id, false)).toBe(true);
        whenErased = await timesOf(id);
        return false;
      });
      expect(whenErased).toEqual([]);
      expect(await timesOf(id)).toEqual([]);
      expect(truths(appended)).toBeLessThan(racers);
    });

    it('go with their account', async () => {
      const account = await anAccount({ reference: aReference() });
      await store.accounts.appendLiveRecord(account.id, aLiveRecord(0));
      await other.archive.accounts.remove([account.id]);
      expect(await timesOf(account.id)).toEqual([]);
      await store.accounts.insert(account);
      expect(await timesOf(account.id)).toEqual([]);
    });
  });
}
