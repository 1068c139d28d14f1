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
  truths,
} from './contract-fixture.js';

export function describeInstallation({
  store,
  other,
  anAccount,
  aSession,
  aFlow,
  race,
}: ContractFixture): void {
  describe('tickets', () => {
    it.each(RACES)('are spent once: of %i concurrent callers one is told so', async (racers) => {
      const id = randomUUID();
      expect(truths(await race(racers, (handle) => handle.tickets.spend(id, NOW + 1000)))).toBe(1);
      expect(await store.tickets.spend(id, NOW + 1000)).toBe(false);
    });

    it('are spent each by itself, and stay so, whatever is said of their end', async () => {
      const [one, another] = [randomUUID(), randomUUID()];
      expect(await store.tickets.spend(one, NOW + 1000)).toBe(true);
      expect(await other.tickets.spend(another, END_OF_TIME)).toBe(true);
      expect(await other.tickets.spend(one, NOW + 2000)).toBe(false);
      expect(await store.tickets.spend(another, 0)).toBe(false);
      await store.removeExpired(NOW);
      expect(await store.tickets.spend(another, NOW + 1000)).toBe(false);
    });
  });

  it('removes what has expired and nothing else', async () => {
    const dead = [await aSession({ expiresAt: NOW - 1 }), await aFlow({ expiresAt: NOW })] as const;
    const sibling = await aSession({ accountId: dead[0].accountId });
    const living = [await aSession(), await aFlow()] as const;
    const tickets = { dead: randomUUID(), living: randomUUID() };
    await store.tickets.spend(tickets.dead, NOW);
    await store.tickets.spend(tickets.living, NOW + 1);
    const { id: withRecord } = await anAccount({ reference: aReference() });
    await store.accounts.appendLiveRecord(withRecord, { ...aLiveRecord(0), createdAt: 0 });
    const counter = { subject: randomUUID(), failures: 1, blockedUntil: 0 };
    await store.attempts.reserve({ ...counter, origin: 'dead', expiresAt: NOW }, 0, NOW - 9);
    await store.attempts.reserve({ ...counter, origin: 'living', expiresAt: NOW + 1 }, 0, NOW - 9);
    await store.removeExpired(NOW);
    const counters = await other.archive.attempts.page(counter.subject, 2);
    expect(counters.filter(({ subject }) => subject === counter.subject)).toEqual([
      { ...counter, origin: 'living', expiresAt: NOW + 1 },
    ]);
    // One that is forgotten would be taken again, were it not refused for its age.
    expect(await store.tickets.spend(tickets.dead, NOW)).toBe(true);
    expect(await store.tickets.spend(tickets.living, NOW + 1)).toBe(false);
    expect(await store.accounts.liveRecords(withRecord)).toHaveLength(1);
    expect(await store.signInFlows.find(dead[1].id)).toBeNull();
    expect(await store.sessions.findLive(dead[0].accountId, dead[0].id, at(NOW - 2))).toBeNull();
    for (const { accountId, id } of [sibling, living[0]]) {
      expect(await store.sessions.findLive(accountId, id, at(NOW))).not.toBeNull();
    }
    expect(await store.signInFlows.find(living[1].id)).not.toBeNull();
  });

  it('answers a ping', async () => {
    await expect(store.ping()).resolves.toBeUndefined();
  });

  it('remembers facts about the installation until they are forgotten', async () => {
    expect(await store.facts.read('bcrypt_cost')).toBeNull();
    await store.facts.write('bcrypt_cost', '10');
    await store.facts.write('bcrypt_cost', '12');
    expect(await other.facts.read('bcrypt_cost')).toBe('12');
    expect(await other.facts.read('incomplete_copy_of')).toBeNull();
    await store.facts.write('bcrypt_cost', null);
    expect(await other.facts.read('bcrypt_cost')).toBeNull();
  });
}
