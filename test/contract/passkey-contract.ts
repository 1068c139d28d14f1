import { randomUUID } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { MAX_PASSKEYS, type Passkey, type Session } from '../../src/storage/port.js';
import {
  type ContractFixture,
  END_OF_TIME,
  NOW,
  RACES,
  aPasskey,
  at,
  newAccount,
  newSession,
  plain,
  truths,
} from './contract-fixture.js';

export function describePasskeys({ store, other, aSession, race }: ContractFixture): void {
  describe('passkeys', () => {
    const add = ({ accountId, id }: Session, passkey: Passkey, handle = store) =>
      handle.passkeys.add(accountId, passkey, { sessionId: id, now: NOW });

    it('come back byte for byte, in the order in which they were bound', async () => {
      const session = await aSession();
      const { accountId } = session;
      const passkeys = [
        aPasskey({ id: `z${randomUUID()}`, counter: 2 ** 32 - 1, lastUsedAt: END_OF_TIME }),
        aPasskey({
          id: `a${randomUUID()}`,
          publicKey: new Uint8Array(1),
          transports: [],
          name: `Grüße 世界 '"\\; -- {"$gt":""} \u{1f600}`,
          backedUp: false,
          createdAt: 0,
          lastUsedAt: 0,
        }),
        aPasskey({ transports: ['two words', ''], name: '' }),
      ];
      for (const passkey of passkeys) expect(await add(session, passkey)).toBe('added');
      for (const handle of [store, other]) {
        expect(plain(await handle.passkeys.list(accountId))).toEqual(plain(passkeys));
      }
      expect(plain(await other.passkeys.find(passkeys[1]!.id))).toEqual(
        plain({ accountId, passkey: passkeys[1] }),
      );
      expect(await other.passkeys.find(randomUUID())).toBeNull();
      expect(await other.passkeys.list(randomUUID())).toEqual([]);
    });

    it('never lose a part of a name: one with NUL is refused or kept whole', async () => {
      const session = await aSession();
      const passkey = aPasskey({ name: 'before\u0000after' });
      const stored = await add(session, passkey).then(
        async () => (await store.passkeys.find(passkey.id))?.passkey.name,
        () => passkey.name,
      );
      expect(stored).toBe(passkey.name);
    });

    it('show in their account, however it is looked up, and settle what it owes', async () => {
      const session = await aSession();
      const { accountId } = session;
      const passkey = aPasskey();
      await store.accounts.eraseReference(accountId, true);
      const account = (await store.accounts.findById(accountId))!;
      expect(account).toMatchObject({ hasPasskeys: false, secondFactorOwed: true });
      const expectAccount = async (changes: object) => {
        const expected = { ...account, ...changes };
        expect(await other.accounts.findById(accountId)).toEqual(expected);
        expect(await other.accounts.findByEmail(account.email)).toEqual(expected);
        expect(await other.sessions.findLive(accountId, session.id, at(NOW))).toEqual({
          session,
          account: expected,
        });
      };
      await add(session, passkey);
      await expectAccount({ hasPasskeys: true, secondFactorOwed: false });
      await store.passkeys.remove(accountId, passkey.id);
      await expectAccount({ hasPasskeys: false, secondFactorOwed: false });
    });

    it('are bound by a session that lives, of their own account', async () => {
      const [session, stranger] = [await aSession(), await aSession()];
      const { accountId, id: sessionId, expiresAt } = session;
      await store.accounts.eraseReference(accountId, true);
      const refused = async (of: string, allowedBy: { sessionId: string; now: number }) => {
        expect(await store.passkeys.add(of, aPasskey(), allowedBy)).toBe('refused');
      };
      await refused(accountId, { sessionId, now: expiresAt });
      await refused(accountId, { sessionId: stranger.id, now: NOW });
      await refused(accountId, { sessionId: randomUUID(), now: NOW });
      await refused(randomUUID(), { sessionId, now: NOW });
      await other.sessions.delete(accountId, sessionId);
      await refused(accountId, { sessionId, now: NOW });
      expect(await other.passkeys.list(accountId)).toEqual([]);
      expect(await other.accounts.findById(accountId)).toMatchObject({ secondFactorOwed: true });
    });

    it('are bound to one account at a time, and free once they are removed', async () => {
      const [one, another] = [await aSession(), await aSession()];
      const passkey = aPasskey();
      expect(await add(one, passkey)).toBe('added');
      expect(await add(one, passkey)).toBe('duplicate');
      expect(await add(another, passkey, other)).toBe('duplicate');
      expect((await store.passkeys.find(passkey.id))?.accountId).toBe(one.accountId);
      expect(await store.passkeys.list(another.accountId)).toEqual([]);
      expect(await store.passkeys.remove(another.accountId, passkey.id)).toBe(false);
      expect(await store.passkeys.remove(one.accountId, passkey.id)).toBe(true);
      expect(await add(another, passkey, other)).toBe('added');
      // Those of an account that is gone as well.
      await store.accounts.erase(another.accountId);
      expect(await other.passkeys.find(passkey.id)).toBeNull();
      expect(await add(one, passkey)).toBe('added');
    });

    it.each(RACES)('are bound once: of %i accounts that bind the same one', async (racers) => {
      const passkey = aPasskey();
      const sessions: Session[] = [];
      for (let i = 0; i < racers; i++) sessions.push(await aSession());
      const results = await race(racers, (handle, i) => add(sessions[i]!, passkey, handle));
      expect(truths(results.map((result) => result === 'added'))).toBe(1);
      expect(truths(results.map((result) => result === 'duplicate'))).toBe(racers - 1);
      const { accountId } = sessions[results.indexOf('added')]!;
      expect((await other.passkeys.find(passkey.id))?.accountId).toBe(accountId);
      const bound = await Promise.all(sessions.map((session) => store.passkeys.list(session.accountId)));
      expect(bound.flat()).toHaveLength(1);
    });

    it.each(RACES)('are bound once: of %i calls for one account', async (racers) => {
      const session = await aSession();
      const passkey = aPasskey();
      const results = await race(racers, (handle) => add(session, passkey, handle));
      expect(truths(results.map((result) => result === 'added'))).toBe(1);
      expect(truths(results.map((result) => result === 'duplicate'))).toBe(racers - 1);
      expect(await other.passkeys.list(session.accountId)).toHaveLength(1);
    });

    it.each(RACES)('of one account are limited in number, of %i at once too', async (racers) => {
      const session = await aSession();
      const { accountId } = session;
      const results = await race(racers, (handle) => add(session, aPasskey(), handle));
      expect(truths(results.map((result) => result === 'added'))).toBe(MAX_PASSKEYS);
      expect(truths(results.map((result) => result === 'too_many'))).toBe(racers - MAX_PASSKEYS);
      const passkeys = await other.passkeys.list(accountId);
      expect(passkeys).toHaveLength(MAX_PASSKEYS);
      // Of what is there already the number says the same.
      expect(await add(session, passkeys[0]!)).toBe('too_many');
      await store.passkeys.remove(accountId, passkeys[3]!.id);
      expect(await add(session, aPasskey())).toBe('added');
    });

    it.each(RACES)('take nothing from a session once it has ended, of %i on their way', async (racers) => {
      const session = await aSession();
      const { accountId } = session;
      let whenEnded: Passkey[] | undefined;
      const results = await race(racers, async (handle, i) => {
        if (i !== Math.floor(racers / 4)) return add(session, aPasskey(), handle);
        expect(await handle.sessions.delete(accountId, session.id)).toBe(true);
        whenEnded = await other.passkeys.list(accountId);
        return 'ended';
      });
      expect(await other.passkeys.list(accountId)).toEqual(whenEnded);
      expect(whenEnded).toHaveLength(truths(results.map((result) => result === 'added')));
    });

    it('note a use while their counter is the one that was read', async () => {
      const session = await aSession();
      const { accountId } = session;
      const [passkey, sibling] = [aPasskey({ counter: 5 }), aPasskey({ counter: 5 })];
      await add(session, passkey);
      await add(session, sibling);
      const use = (current: number, counter: number, of = accountId, id = passkey.id) =>
        store.passkeys.use(of, id, current, { counter, at: NOW + counter });
      expect(await use(4, 6)).toBe(false);
      expect(await use(5, 6, randomUUID())).toBe(false);
      expect(await use(5, 6, accountId, randomUUID())).toBe(false);
      expect(await use(5, 2 ** 32 - 1)).toBe(true);
      expect(await use(5, 6)).toBe(false);
      expect(plain(await other.passkeys.list(accountId))).toEqual(
        plain([{ ...passkey, counter: 2 ** 32 - 1, lastUsedAt: NOW + 2 ** 32 - 1 }, sibling]),
      );
    });

    it('that do not count are used again and again', async () => {
      const session = await aSession();
      const passkey = aPasskey();
      await add(session, passkey);
      for (const at of [NOW + 1, NOW + 1, NOW + 2]) {
        expect(await store.passkeys.use(session.accountId, passkey.id, 0, { counter: 0, at })).toBe(true);
      }
      expect((await other.passkeys.find(passkey.id))?.passkey).toMatchObject({
        counter: 0,
        lastUsedAt: NOW + 2,
      });
    });

    it.each(RACES)('are used once with a counter: of %i that read the same one', async (racers) => {
      const session = await aSession();
      const passkey = aPasskey({ counter: 1 });
      await add(session, passkey);
      const results = await race(racers, (handle, i) =>
        handle.passkeys.use(session.accountId, passkey.id, 1, { counter: 2 + i, at: NOW + i }),
      );
      expect(truths(results)).toBe(1);
      const winner = results.indexOf(true);
      expect((await other.passkeys.find(passkey.id))?.passkey).toMatchObject({
        counter: 2 + winner,
        lastUsedAt: NOW + winner,
      });
    });

    it.each(RACES)('are removed once, each of them: by %i callers at once', async (racers) => {
      const session = await aSession();
      const { accountId } = session;
      const passkeys = Array.from({ length: MAX_PASSKEYS }, () => aPasskey());
      for (const passkey of passkeys) await add(session, passkey);
      const results = await race(racers, (handle, i) =>
        handle.passkeys.remove(accountId, passkeys[i % MAX_PASSKEYS]!.id),
      );
      passkeys.forEach((_, n) => {
        expect(truths(results.filter((_result, i) => i % MAX_PASSKEYS === n))).toBe(1);
      });
      expect(await other.passkeys.list(accountId)).toEqual([]);
      expect((await other.accounts.findById(accountId))?.hasPasskeys).toBe(false);
      for (const passkey of passkeys) expect(await other.passkeys.find(passkey.id)).toBeNull();
    });

    it('leave nothing that looks like one when the last two are removed at once', async () => {
      const session = await aSession();
      const { accountId } = session;
      for (let round = 0; round < 20; round++) {
        const [one, another] = [aPasskey(), aPasskey()];
        await add(session, one);
        await add(session, another);
        const removals = [
          store.passkeys.remove(accountId, one.id),
          other.passkeys.remove(accountId, another.id),
        ];
        expect(await Promise.all(removals)).toEqual([true, true]);
        expect((await other.accounts.findById(accountId))?.hasPasskeys).toBe(false);
        expect(await store.sessions.insertByPasswordAlone(newSession({ accountId }))).toBe(true);
      }
    });

    it('are not told of by whoever inserts an account', async () => {
      const account = newAccount({ hasPasskeys: true });
      await store.accounts.insert(account);
      expect(await other.accounts.findById(account.id)).toEqual({ ...account, hasPasskeys: false });
    });
  });
}
