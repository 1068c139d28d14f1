import { randomUUID } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { type ContractFixture, RACES, truths } from './contract-fixture.js';

export function describeAccountKeys({ store, other, race }: ContractFixture): void {
  describe('keys of accounts', () => {
    const aKey = (last = 0) => new Uint8Array(61).map((_, i) => (i === 60 ? last : (i * 53) % 256));
    const find = async (accountId: string) => {
      const sealed = await other.accountKeys.find(accountId);
      return sealed && [...sealed];
    };

    it('are kept byte for byte, the first one, and replaced while they are the ones that were read', async () => {
      const id = randomUUID();
      expect(await find(id)).toBeNull();
      expect([...(await store.accountKeys.insertUnlessThere(id, aKey(1)))]).toEqual([...aKey(1)]);
      expect([...(await other.accountKeys.insertUnlessThere(id, aKey(2)))]).toEqual([...aKey(1)]);
      expect(await find(id)).toEqual([...aKey(1)]);
      expect(await store.accountKeys.replace(id, aKey(2), aKey(3))).toBe(false);
      expect(await store.accountKeys.replace(id, aKey(1).subarray(1), aKey(3))).toBe(false);
      expect(await store.accountKeys.replace(randomUUID(), aKey(1), aKey(3))).toBe(false);
      expect(await store.accountKeys.replace(id, aKey(1), aKey(3))).toBe(true);
      expect(await find(id)).toEqual([...aKey(3)]);
    });

    it('are gone once they are shredded, and only then another one is taken', async () => {
      const [id, bystander] = [randomUUID(), randomUUID()];
      for (const one of [id, bystander]) await store.accountKeys.insertUnlessThere(one, aKey(1));
      expect(await store.accountKeys.shred(id)).toBe(true);
      expect(await other.accountKeys.shred(id)).toBe(false);
      expect(await find(id)).toBeNull();
      expect(await store.accountKeys.replace(id, aKey(1), aKey(3))).toBe(false);
      expect(await find(id)).toBeNull();
      expect([...(await store.accountKeys.insertUnlessThere(id, aKey(2)))]).toEqual([...aKey(2)]);
      expect(await find(bystander)).toEqual([...aKey(1)]);
    });

    it.each(RACES)('are one for an account, whichever of %i was first', async (racers) => {
      const id = randomUUID();
      const keys = await race(racers, (handle, i) => handle.accountKeys.insertUnlessThere(id, aKey(i)));
      const kept = await find(id);
      for (const key of keys) expect([...key]).toEqual(kept);
    });

    it.each(RACES)('are replaced once: of %i that read the same one', async (racers) => {
      const id = randomUUID();
      await store.accountKeys.insertUnlessThere(id, aKey(255));
      const results = await race(racers, (handle, i) => handle.accountKeys.replace(id, aKey(255), aKey(i)));
      expect(truths(results)).toBe(1);
      expect(await find(id)).toEqual([...aKey(results.indexOf(true))]);
    });

    it.each(RACES)('are what %i callers were told, who make and shred them at once', async (racers) => {
      const id = randomUUID();
      const told = new Set<number>();
      await race(racers, async (handle, i) => {
        if (i % 5 === 4) await handle.accountKeys.shred(id);
        else told.add((await handle.accountKeys.insertUnlessThere(id, aKey(i)))[60]!);
      });
      const kept = await find(id);
      if (kept) expect(told).toContain(kept[60]);
      await store.accountKeys.shred(id);
      expect(await find(id)).toBeNull();
    });
  });
}
