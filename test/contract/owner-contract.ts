import { randomUUID } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { MAX_CONSENTS, MAX_NOTICES } from '../../src/storage/port.js';
import {
  type ContractFixture,
  END_OF_TIME,
  NOW,
  RACES,
  aConsent,
  aNotice,
  truths,
} from './contract-fixture.js';

export function describeNotices({ store, other, anAccount, race }: ContractFixture): void {
  describe('notices', () => {
    it('come back as they were, oldest first, each to its account', async () => {
      const [{ id }, { id: bystander }] = [await anAccount(), await anAccount()];
      const odd = JSON.parse('{"$set":"$x","a.b":"世界","":"","nul":"a\\u0000b"}') as Record<string, string>;
      const notices = [
        aNotice({ createdAt: END_OF_TIME, details: odd }),
        aNotice({ createdAt: 0, seen: true, details: {} }),
        aNotice(),
      ];
      for (const notice of notices) expect(await store.notices.append(id, notice)).toBe(true);
      await store.notices.append(bystander, aNotice());
      expect(await other.notices.list(id)).toEqual(notices);
      expect(await other.notices.list(randomUUID())).toEqual([]);
    });

    it('are kept once by their id, and for no account that is not there', async () => {
      const [{ id }, { id: another }] = [await anAccount(), await anAccount()];
      const notice = aNotice();
      expect(await store.notices.append(id, notice)).toBe(true);
      expect(await other.notices.append(id, { ...notice, kind: 'other' })).toBe(false);
      expect(await store.notices.append(randomUUID(), aNotice())).toBe(false);
      expect(await other.notices.list(id)).toEqual([notice]);
      // The id says nothing about another account's.
      expect(await store.notices.append(another, notice)).toBe(true);
    });

    it('are taken back and marked as seen, those that are meant', async () => {
      const [{ id }, { id: bystander }] = [await anAccount(), await anAccount()];
      const [first, second, third] = [aNotice(), aNotice(), aNotice()];
      for (const notice of [first, second, third]) await store.notices.append(id, notice);
      await store.notices.append(bystander, first);
      await store.notices.markSeen(id, [first.id, third.id, randomUUID()]);
      await store.notices.markSeen(id, []);
      await store.notices.markSeen(randomUUID(), [second.id]);
      expect(await other.notices.list(id)).toEqual([
        { ...first, seen: true },
        second,
        { ...third, seen: true },
      ]);
      expect(await other.notices.list(bystander)).toEqual([first]);
      expect(await store.notices.withdraw(id, second.id)).toBe(true);
      expect(await store.notices.withdraw(id, second.id)).toBe(false);
      expect(await store.notices.withdraw(randomUUID(), first.id)).toBe(false);
      expect((await other.notices.list(id)).map((notice) => notice.id)).toEqual([first.id, third.id]);
      const next = aNotice();
      await store.notices.append(id, next);
      expect((await other.notices.list(id)).at(-1)).toEqual(next);
    });

    it('of one account are limited in number: one more drops the oldest', async () => {
      const [{ id }, { id: bystander }] = [await anAccount(), await anAccount()];
      const notices = Array.from({ length: MAX_NOTICES + 2 }, () => aNotice());
      await store.notices.append(bystander, notices[0]!);
      for (const notice of notices.slice(0, MAX_NOTICES)) await store.notices.append(id, notice);
      expect(await other.notices.list(id)).toEqual(notices.slice(0, MAX_NOTICES));
      for (const notice of notices.slice(MAX_NOTICES)) await other.notices.append(id, notice);
      expect(await store.notices.list(id)).toEqual(notices.slice(2));
      expect(await store.notices.list(bystander)).toEqual([notices[0]]);
    });

    it.each(RACES)('are all kept, of %i that come at once', async (racers) => {
      const { id } = await anAccount();
      const notices = Array.from({ length: racers }, () => aNotice());
      const results = await race(racers, (handle, i) => handle.notices.append(id, notices[i]!));
      expect(truths(results)).toBe(racers);
      const kept = await other.notices.list(id);
      expect(new Set(kept.map((notice) => notice.id))).toEqual(new Set(notices.map((notice) => notice.id)));
      expect(kept).toHaveLength(racers);
    });

    it.each(RACES)('with one id are kept and taken back once, of %i at once', async (racers) => {
      const { id } = await anAccount();
      const notice = aNotice();
      expect(truths(await race(racers, (handle) => handle.notices.append(id, notice)))).toBe(1);
      expect(await other.notices.list(id)).toEqual([notice]);
      expect(truths(await race(racers, (handle) => handle.notices.withdraw(id, notice.id)))).toBe(1);
      expect(await other.notices.list(id)).toEqual([]);
    });
  });
}

export function describeConsents({ store, other, anAccount, race }: ContractFixture): void {
  describe('consents', () => {
    it('are given once while they stand, whatever the means', async () => {
      const [{ id }, { id: bystander }] = [await anAccount(), await anAccount()];
      const consent = aConsent();
      expect(await store.consents.give(id, consent)).toBe(true);
      expect(await other.consents.give(id, { ...consent, givenAt: NOW + 1, means: 'header' })).toBe(true);
      expect(await other.consents.list(id)).toEqual([consent]);
      expect(await other.consents.list(bystander)).toEqual([]);
      expect(await other.consents.list(randomUUID())).toEqual([]);
      expect(await store.consents.give(randomUUID(), consent)).toBe(false);
    });

    it('are given anew for another version, another text, and after the latest one was another', async () => {
      const { id } = await anAccount();
      const consents = [
        aConsent({ givenAt: 0 }),
        aConsent({ version: '2', givenAt: END_OF_TIME }),
        aConsent({ version: '2', textDigest: 'b'.repeat(64) }),
        // It stands from before, but is not the latest one.
        aConsent({ givenAt: NOW + 9 }),
        // A version that looks like the path of a field is a text.
        aConsent({ version: '$version' }),
      ];
      for (const consent of consents) {
        expect(await store.consents.give(id, consent)).toBe(true);
        expect(await store.consents.give(id, { ...consent, givenAt: NOW + 99 })).toBe(true);
      }
      expect(await other.consents.list(id)).toEqual(consents);
    });

    it('are withdrawn, all that stand, and may be given again', async () => {
      const [{ id }, { id: bystander }] = [await anAccount(), await anAccount()];
      const [first, second] = [aConsent(), aConsent({ version: '2' })];
      expect(await store.consents.withdraw(id, NOW)).toBe(false);
      expect(await store.consents.withdraw(randomUUID(), NOW)).toBe(false);
      await store.consents.give(id, first);
      await store.consents.give(id, second);
      await store.consents.give(bystander, first);
      expect(await other.consents.withdraw(id, NOW + 5)).toBe(true);
      expect(await other.consents.withdraw(id, NOW + 6)).toBe(false);
      await store.consents.give(id, second);
      const expected = [
        { ...first, withdrawnAt: NOW + 5 },
        { ...second, withdrawnAt: NOW + 5 },
      ];
      expect(await other.consents.list(id)).toEqual([...expected, second]);
      expect(await other.consents.withdraw(id, NOW + 7)).toBe(true);
      expect(await other.consents.list(id)).toEqual([...expected, { ...second, withdrawnAt: NOW + 7 }]);
      expect(await other.consents.list(bystander)).toEqual([first]);
    });

    it('of one account are limited in number: one more drops the oldest', async () => {
      const { id } = await anAccount();
      const consents = Array.from({ length: MAX_CONSENTS + 2 }, (_, i) => aConsent({ version: `${i}` }));
      for (const consent of consents) await store.consents.give(id, consent);
      expect(await other.consents.list(id)).toEqual(consents.slice(2));
    });

    it.each(RACES)('are given and withdrawn once, of %i at once', async (racers) => {
      const { id } = await anAccount();
      const given = await race(racers, (handle, i) =>
        handle.consents.give(id, aConsent({ givenAt: NOW + i })),
      );
      expect(truths(given)).toBe(racers);
      expect(await other.consents.list(id)).toHaveLength(1);
      const withdrawn = await race(racers, (handle, i) => handle.consents.withdraw(id, NOW + i));
      expect(truths(withdrawn)).toBe(1);
      expect(await other.consents.list(id)).toMatchObject([{ withdrawnAt: NOW + withdrawn.indexOf(true) }]);
    });
  });
}
