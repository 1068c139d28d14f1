import { randomUUID } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { MAX_SESSIONS, type Session, type Storage } from '../../src/storage/port.js';
import {
  type ContractFixture,
  END_OF_TIME,
  NOW,
  RACES,
  aPasskey,
  aReference,
  at,
  newSession,
  truths,
} from './contract-fixture.js';

export function describeSessions({ store, other, anAccount, aSession, race }: ContractFixture): void {
  describe('sessions', () => {
    it('are found while they live and not from the moment they expire', async () => {
      const account = await anAccount();
      const session = await aSession({ accountId: account.id });
      const { id, accountId, expiresAt } = session;
      expect(await other.sessions.findLive(accountId, id, at(NOW))).toEqual({ session, account });
      expect(await store.sessions.findLive(accountId, id, at(expiresAt - 1))).toEqual({ session, account });
      expect(await store.sessions.findLive(accountId, id, at(expiresAt))).toBeNull();
    });

    it('are found and ended under their own account only', async () => {
      const { id, accountId } = await aSession();
      const stranger = await anAccount();
      expect(await store.sessions.findLive(stranger.id, id, at(NOW))).toBeNull();
      expect(await store.sessions.delete(stranger.id, id)).toBe(false);
      expect(await store.sessions.findLive(accountId, id, at(NOW))).not.toBeNull();
    });

    it('are not opened for an account that is not there', async () => {
      const session = newSession();
      expect(await store.sessions.insert(session)).toBe(false);
      expect(await store.sessions.insertByPasswordAlone(session)).toBe(false);
      expect(await store.sessions.findLive(session.accountId, session.id, at(NOW))).toBeNull();
    });

    it('of one account are limited in number: one more ends the oldest', async () => {
      const first = await aSession();
      const { accountId } = first;
      const second = await aSession({ accountId });
      for (let i = 2; i < MAX_SESSIONS; i++) await aSession({ accountId });
      const isLive = async ({ id }: Session) =>
        (await store.sessions.findLive(accountId, id, at(NOW))) !== null;
      expect(await isLive(first)).toBe(true);
      const newest = await aSession({ accountId });
      expect(await Promise.all([first, second, newest].map(isLive))).toEqual([false, true, true]);
    });

    it('of a password alone are not opened for an account that has a face by now', async () => {
      const { accountId, id: sessionId } = await aSession();
      const session = newSession({ accountId, methods: ['pwd'] });
      expect(await store.sessions.insertByPasswordAlone(session)).toBe(true);
      expect((await other.sessions.findLive(accountId, session.id, at(NOW)))?.session).toEqual(session);
      await other.accounts.putReference(accountId, aReference(), {
        sessionId,
        referenceErasures: 0,
        now: NOW,
      });
      const late = { ...session, id: randomUUID() };
      expect(await store.sessions.insertByPasswordAlone(late)).toBe(false);
      expect(await store.sessions.findLive(accountId, late.id, at(NOW))).toBeNull();
    });

    it.each(RACES)('end once: of %i concurrent revocations one is told so', async (racers) => {
      const { id, accountId } = await aSession();
      expect(truths(await race(racers, (handle) => handle.sessions.delete(accountId, id)))).toBe(1);
      expect(await store.sessions.findLive(accountId, id, at(NOW))).toBeNull();
    });

    it('of a password alone are not opened for an account that has passkeys or owes a second factor', async () => {
      const { accountId, id: sessionId } = await aSession();
      const byPassword = () => store.sessions.insertByPasswordAlone(newSession({ accountId }));
      const { id } = aPasskey();
      await other.passkeys.add(accountId, aPasskey({ id }), { sessionId, now: NOW });
      expect(await byPassword()).toBe(false);
      await other.passkeys.remove(accountId, id);
      expect(await byPassword()).toBe(true);
      await other.accounts.eraseReference(accountId, true);
      expect(await byPassword()).toBe(false);
      await other.accounts.eraseReference(accountId, false);
      expect(await byPassword()).toBe(true);
      expect(await store.sessions.list(accountId, at(NOW))).toHaveLength(3);
    });

    const bindings: [string, (handle: Storage, session: Session) => Promise<unknown>, unknown][] = [
      [
        'a face is on',
        (handle, { accountId, id }) =>
          handle.accounts.putReference(accountId, aReference(), {
            sessionId: id,
            referenceErasures: 0,
            now: NOW,
          }),
        true,
      ],
      [
        'a passkey is bound',
        (handle, { accountId, id }) =>
          handle.passkeys.add(accountId, aPasskey(), { sessionId: id, now: NOW }),
        'added',
      ],
      [
        'a second factor is owed',
        (handle, { accountId }) => handle.accounts.eraseReference(accountId, true),
        true,
      ],
    ];
    describe.each(bindings)('of a password alone are not opened any more once %s', (_name, bind, done) => {
      it.each(RACES)('of %i on their way', async (racers) => {
        const first = await aSession();
        const { accountId } = first;
        const sessionsNow = () => other.sessions.list(accountId, at(NOW));
        let whenBound: Session[] | undefined;
        const opened = await race(racers, async (handle, i) => {
          if (i !== Math.floor(racers / 4)) {
            return handle.sessions.insertByPasswordAlone(newSession({ accountId }));
          }
          expect(await bind(handle, first)).toBe(done);
          whenBound = await sessionsNow();
          return false;
        });
        // After it was acknowledged none has come through.
        expect(await sessionsNow()).toEqual(whenBound);
        expect(whenBound).toHaveLength(1 + truths(opened));
      });
    });

    it('are kept as they are, whatever is in them', async () => {
      const { id: accountId } = await anAccount();
      const sessions = [
        newSession({
          accountId,
          replaced: { tokenHash: 'replaced', at: NOW - 5 },
          methods: ['pwd', 'pop'],
          device: `Grüße 世界 '"\\; -- {"$gt":""} \u{1f600}`,
        }),
        newSession({ accountId, createdAt: 0, lastUsedAt: 0, methods: [], device: null }),
        newSession({
          accountId,
          createdAt: END_OF_TIME,
          lastUsedAt: END_OF_TIME,
          expiresAt: END_OF_TIME,
          device: '',
        }),
      ];
      for (const session of sessions) expect(await store.sessions.insert(session)).toBe(true);
      expect(await other.sessions.list(accountId, at(NOW))).toEqual(sessions);
      const spoilt = newSession({ accountId, device: 'before\u0000after' });
      const stored = await store.sessions.insert(spoilt).then(
        async () => (await store.sessions.findLive(accountId, spoilt.id, at(NOW)))?.session.device,
        () => spoilt.device,
      );
      expect(stored).toBe(spoilt.device);
    });

    it('are not found once nobody has used them for too long', async () => {
      const { id, accountId } = await aSession({ lastUsedAt: NOW + 100 });
      const isLive = async (idleSince: number) => {
        const found = await other.sessions.findLive(accountId, id, { now: NOW, idleSince });
        const listed = await other.sessions.list(accountId, { now: NOW, idleSince });
        expect(listed).toHaveLength(found ? 1 : 0);
        return found !== null;
      };
      expect(await isLive(NOW + 99)).toBe(true);
      expect(await isLive(NOW + 100)).toBe(false);
      await store.sessions.touch(accountId, id, NOW + 101);
      expect(await isLive(NOW + 100)).toBe(true);
    });

    it('are listed while they live, in the order in which they were opened, each to its account', async () => {
      const { id: accountId } = await anAccount();
      const sessions: Session[] = [];
      for (const letter of ['z', 'a', 'm']) {
        sessions.push(await aSession({ accountId, id: `${letter}${randomUUID()}` }));
      }
      await aSession({ accountId, expiresAt: NOW });
      await aSession();
      expect(await other.sessions.list(accountId, at(NOW))).toEqual(sessions);
      expect(await other.sessions.list(accountId, at(NOW + 1000))).toEqual([]);
      expect(await other.sessions.list(randomUUID(), at(NOW))).toEqual([]);
    });

    it('remember their last use, each by itself and never backwards; one that has ended stays ended', async () => {
      const [session, { id: stranger }] = [await aSession(), await anAccount()];
      const { id, accountId } = session;
      const sibling = await aSession({ accountId });
      await store.sessions.touch(accountId, id, NOW + 7);
      await store.sessions.touch(accountId, id, NOW + 6);
      await store.sessions.touch(stranger, id, NOW + 9);
      expect(await other.sessions.list(accountId, at(NOW))).toEqual([
        { ...session, lastUsedAt: NOW + 7 },
        sibling,
      ]);
      await other.sessions.delete(accountId, id);
      await store.sessions.touch(accountId, id, NOW + 8);
      expect(await other.sessions.list(accountId, at(NOW))).toEqual([sibling]);
    });

    it('take another token in the place of the one that was read', async () => {
      const [session, { id: stranger }] = [await aSession(), await anAccount()];
      const { id, accountId, tokenHash } = session;
      const sibling = await aSession({ accountId });
      const replace = (current: string, next: string, of = accountId) =>
        store.sessions.replaceToken(of, id, current, { tokenHash: next, at: NOW + 3 });
      expect(await replace('other', 'x')).toBe(false);
      expect(await replace(sibling.tokenHash, 'x')).toBe(false);
      expect(await replace(tokenHash, 'x', stranger)).toBe(false);
      expect(await replace(tokenHash, 'second')).toBe(true);
      expect(await replace(tokenHash, 'x')).toBe(false);
      expect(await replace('second', 'third')).toBe(true);
      expect(await other.sessions.list(accountId, at(NOW))).toEqual([
        { ...session, tokenHash: 'third', replaced: { tokenHash: 'second', at: NOW + 3 } },
        sibling,
      ]);
      await other.sessions.delete(accountId, id);
      expect(await replace('third', 'x')).toBe(false);
    });

    it.each(RACES)('take another token once: of %i that read the same one', async (racers) => {
      const session = await aSession();
      const { id, accountId, tokenHash } = session;
      const results = await race(racers, (handle, i) =>
        handle.sessions.replaceToken(accountId, id, tokenHash, { tokenHash: `token ${i}`, at: NOW + i }),
      );
      expect(truths(results)).toBe(1);
      const winner = results.indexOf(true);
      expect(await store.sessions.list(accountId, at(NOW))).toEqual([
        { ...session, tokenHash: `token ${winner}`, replaced: { tokenHash, at: NOW + winner } },
      ]);
    });

    it('end all at once but one, or all, and those of nobody else', async () => {
      const kept = await aSession();
      const { accountId } = kept;
      const [, , bystander] = [
        await aSession({ accountId }),
        await aSession({ accountId }),
        await aSession(),
      ];
      expect(await store.sessions.deleteOthers(accountId, kept.id)).toBe(2);
      expect(await other.sessions.list(accountId, at(NOW))).toEqual([kept]);
      expect(await store.sessions.deleteOthers(accountId, kept.id)).toBe(0);
      expect(await store.sessions.deleteOthers(accountId, null)).toBe(1);
      expect(await store.sessions.deleteOthers(accountId, null)).toBe(0);
      expect(await store.sessions.deleteOthers(randomUUID(), null)).toBe(0);
      expect(await other.sessions.list(accountId, at(NOW))).toEqual([]);
      expect(await other.sessions.list(bystander.accountId, at(NOW))).toEqual([bystander]);
    });

    it.each(RACES)('are counted by one of %i that end all others', async (racers) => {
      const kept = await aSession();
      const { accountId } = kept;
      for (let i = 0; i < 7; i++) await aSession({ accountId });
      const counts = await race(racers, (handle) => handle.sessions.deleteOthers(accountId, kept.id));
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(7);
      expect(await other.sessions.list(accountId, at(NOW))).toEqual([kept]);
    });
  });
}
