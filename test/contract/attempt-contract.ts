import { randomUUID } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import type { AttemptCounter, Storage } from '../../src/storage/port.js';
import { type ContractFixture, END_OF_TIME, NOW, RACES, truths } from './contract-fixture.js';

const HOUR = 3_600_000;

export function describeAttempts({ store, other, race }: ContractFixture): void {
  describe('counters of attempts', () => {
    const aCounter = (changes: Partial<AttemptCounter> = {}): AttemptCounter => ({
      subject: randomUUID(),
      origin: 'strangers',
      failures: 1,
      blockedUntil: 0,
      expiresAt: NOW + HOUR,
      ...changes,
    });
    const find = ({ subject, origin }: AttemptCounter, now = NOW, handle = other) =>
      handle.attempts.find(subject, origin, now);
    const put = (counter: AttemptCounter) => store.archive.attempts.put([counter]);

    it('are found until they expire, each by its subject and origin', async () => {
      const counter = aCounter({ failures: 2 ** 31 - 1, blockedUntil: END_OF_TIME, expiresAt: END_OF_TIME });
      await put(counter);
      await put({ ...counter, origin: 'a device', failures: 7 });
      expect(await find(counter)).toEqual(counter);
      expect(await find(counter, END_OF_TIME - 1)).toEqual(counter);
      expect(await find(counter, END_OF_TIME)).toBeNull();
      expect(await find({ ...counter, origin: 'other' })).toBeNull();
      expect(await find(aCounter())).toBeNull();
    });

    it('go up by one attempt after another, each from the number that was read', async () => {
      const counter = aCounter();
      const reserve = (failures: number, current: number) =>
        store.attempts.reserve({ ...counter, failures }, current, NOW);
      expect(await reserve(2, 1)).toBe(false);
      expect(await find(counter)).toBeNull();
      expect(await reserve(1, 0)).toBe(true);
      expect(await reserve(1, 0)).toBe(false);
      expect(await reserve(3, 2)).toBe(false);
      expect(await reserve(2, 1)).toBe(true);
      expect(await find(counter)).toEqual({ ...counter, failures: 2 });
    });

    it('do not go up before the end of their block', async () => {
      const counter = aCounter({ failures: 5, blockedUntil: NOW + 30 });
      await put(counter);
      const next = { ...counter, failures: 6, blockedUntil: NOW + 99, expiresAt: NOW + 2 * HOUR };
      expect(await store.attempts.reserve(next, 5, NOW + 29)).toBe(false);
      expect(await find(counter)).toEqual(counter);
      expect(await store.attempts.reserve(next, 5, NOW + 30)).toBe(true);
      expect(await find(counter)).toEqual(next);
      // Whatever the number is.
      const none = aCounter({ failures: 0, blockedUntil: NOW + 30 });
      await put(none);
      expect(await store.attempts.reserve({ ...none, failures: 1 }, 0, NOW)).toBe(false);
    });

    it('begin at 0 once they have expired, block and all', async () => {
      const expired = aCounter({ failures: 5, blockedUntil: NOW + HOUR, expiresAt: NOW });
      await put(expired);
      const first = { ...expired, failures: 1, blockedUntil: 0, expiresAt: NOW + HOUR };
      expect(await store.attempts.reserve(first, 0, NOW - 1)).toBe(false);
      expect(await store.attempts.reserve({ ...first, failures: 6 }, 5, NOW)).toBe(false);
      expect(await store.attempts.reserve(first, 0, NOW)).toBe(true);
      expect(await find(expired)).toEqual(first);
    });

    it.each(RACES)('go up once: of %i that read the same number', async (racers) => {
      const counter = aCounter();
      for (const current of [0, 1]) {
        const results = await race(racers, (handle, i) =>
          handle.attempts.reserve(
            { ...counter, failures: current + 1, expiresAt: NOW + HOUR + i },
            current,
            NOW,
          ),
        );
        expect(truths(results)).toBe(1);
        expect(await find(counter)).toEqual({
          ...counter,
          failures: current + 1,
          expiresAt: NOW + HOUR + results.indexOf(true),
        });
      }
    });

    it.each(RACES)('go up once from one that has expired, of %i', async (racers) => {
      const counter = aCounter({ failures: 9, expiresAt: NOW });
      await put(counter);
      const first = { ...counter, failures: 1, expiresAt: NOW + HOUR };
      const results = await race(racers, (handle) => handle.attempts.reserve(first, 0, NOW));
      expect(truths(results)).toBe(1);
    });

    it('go down again for an attempt that was none, with a block that no more failures have brought', async () => {
      const counter = aCounter({ failures: 3, blockedUntil: NOW + 30 });
      const sibling = { ...counter, origin: 'other' };
      const release = (upTo: number, of = counter) => store.attempts.release(of.subject, of.origin, upTo);
      await put(sibling);
      for (const upTo of [3, 4]) {
        await put(counter);
        await release(upTo);
        expect(await find(counter)).toEqual({ ...counter, failures: 2, blockedUntil: 0 });
      }
      expect(await find(sibling)).toEqual(sibling);
      // Others have been counted since: the block is theirs.
      await put(counter);
      await release(2);
      expect(await find(counter)).toEqual({ ...counter, failures: 2 });
      // Those before it have been taken back first: what is left has brought no block.
      await put(counter);
      await release(4);
      expect(await find(counter)).toEqual({ ...counter, failures: 2, blockedUntil: 0 });
      for (const upTo of [9, 9, 9, 0]) await release(upTo);
      expect(await find(counter)).toEqual({ ...counter, failures: 0, blockedUntil: 0 });
      const unknown = aCounter();
      await release(1, unknown);
      expect(await find(unknown)).toBeNull();
    });

    it.each(RACES)('come out even, of %i attempts that are begun and taken back', async (racers) => {
      const counter = aCounter();
      const begin = async (handle: Storage): Promise<number> => {
        for (;;) {
          const current = (await find(counter, NOW, handle))?.failures ?? 0;
          const next = { ...counter, failures: current + 1 };
          if (await handle.attempts.reserve(next, current, NOW)) return next.failures;
        }
      };
      await race(racers, async (handle, i) => {
        const reserved = await begin(handle);
        if (i % 4 !== 0) await handle.attempts.release(counter.subject, counter.origin, reserved);
      });
      expect((await find(counter))?.failures).toBe(racers / 4);
    });

    it('are cleared for one origin, or for all of a subject', async () => {
      const [one, another, bystander] = [aCounter(), aCounter(), aCounter()];
      const device = { ...one, origin: 'device' };
      for (const counter of [one, device, another, bystander]) await put(counter);
      await store.attempts.clear(one.subject, 'device');
      expect(await find(device)).toBeNull();
      expect(await find(one)).toEqual(one);
      await put(device);
      await store.attempts.clear(one.subject, null);
      await store.attempts.clear(randomUUID(), null);
      expect([await find(one), await find(device)]).toEqual([null, null]);
      expect(await find(bystander)).toEqual(bystander);
      expect(await store.attempts.reserve(one, 0, NOW)).toBe(true);
    });
  });
}
