import { randomUUID } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import type { OutboxMessage } from '../../src/storage/port.js';
import { type ContractFixture, NOW, RACES } from './contract-fixture.js';

export function describeOutbox({ store, other, race }: ContractFixture): void {
  describe('outbox', () => {
    const aMessage = async (changes: Partial<OutboxMessage> = {}): Promise<OutboxMessage> => {
      const message = {
        id: randomUUID(),
        body: `{"text":"grüße 世界 \u{1f600} '\\" $x"}`,
        createdAt: NOW,
        dueAt: NOW,
        attempts: 0,
        ...changes,
      };
      await store.outbox.put(message);
      return message;
    };
    const RETRY_AT = NOW + 60_000;

    it('gives the message that has been due for longest, and again when nobody has been heard of', async () => {
      const [late, early] = [await aMessage({ dueAt: NOW - 1 }), await aMessage({ dueAt: NOW - 2 })];
      const future = await aMessage({ dueAt: NOW + 1 });
      const taken = (message: OutboxMessage, attempts: number, dueAt = RETRY_AT) => ({
        ...message,
        attempts,
        dueAt,
      });
      expect(await store.outbox.take(NOW - 3, RETRY_AT)).toBeNull();
      // Two are due: the one that has been for longer comes first, though it was put later.
      expect(await store.outbox.take(NOW, RETRY_AT)).toEqual(taken(early, 1));
      expect(await other.outbox.take(NOW, RETRY_AT)).toEqual(taken(late, 1));
      expect(await store.outbox.take(NOW, RETRY_AT)).toBeNull();
      expect(await store.outbox.remove(late.id)).toBe(true);
      expect(await store.outbox.take(NOW + 1, RETRY_AT + 1)).toEqual(taken(future, 1, RETRY_AT + 1));
      expect(await other.outbox.take(RETRY_AT - 1, RETRY_AT + 9)).toBeNull();
      expect(await other.outbox.take(RETRY_AT, RETRY_AT + 9)).toEqual(taken(early, 2, RETRY_AT + 9));
      for (const { id } of [early, future]) expect(await store.outbox.remove(id)).toBe(true);
    });

    it('puts a message off, and takes it back', async () => {
      const { id } = await aMessage();
      expect(await store.outbox.postpone(id, NOW + 5)).toBe(true);
      expect(await other.outbox.take(NOW + 4, RETRY_AT)).toBeNull();
      expect(await other.outbox.take(NOW + 5, RETRY_AT)).toMatchObject({ id, attempts: 1 });
      expect(await store.outbox.remove(id)).toBe(true);
      expect(await other.outbox.remove(id)).toBe(false);
      expect(await store.outbox.postpone(id, NOW)).toBe(false);
      expect(await store.outbox.take(RETRY_AT, RETRY_AT)).toBeNull();
    });

    it('keeps one message for an id: the one that was first', async () => {
      const message = await aMessage();
      await other.outbox.put({ ...message, body: 'other' });
      expect(await other.outbox.take(NOW, RETRY_AT)).toMatchObject({ body: message.body });
      expect(await other.outbox.take(NOW, RETRY_AT)).toBeNull();
      await store.outbox.remove(message.id);
    });

    it.each(RACES)('gives a message to one of %i that ask at once', async (racers) => {
      const { id } = await aMessage();
      const results = await race(racers, (handle) => handle.outbox.take(NOW, RETRY_AT));
      expect(results.filter((message) => message !== null)).toMatchObject([{ id, attempts: 1 }]);
      await store.outbox.remove(id);
    });

    it.each(RACES)('gives each of some messages to one of %i that ask at once', async (racers) => {
      const messages: OutboxMessage[] = [];
      for (let i = 0; i < racers / 2; i++) messages.push(await aMessage({ dueAt: NOW - i }));
      const results = await race(racers, (handle) => handle.outbox.take(NOW, RETRY_AT));
      const taken = results.filter((message) => message !== null);
      expect(taken.map(({ id }) => id).sort()).toEqual(messages.map(({ id }) => id).sort());
      expect(taken.every(({ attempts }) => attempts === 1)).toBe(true);
      for (const { id } of messages) expect(await store.outbox.remove(id)).toBe(true);
    });
  });
}
