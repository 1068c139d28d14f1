import { randomUUID } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import type { AuditEntry } from '../../src/storage/port.js';
import { type ContractFixture, END_OF_TIME, NOW, RACES, truths } from './contract-fixture.js';

export function describeAudit({ store, other, race }: ContractFixture): void {
  describe('audit log', () => {
    /** The log is never emptied: what other tests have written is before. */
    const lastSequence = async (handle = store) => (await handle.audit.last())?.sequence ?? 0;
    const anEntry = (sequence: number, changes: Partial<AuditEntry> = {}): AuditEntry => ({
      sequence,
      at: NOW + sequence,
      accountId: null,
      record: `{"action":"sign_in","n":${sequence}}`,
      hash: randomUUID(),
      ...changes,
    });

    it('keeps entries as they are and gives them in their order', async () => {
      const before = await lastSequence();
      const accountId = randomUUID();
      const entries = [
        anEntry(before + 1, { at: 0, record: `{"text":"grüße 世界 \u{1f600} '\\" $x"}` }),
        anEntry(before + 2, { at: END_OF_TIME, accountId }),
        anEntry(before + 3, { record: '' }),
      ];
      for (const entry of entries) {
        expect(await store.audit.append(entry)).toBe(true);
        expect(await other.audit.last()).toEqual(entry);
      }
      expect(await other.audit.page(before, 9)).toEqual(entries);
      expect(await other.audit.page(before, 2)).toEqual(entries.slice(0, 2));
      expect(await other.audit.page(before + 2, 9)).toEqual(entries.slice(2));
      expect(await other.audit.page(before + 3, 9)).toEqual([]);
    });

    it('takes one entry for each number, and changes none', async () => {
      const entry = anEntry((await lastSequence()) + 1);
      expect(await store.audit.append(entry)).toBe(true);
      expect(await other.audit.append({ ...entry, hash: 'other', record: 'other' })).toBe(false);
      expect(await other.audit.last()).toEqual(entry);
    });

    it('gives the newest entries about an account, oldest first', async () => {
      const before = await lastSequence();
      const accountId = randomUUID();
      for (let i = 1; i <= 12; i++) {
        const about = i % 2 === 0 ? accountId : i % 3 === 0 ? null : randomUUID();
        await store.audit.append(anEntry(before + i, { accountId: about }));
      }
      const sequences = async (limit: number) =>
        (await other.audit.ofAccount(accountId, limit)).map(({ sequence }) => sequence - before);
      expect(await sequences(99)).toEqual([2, 4, 6, 8, 10, 12]);
      expect(await sequences(2)).toEqual([10, 12]);
      expect(await other.audit.ofAccount(randomUUID(), 9)).toEqual([]);
    });

    it.each(RACES)('takes one of %i entries with the same number', async (racers) => {
      const sequence = (await lastSequence()) + 1;
      const entries = Array.from({ length: racers }, () => anEntry(sequence));
      const results = await race(racers, (handle, i) => handle.audit.append(entries[i]!));
      expect(truths(results)).toBe(1);
      expect(await other.audit.last()).toEqual(entries[results.indexOf(true)]);
    });

    it.each(RACES)('grows without a gap by %i writers at once', async (racers) => {
      const before = await lastSequence();
      await race(racers, async (handle, i) => {
        const hash = `writer ${i}`;
        while (!(await handle.audit.append(anEntry((await lastSequence(handle)) + 1, { hash })))) continue;
      });
      const added = await other.audit.page(before, 1000);
      expect(added.map(({ sequence }) => sequence - before)).toEqual(
        Array.from({ length: racers }, (_, i) => i + 1),
      );
      expect(new Set(added.map(({ hash }) => hash)).size).toBe(racers);
    });
  });
}
