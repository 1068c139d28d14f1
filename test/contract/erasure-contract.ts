import { randomUUID } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import {
  type ContractFixture,
  NOW,
  RACES,
  aConsent,
  aLiveRecord,
  aNotice,
  aPasskey,
  aRecord,
  aReference,
  at,
  newSession,
  truths,
} from './contract-fixture.js';

export function describeErasure({ store, other, anAccount, aSession, aFlow, race }: ContractFixture): void {
  describe('erasure of an account', () => {
    const withEverything = async () => {
      const session = await aSession();
      const { accountId: id } = session;
      const allowedBy = { sessionId: session.id, now: NOW };
      await store.accounts.putReference(id, aReference(), { ...allowedBy, referenceErasures: 0 });
      const passkey = aPasskey();
      await store.passkeys.add(id, passkey, allowedBy);
      await store.accounts.appendLiveRecord(id, aLiveRecord(1));
      await store.recoveryCodes.replace(id, ['a', 'b']);
      await store.notices.append(id, aNotice());
      await store.consents.give(id, aConsent());
      const flow = await aFlow({ accountId: id });
      return { account: (await store.accounts.findById(id))!, session, passkey, flow };
    };

    it('takes all that belongs to it along, and nothing of anybody else', async () => {
      const [erased, bystander] = [await withEverything(), await withEverything()];
      const { account, session, passkey, flow } = erased;
      const left = await other.accounts.findRecord(bystander.account.id);
      expect(await store.accounts.erase(account.id)).toBe(true);
      expect(await other.accounts.findById(account.id)).toBeNull();
      expect(await other.accounts.findByEmail(account.email)).toBeNull();
      expect(await other.accounts.findRecord(account.id)).toBeNull();
      expect(await other.sessions.findLive(account.id, session.id, at(NOW))).toBeNull();
      expect(await other.passkeys.find(passkey.id)).toBeNull();
      expect(await other.signInFlows.find(flow.id)).toBeNull();
      expect(await other.accounts.findRecord(bystander.account.id)).toEqual(left);
      expect(await other.signInFlows.find(bystander.flow.id)).toEqual(bystander.flow);
      // The address is free, and whoever takes it, even with the same id, finds nothing of before.
      const again = { ...account, reference: null, hasPasskeys: false };
      expect(await store.accounts.insert(again)).toBe('inserted');
      expect(await other.accounts.findRecord(account.id)).toEqual(aRecord({ account: again }));
    });

    it('leaves what has a store of its own', async () => {
      const { account } = await withEverything();
      const { id } = account;
      await store.accountKeys.insertUnlessThere(id, Uint8Array.of(1));
      const counter = { subject: id, origin: 'o', failures: 1, blockedUntil: 0, expiresAt: NOW + 9 };
      await store.attempts.reserve(counter, 0, NOW);
      const sequence = ((await store.audit.last())?.sequence ?? 0) + 1;
      const entry = { sequence, at: NOW, accountId: id, record: '{}', hash: 'x' };
      await store.audit.append(entry);
      const message = { id: randomUUID(), body: id, createdAt: NOW, dueAt: NOW, attempts: 0 };
      await store.outbox.put(message);
      expect(await store.accounts.erase(id)).toBe(true);
      expect([...(await other.accountKeys.find(id))!]).toEqual([1]);
      expect(await other.attempts.find(id, 'o', NOW)).toEqual(counter);
      expect(await other.audit.ofAccount(id, 9)).toEqual([entry]);
      expect(await other.outbox.remove(message.id)).toBe(true);
    });

    it.each(RACES)('happens once: of %i concurrent callers one is told so', async (racers) => {
      const { account } = await withEverything();
      expect(truths(await race(racers, (handle) => handle.accounts.erase(account.id)))).toBe(1);
      expect(await store.accounts.erase(account.id)).toBe(false);
      expect(await store.accounts.erase(randomUUID())).toBe(false);
    });

    it.each(RACES)('is final: of %i that are still at it nothing is left', async (racers) => {
      const { account, session } = await withEverything();
      const { id } = account;
      const allowedBy = { sessionId: session.id, referenceErasures: 0, now: NOW };
      const passkeys = Array.from({ length: racers }, () => aPasskey());
      await race(racers, async (handle, i): Promise<unknown> => {
        if (i === Math.floor(racers / 2)) return handle.accounts.erase(id);
        if (i % 5 === 0) return handle.accounts.putReference(id, aReference(), allowedBy);
        if (i % 5 === 1) return handle.sessions.insert(newSession({ accountId: id }));
        if (i % 5 === 2) return handle.passkeys.add(id, passkeys[i]!, allowedBy);
        if (i % 5 === 3) return handle.notices.append(id, aNotice());
        return handle.accounts.appendLiveRecord(id, aLiveRecord(i));
      });
      expect(await other.accounts.findRecord(id)).toBeNull();
      for (const passkey of passkeys) expect(await other.passkeys.find(passkey.id)).toBeNull();
      const { id: unrelated } = await anAccount();
      expect(await other.accounts.findById(unrelated)).not.toBeNull();
    });
  });
}
