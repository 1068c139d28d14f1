import { randomUUID } from 'node:crypto';

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type SignInStatus, advance } from '../../src/auth/sign-in-flow.js';
import { normaliseEmail } from '../../src/auth/email.js';
import {
  type Account,
  type AccountRecord,
  type Archive,
  type BiometricReference,
  type LiveRecord,
  MAX_LIVE_RECORDS,
  MAX_SESSIONS,
  type Session,
  type SignInFlow,
  type Storage,
} from '../../src/storage/port.js';

const NOW = 1_900_000_000_000;
/** The last millisecond of JavaScript's calendar: far beyond 32 bits, and beyond what a double rounds. */
const END_OF_TIME = 8.64e15;
const RACES = [20, 100];

/**
 * What every store must do. Each new adapter runs this suite unchanged.
 *
 * @param open opens one store twice over: two handles on the same data, as two processes would have
 */
export function describeStorageContract(
  name: string,
  open: () => Promise<{ first: Storage; second: Storage; close: () => Promise<void> }>,
): void {
  describe(`storage contract: ${name}`, () => {
    let store: Storage;
    let other: Storage;
    let close: () => Promise<void>;
    beforeAll(async () => {
      ({ first: store, second: other, close } = await open());
    });
    afterAll(() => close());

    const anAccount = async (changes: Partial<Account> = {}): Promise<Account> => {
      const account: Account = {
        id: randomUUID(),
        email: `${randomUUID()}@example.org`,
        passwordHash: '$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA',
        createdAt: NOW,
        reference: null,
        referenceErasures: 0,
        ...changes,
      };
      expect(await store.accounts.insert(account)).toBe('inserted');
      return account;
    };
    const aReference = (changes: Partial<BiometricReference> = {}): BiometricReference => ({
      modelId: 'fr_feature',
      ciphertext: new Uint8Array(1 + 12 + 4 * 512 + 16).map((_, i) => (i * 37) % 256),
      qualityScore: 0.8125,
      createdAt: NOW + 1,
      ...changes,
    });
    const aSession = async (changes: Partial<Session> = {}): Promise<Session> => {
      const session: Session = {
        id: randomUUID(),
        accountId: changes.accountId ?? (await anAccount()).id,
        createdAt: NOW,
        expiresAt: NOW + 1000,
        methods: ['pwd', 'face'],
        ...changes,
      };
      expect(await store.sessions.insert(session)).toBe(true);
      return session;
    };
    const aFlow = async (changes: Partial<SignInFlow> = {}): Promise<SignInFlow> => {
      const flow: SignInFlow = {
        id: randomUUID(),
        accountId: changes.accountId ?? (await anAccount()).id,
        state: 'awaiting_face',
        faceFailures: 0,
        createdAt: NOW,
        expiresAt: NOW + 1000,
        ...changes,
      };
      await store.signInFlows.insert(flow);
      return flow;
    };
    const aLiveRecord = (i: number): LiveRecord => ({
      ciphertext: new Uint8Array(1 + 12 + 20 * 32 + 16).map((_, at) => (i + at * 41) % 256),
      createdAt: NOW + i,
    });
    /** The same call from both handles at once, many times. */
    const race = <T>(racers: number, call: (handle: Storage, i: number) => Promise<T>): Promise<T[]> =>
      Promise.all(Array.from({ length: racers }, (_, i) => call(i % 2 === 0 ? store : other, i)));
    const truths = (results: readonly unknown[]) => results.filter(Boolean).length;

    describe('accounts', () => {
      it('are found by id and by e-mail, from either handle, as they were inserted', async () => {
        const account = await anAccount({
          email: `grüße.世界+${randomUUID()}@example.org`,
          createdAt: 2 ** 45,
        });
        expect(await store.accounts.findById(account.id)).toEqual(account);
        expect(await other.accounts.findByEmail(account.email)).toEqual(account);
      });

      it('that nobody inserted are null', async () => {
        expect(await store.accounts.findById(randomUUID())).toBeNull();
        expect(await store.accounts.findByEmail('nobody@example.org')).toBeNull();
      });

      it('take texts as texts, whatever they look like', async () => {
        const account = await anAccount({ passwordHash: `'; DROP TABLE accounts; -- {"$gt":""} %_` });
        expect((await store.accounts.findById(account.id))?.passwordHash).toBe(account.passwordHash);
        expect(await store.accounts.findByEmail('%')).toBeNull();
      });

      it('never lose a part of a text: one with NUL is refused or kept whole', async () => {
        const id = randomUUID();
        const email = `${id}@example.org`;
        const account = {
          id,
          email,
          passwordHash: 'before\u0000after',
          createdAt: NOW,
          reference: null,
          referenceErasures: 0,
        };
        const stored = await store.accounts.insert(account).then(
          async () => (await store.accounts.findById(id))?.passwordHash,
          () => account.passwordHash,
        );
        expect(stored).toBe(account.passwordHash);
      });

      it.each(RACES)('are unique by e-mail: of %i concurrent sign-ups one is inserted', async (racers) => {
        const email = `${randomUUID()}@example.org`;
        const account = { email, passwordHash: 'x', createdAt: NOW, reference: null, referenceErasures: 0 };
        const results = await race(racers, (handle) =>
          handle.accounts.insert({ ...account, id: randomUUID() }),
        );
        expect(truths(results.map((result) => result === 'inserted'))).toBe(1);
        expect(truths(results.map((result) => result === 'duplicate_email'))).toBe(racers - 1);
      });

      it('are one account, however its address is written', async () => {
        const tag = randomUUID();
        const spellings = [
          `Jos\u00e9.${tag}@B\u00fccher.example`,
          ` JOS\u00c9.${tag.toUpperCase()}@b\u00dcCHER.EXAMPLE `,
          `jose\u0301.${tag}@bu\u0308cher.example`,
          `jos\u00e9.${tag}@xn--bcher-kva.example`,
        ];
        await anAccount({ email: normaliseEmail(spellings[0]!)! });
        for (const spelling of spellings) {
          const email = normaliseEmail(spelling)!;
          const again = { id: randomUUID(), email, passwordHash: 'x', createdAt: NOW };
          const account = { ...again, reference: null, referenceErasures: 0 };
          expect(await other.accounts.insert(account)).toBe('duplicate_email');
        }
      });

      it('keep values at the edges of what there is', async () => {
        const edges: Account[] = [
          { ...(await anAccount({ createdAt: 0 })), createdAt: 0 },
          await anAccount({ createdAt: END_OF_TIME, referenceErasures: 2 ** 31 - 1 }),
          await anAccount({ email: `\u{1f600}\uffff'"\\${randomUUID()}@example.org` }),
          await anAccount({
            passwordHash: 'x'.repeat(10_000),
            reference: aReference({
              createdAt: END_OF_TIME,
              qualityScore: null,
              ciphertext: new Uint8Array(1 + 12 + 4 * 4096 + 16).fill(255),
            }),
          }),
          await anAccount({ reference: aReference({ qualityScore: 1 / 3, ciphertext: new Uint8Array(1) }) }),
        ];
        for (const account of edges) {
          const found = (await other.accounts.findById(account.id))!;
          expect(found.reference && [...found.reference.ciphertext]).toEqual(
            account.reference && [...account.reference.ciphertext],
          );
          expect(withoutBytes(found)).toEqual(withoutBytes(account));
        }
      });

      it.each(RACES)('take a new password hash once: of %i that replace the same one', async (racers) => {
        const { id, passwordHash } = await anAccount();
        const results = await race(racers, (handle, i) =>
          handle.accounts.replacePasswordHash(id, passwordHash, `hash ${i}`),
        );
        expect(truths(results)).toBe(1);
        expect((await store.accounts.findById(id))?.passwordHash).toBe(`hash ${results.indexOf(true)}`);
        expect(await store.accounts.replacePasswordHash(randomUUID(), passwordHash, 'x')).toBe(false);
      });

      it('carry a reference byte for byte, replace it as a whole, and lose it on request', async () => {
        const { accountId: id, id: sessionId } = await aSession();
        const allowedBy = { sessionId, referenceErasures: 0, now: NOW };
        expect(await store.accounts.putReference(id, aReference(), allowedBy)).toBe(true);
        const stored = (await other.accounts.findById(id))?.reference;
        expect(stored && { ...stored, ciphertext: [...stored.ciphertext] }).toEqual({
          ...aReference(),
          ciphertext: [...aReference().ciphertext],
        });
        const second = {
          modelId: 'other',
          ciphertext: Uint8Array.of(1),
          qualityScore: 0,
          createdAt: NOW + 9,
        };
        expect(await store.accounts.putReference(id, second, allowedBy)).toBe(true);
        const replaced = (await store.accounts.findById(id))?.reference;
        expect(replaced?.modelId).toBe('other');
        expect([...(replaced?.ciphertext ?? [])]).toEqual([1]);
        expect(await store.accounts.eraseReference(id)).toBe(true);
        expect(await other.accounts.findById(id)).toMatchObject({ reference: null, referenceErasures: 1 });
        expect(await store.accounts.eraseReference(id)).toBe(true);
      });

      it('take no reference from a session that has ended, of another account, or that never was', async () => {
        const { accountId: id, id: sessionId, expiresAt } = await aSession();
        const stranger = await aSession();
        const put = (allowedBy: { sessionId: string; now: number }) =>
          store.accounts.putReference(id, aReference(), { referenceErasures: 0, ...allowedBy });
        expect(await put({ sessionId, now: expiresAt })).toBe(false);
        expect(await put({ sessionId: stranger.id, now: NOW })).toBe(false);
        expect(await put({ sessionId: randomUUID(), now: NOW })).toBe(false);
        await other.sessions.delete(id, sessionId);
        expect(await put({ sessionId, now: NOW })).toBe(false);
        expect((await store.accounts.findById(id))?.reference).toBeNull();
      });

      it('take no reference that was begun before an erasure', async () => {
        const { accountId: id, id: sessionId } = await aSession();
        const allowedBy = { sessionId, referenceErasures: 0, now: NOW };
        expect(await store.accounts.putReference(id, aReference(), allowedBy)).toBe(true);
        await other.accounts.eraseReference(id);
        expect(await store.accounts.putReference(id, aReference(), allowedBy)).toBe(false);
        expect((await store.accounts.findById(id))?.reference).toBeNull();
        const again = { ...allowedBy, referenceErasures: 1 };
        expect(await store.accounts.putReference(id, aReference(), again)).toBe(true);
      });

      it.each(RACES)('agree with what %i callers were told who enrol, erase and sign out', async (racers) => {
        const { accountId: id, id: sessionId } = await aSession();
        const results = await race(racers, async (handle, i) => {
          if (i % 10 === 7) return handle.accounts.eraseReference(id).then(() => null);
          if (i === racers - 2) return handle.sessions.delete(id, sessionId).then(() => null);
          const ciphertext = Uint8Array.of(i);
          const allowedBy = { sessionId, referenceErasures: 0, now: NOW };
          return (await handle.accounts.putReference(id, aReference({ ciphertext }), allowedBy)) ? i : null;
        });
        const account = (await store.accounts.findById(id))!;
        // Nothing was enrolled from before the erasure after it, and what was refused is not there.
        expect(account.reference).toBeNull();
        expect(account.referenceErasures).toBe(racers / 10);
        expect(results.filter((result) => result !== null).length).toBeLessThan(racers);
        const late = { sessionId, referenceErasures: account.referenceErasures, now: NOW };
        expect(await other.accounts.putReference(id, aReference(), late)).toBe(false);
      });

      it.each(RACES)('take nothing from a session once it has ended, of %i on their way', async (racers) => {
        const { accountId: id, id: sessionId } = await aSession();
        const allowedBy = { sessionId, referenceErasures: 0, now: NOW };
        const referenceNow = async () => (await other.accounts.findById(id))!.reference?.createdAt;
        let whenEnded: number | undefined;
        const results = await race(racers, async (handle, i) => {
          if (i === Math.floor(racers / 4)) {
            expect(await handle.sessions.delete(id, sessionId)).toBe(true);
            whenEnded = await referenceNow();
            return false;
          }
          return handle.accounts.putReference(id, aReference({ createdAt: NOW + i }), allowedBy);
        });
        expect(await referenceNow()).toBe(whenEnded);
        expect(truths(results)).toBeLessThan(racers - 1);
      });

      it('that do not exist cannot be given a reference', async () => {
        const { id: sessionId } = await aSession();
        const allowedBy = { sessionId, referenceErasures: 0, now: NOW };
        expect(await store.accounts.putReference(randomUUID(), aReference(), allowedBy)).toBe(false);
        expect(await store.accounts.eraseReference(randomUUID())).toBe(false);
      });
    });

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
        expect(withoutBytes((await other.accounts.findById(account.id))!)).toEqual(withoutBytes(account));
        const { id, accountId } = await aSession({ accountId: account.id });
        const live = (await store.sessions.findLive(accountId, id, NOW))!;
        expect(withoutBytes(live.account)).toEqual(withoutBytes(account));
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
        const results = await race(racers, (handle, i) =>
          handle.accounts.appendLiveRecord(id, aLiveRecord(i)),
        );
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
        await other.accounts.eraseReference(id);
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
          expect(await handle.accounts.eraseReference(id)).toBe(true);
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

    describe('sessions', () => {
      it('are found while they live and not from the moment they expire', async () => {
        const account = await anAccount();
        const session = await aSession({ accountId: account.id });
        const { id, accountId, expiresAt } = session;
        expect(await other.sessions.findLive(accountId, id, NOW)).toEqual({ session, account });
        expect(await store.sessions.findLive(accountId, id, expiresAt - 1)).toEqual({ session, account });
        expect(await store.sessions.findLive(accountId, id, expiresAt)).toBeNull();
      });

      it('are found and ended under their own account only', async () => {
        const { id, accountId } = await aSession();
        const stranger = await anAccount();
        expect(await store.sessions.findLive(stranger.id, id, NOW)).toBeNull();
        expect(await store.sessions.delete(stranger.id, id)).toBe(false);
        expect(await store.sessions.findLive(accountId, id, NOW)).not.toBeNull();
      });

      it('are not opened for an account that is not there', async () => {
        const session: Session = {
          id: randomUUID(),
          accountId: randomUUID(),
          createdAt: NOW,
          expiresAt: NOW + 9,
          methods: ['pwd'],
        };
        expect(await store.sessions.insert(session)).toBe(false);
        expect(await store.sessions.insertUnlessFaceEnrolled(session)).toBe(false);
        expect(await store.sessions.findLive(session.accountId, session.id, NOW)).toBeNull();
      });

      it('of one account are limited in number: one more ends the oldest', async () => {
        const first = await aSession();
        const { accountId } = first;
        const second = await aSession({ accountId });
        for (let i = 2; i < MAX_SESSIONS; i++) await aSession({ accountId });
        const isLive = async ({ id }: Session) =>
          (await store.sessions.findLive(accountId, id, NOW)) !== null;
        expect(await isLive(first)).toBe(true);
        const newest = await aSession({ accountId });
        expect(await Promise.all([first, second, newest].map(isLive))).toEqual([false, true, true]);
      });

      it('of a password alone are not opened for an account that has a face by now', async () => {
        const { accountId, id: sessionId } = await aSession();
        const session: Session = {
          id: randomUUID(),
          accountId,
          createdAt: NOW,
          expiresAt: NOW + 9,
          methods: ['pwd'],
        };
        expect(await store.sessions.insertUnlessFaceEnrolled(session)).toBe(true);
        expect((await other.sessions.findLive(accountId, session.id, NOW))?.session).toEqual(session);
        await other.accounts.putReference(accountId, aReference(), {
          sessionId,
          referenceErasures: 0,
          now: NOW,
        });
        const late = { ...session, id: randomUUID() };
        expect(await store.sessions.insertUnlessFaceEnrolled(late)).toBe(false);
        expect(await store.sessions.findLive(accountId, late.id, NOW)).toBeNull();
      });

      it.each(RACES)('end once: of %i concurrent revocations one is told so', async (racers) => {
        const { id, accountId } = await aSession();
        expect(truths(await race(racers, (handle) => handle.sessions.delete(accountId, id)))).toBe(1);
        expect(await store.sessions.findLive(accountId, id, NOW)).toBeNull();
      });

      it.each(RACES)(
        'of a password alone are not opened any more once a face is on: of %i',
        async (racers) => {
          const { accountId, id: sessionId } = await aSession();
          const allowedBy = { sessionId, referenceErasures: 0, now: NOW };
          const recordNow = async () => (await other.archive.accounts.page(previous(accountId), 1))[0]!;
          let whenEnrolled: AccountRecord | undefined;
          const opened = await race(racers, async (handle, i) => {
            if (i === Math.floor(racers / 4)) {
              expect(await handle.accounts.putReference(accountId, aReference(), allowedBy)).toBe(true);
              whenEnrolled = await recordNow();
              return false;
            }
            const session = { id: randomUUID(), accountId, createdAt: NOW, expiresAt: NOW + 1000 };
            return handle.sessions.insertUnlessFaceEnrolled({ ...session, methods: ['pwd'] });
          });
          // However many were on their way: after the enrolment was acknowledged none has come through.
          expect((await recordNow()).sessions).toEqual(whenEnrolled?.sessions);
          expect(whenEnrolled?.sessions).toHaveLength(1 + truths(opened));
        },
      );
    });

    describe('sign-in flows', () => {
      it('are found as they were inserted', async () => {
        const flow = await aFlow();
        expect(await other.signInFlows.find(flow.id)).toEqual(flow);
        expect(await store.signInFlows.find(randomUUID())).toBeNull();
      });

      it.each(RACES)('pass once: of %i concurrent matches one is told so', async (racers) => {
        const { id } = await aFlow();
        expect(truths(await race(racers, (handle) => handle.signInFlows.pass(id, NOW)))).toBe(1);
        expect((await store.signInFlows.find(id))?.state).toBe('passed');
      });

      it.each(RACES)('end one way: passed or locked, by %i matches and failures at once', async (racers) => {
        const { id } = await aFlow();
        const counted: number[] = [];
        const passed = await race(racers, async (handle, i) => {
          if (i % 3 === 0) return handle.signInFlows.pass(id, NOW);
          const flow = await handle.signInFlows.countFaceFailure(id, NOW, 3);
          if (flow) counted.push(flow.faceFailures);
          return false;
        });
        const { state, faceFailures } = (await store.signInFlows.find(id))!;
        expect(truths(passed)).toBe(state === 'passed' ? 1 : 0);
        expect(faceFailures).toBe(counted.length);
        expect(faceFailures === 3).toBe(state === 'locked');
      });

      it('do not pass from the moment they expire', async () => {
        const { id, expiresAt } = await aFlow();
        expect(await store.signInFlows.pass(id, expiresAt)).toBe(false);
        expect(await store.signInFlows.countFaceFailure(id, expiresAt, 5)).toBeNull();
        expect(await store.signInFlows.reserveFaceAttempt(id, expiresAt, 5)).toBeNull();
        expect((await store.signInFlows.find(id))?.faceFailures).toBe(0);
      });

      it.each(RACES)('take no more guesses than the limit from a burst of %i', async (racers) => {
        const { id } = await aFlow();
        const results = await race(racers, (handle) => handle.signInFlows.countFaceFailure(id, NOW, 5));
        expect(
          results
            .filter((flow) => flow !== null)
            .map((flow) => flow.faceFailures)
            .sort(),
        ).toEqual([1, 2, 3, 4, 5]);
        expect(await store.signInFlows.find(id)).toMatchObject({ state: 'locked', faceFailures: 5 });
        expect(await store.signInFlows.pass(id, NOW)).toBe(false);
      });

      it.each(RACES)('let no more attempts begin than the limit, of a burst of %i', async (racers) => {
        const { id } = await aFlow();
        const results = await race(racers, (handle) => handle.signInFlows.reserveFaceAttempt(id, NOW, 5));
        const reserved = results.filter((flow) => flow !== null);
        expect(reserved.map(({ faceFailures }) => faceFailures).sort()).toEqual([1, 2, 3, 4, 5]);
        expect(reserved.every(({ state }) => state === 'awaiting_face')).toBe(true);
        expect(await store.signInFlows.find(id)).toMatchObject({ state: 'awaiting_face', faceFailures: 5 });
        expect(await store.signInFlows.reserveFaceAttempt(id, NOW, 5)).toBeNull();
      });

      it('pass, and are locked, with all of their attempts reserved', async () => {
        const [lucky, unlucky] = [await aFlow(), await aFlow()];
        for (const { id } of [lucky, unlucky]) {
          expect(await store.signInFlows.reserveFaceAttempt(id, NOW, 2)).toMatchObject({ faceFailures: 1 });
          expect(await other.signInFlows.reserveFaceAttempt(id, NOW, 2)).toMatchObject({ faceFailures: 2 });
        }
        expect(await store.signInFlows.pass(lucky.id, NOW)).toBe(true);
        expect(await other.signInFlows.countFaceFailure(unlucky.id, NOW, 2)).toMatchObject({
          state: 'locked',
        });
        expect(await store.signInFlows.pass(unlucky.id, NOW)).toBe(false);
        // Nothing begins any more, whatever the limit.
        for (const { id } of [lucky, unlucky, { id: randomUUID() }]) {
          expect(await store.signInFlows.reserveFaceAttempt(id, NOW, 100)).toBeNull();
        }
      });

      it.each(RACES)('end one way, by %i attempts that are reserved, matched or counted', async (racers) => {
        const { id } = await aFlow();
        const numbers: number[] = [];
        const passed = await race(racers, async (handle, i) => {
          if (i % 7 === 6) return handle.signInFlows.pass(id, NOW);
          const counted =
            i % 7 === 5
              ? await handle.signInFlows.countFaceFailure(id, NOW, 5)
              : await handle.signInFlows.reserveFaceAttempt(id, NOW, 5);
          if (counted) numbers.push(counted.faceFailures);
          return false;
        });
        const { state, faceFailures } = (await store.signInFlows.find(id))!;
        expect(truths(passed)).toBe(state === 'passed' ? 1 : 0);
        // Each got a number of its own; only the failure that locks may find that none was left.
        expect(numbers.sort()).toEqual(Array.from({ length: faceFailures }, (_, i) => i + 1));
        expect(faceFailures).toBeLessThanOrEqual(state === 'locked' ? 6 : 5);
      });

      it('follow the state machine of the sign-in, whatever happens in whatever order', async () => {
        const events = fc.array(
          fc.constantFrom(
            'face_matched',
            'face_rejected',
            'attempt_reserved',
            'reserved_attempt_failed',
            'timed_out',
          ),
          { maxLength: 10 },
        );
        await fc.assert(
          fc.asyncProperty(events, fc.integer({ min: 1, max: 4 }), async (sequence, limit) => {
            const { id, expiresAt } = await aFlow();
            let status: SignInStatus = { state: 'awaiting_face', faceFailures: 0 };
            let now = NOW;
            for (const type of sequence) {
              const before: SignInStatus = status;
              status = advance(status, { type }, limit);
              if (type === 'timed_out') now = expiresAt;
              if (type === 'face_matched') {
                expect(await store.signInFlows.pass(id, now)).toBe(before.state === 'awaiting_face');
              }
              if (type === 'face_rejected') {
                const counted = await store.signInFlows.countFaceFailure(id, now, limit);
                expect(counted !== null).toBe(before.state === 'awaiting_face');
                if (counted) expect(counted.state).toBe(status.state);
              }
              if (type === 'attempt_reserved') {
                const reserved = await store.signInFlows.reserveFaceAttempt(id, now, limit);
                expect(reserved !== null).toBe(status !== before);
                if (reserved) expect(reserved).toMatchObject(status);
              }
              // It was counted already: only where it was the last one there is something to write.
              if (type === 'reserved_attempt_failed' && status !== before) {
                const locked = await store.signInFlows.countFaceFailure(id, now, limit);
                expect(locked?.state).toBe(status.state);
              }
            }
          }),
          { numRuns: 60 },
        );
      });
    });

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
      await store.removeExpired(NOW);
      // One that is forgotten would be taken again, were it not refused for its age.
      expect(await store.tickets.spend(tickets.dead, NOW)).toBe(true);
      expect(await store.tickets.spend(tickets.living, NOW + 1)).toBe(false);
      expect(await store.accounts.liveRecords(withRecord)).toHaveLength(1);
      expect(await store.signInFlows.find(dead[1].id)).toBeNull();
      expect(await store.sessions.findLive(dead[0].accountId, dead[0].id, NOW - 2)).toBeNull();
      for (const { accountId, id } of [sibling, living[0]]) {
        expect(await store.sessions.findLive(accountId, id, NOW)).not.toBeNull();
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

    describe('archive', () => {
      const everyPage = async <T>(archive: Archive<T>, idOf: (record: T) => string, limit: number) => {
        const records: T[] = [];
        for (let after: string | null = null; ; after = idOf(records.at(-1)!)) {
          const page: T[] = await archive.page(after, limit);
          expect(page.length).toBeLessThanOrEqual(limit);
          records.push(...page);
          if (page.length < limit) return records;
        }
      };
      const accountId = ({ account }: AccountRecord) => account.id;
      const flowId = ({ id }: SignInFlow) => id;

      it('pages through everything once, in the order of the ids, whatever the size of a page', async () => {
        for (let i = 0; i < 5; i++) await aFlow();
        const all = (await everyPage(store.archive.accounts, accountId, 1000)).map(accountId);
        expect(all).toEqual([...new Set(all)].sort());
        for (const limit of [1, 7, all.length]) {
          expect((await everyPage(other.archive.accounts, accountId, limit)).map(accountId)).toEqual(all);
        }
        const flows = await everyPage(store.archive.signInFlows, flowId, 2);
        expect(flows.map(flowId)).toEqual([...new Set(flows.map(flowId))].sort());
        expect(flows.length).toBeGreaterThanOrEqual(5);
      });

      it('gives and takes whole records, expired sessions and all, in the order they were opened', async () => {
        const { accountId: id } = await aSession({ expiresAt: 1 });
        const account = { ...(await store.accounts.findById(id))!, reference: aReference() };
        const sessions = ['z', 'a', 'm'].map((letter, i) => ({
          id: `${letter}${randomUUID()}`,
          accountId: id,
          createdAt: NOW,
          expiresAt: NOW + i,
          methods: i === 0 ? [] : ['pwd', 'face'],
        }));
        const liveRecords = [9, 3, 7].map(aLiveRecord);
        const bystander = await anAccount();
        await store.archive.accounts.put([
          { account, sessions, liveRecords },
          { account: bystander, sessions: [], liveRecords: [] },
        ]);
        await store.archive.accounts.put([{ account, sessions, liveRecords }]);
        const [found] = await other.archive.accounts.page(previous(id), 1);
        expect(withoutBytes(found!.account)).toEqual(withoutBytes(account));
        expect([...found!.account.reference!.ciphertext]).toEqual([...account.reference.ciphertext]);
        expect(found!.sessions).toEqual(sessions);
        expect(found!.liveRecords.map(plain)).toEqual(liveRecords.map(plain));
        expect((await other.accounts.liveRecords(id)).map(plain)).toEqual(liveRecords.map(plain));
        expect((await other.archive.accounts.page(previous(bystander.id), 1))[0]).toMatchObject({
          account: bystander,
          liveRecords: [],
        });
        expect((await other.accounts.findByEmail(account.email))?.id).toBe(id);
        expect((await other.sessions.findLive(id, sessions[2]!.id, NOW))?.session).toEqual(sessions[2]);
      });

      it('refuses an e-mail that belongs to another id', async () => {
        const { email } = await anAccount();
        const impostor = { ...(await anAccount()), id: randomUUID(), email };
        const record = { account: impostor, sessions: [], liveRecords: [] };
        await expect(store.archive.accounts.put([record])).rejects.toThrow();
        expect(await store.accounts.findById(impostor.id)).toBeNull();
      });

      it('puts and removes flows and accounts', async () => {
        const flow = await aFlow();
        await store.archive.signInFlows.put([{ ...flow, state: 'locked', faceFailures: 5 }]);
        expect(await other.signInFlows.find(flow.id)).toMatchObject({ state: 'locked', faceFailures: 5 });
        await store.archive.signInFlows.remove([flow.id, randomUUID()]);
        expect(await other.signInFlows.find(flow.id)).toBeNull();
        const session = await aSession();
        await store.archive.accounts.remove([session.accountId]);
        expect(await other.accounts.findById(session.accountId)).toBeNull();
        expect(await other.sessions.findLive(session.accountId, session.id, NOW)).toBeNull();
        await store.archive.accounts.put([]);
        await store.archive.accounts.remove([]);
      });
    });
  });
}

const withoutBytes = (account: Account) => ({
  ...account,
  reference: account.reference && { ...account.reference, ciphertext: null },
});

/** Its bytes as numbers: drivers give them as one kind of array or another. */
const plain = ({ ciphertext, createdAt }: LiveRecord) => ({ ciphertext: [...ciphertext], createdAt });

/** An id that sorts immediately before `id`, so that a page after it begins with `id`. */
const previous = (id: string) =>
  id.slice(0, -1) + String.fromCharCode(id.charCodeAt(id.length - 1) - 1) + '\u007f';
