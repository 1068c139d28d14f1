import { randomUUID } from 'node:crypto';

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type SignInStatus, advance } from '../../src/auth/sign-in-flow.js';
import type { Account, BiometricReference, Session, SignInFlow, Storage } from '../../src/storage/port.js';

const NOW = 1_900_000_000_000;
const RACERS = 20;

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
      await store.sessions.insert(session);
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
    /** The same call from both handles at once, many times. */
    const race = <T>(call: (handle: Storage) => Promise<T>): Promise<T[]> =>
      Promise.all(Array.from({ length: RACERS }, (_, i) => call(i % 2 === 0 ? store : other)));

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

      it('are unique by e-mail: of many concurrent sign-ups exactly one is inserted', async () => {
        const email = `${randomUUID()}@example.org`;
        const account = { email, passwordHash: 'x', createdAt: NOW, reference: null, referenceErasures: 0 };
        const results = await race((handle) => handle.accounts.insert({ ...account, id: randomUUID() }));
        expect(results.filter((result) => result === 'inserted')).toHaveLength(1);
        expect(results.filter((result) => result === 'duplicate_email')).toHaveLength(RACERS - 1);
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
        await other.sessions.delete(sessionId);
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

      it('that do not exist cannot be given a reference', async () => {
        const { id: sessionId } = await aSession();
        const allowedBy = { sessionId, referenceErasures: 0, now: NOW };
        expect(await store.accounts.putReference(randomUUID(), aReference(), allowedBy)).toBe(false);
        expect(await store.accounts.eraseReference(randomUUID())).toBe(false);
      });
    });

    describe('sessions', () => {
      it('are found while they live and not from the moment they expire', async () => {
        const session = await aSession();
        expect(await other.sessions.findLive(session.id, NOW)).toEqual(session);
        expect(await store.sessions.findLive(session.id, session.expiresAt - 1)).toEqual(session);
        expect(await store.sessions.findLive(session.id, session.expiresAt)).toBeNull();
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
        expect(await other.sessions.findLive(session.id, NOW)).toEqual(session);
        await other.accounts.putReference(accountId, aReference(), {
          sessionId,
          referenceErasures: 0,
          now: NOW,
        });
        const late = { ...session, id: randomUUID() };
        expect(await store.sessions.insertUnlessFaceEnrolled(late)).toBe(false);
        expect(await store.sessions.findLive(late.id, NOW)).toBeNull();
      });

      it('end once: of many concurrent revocations exactly one is told so', async () => {
        const { id } = await aSession();
        expect((await race((handle) => handle.sessions.delete(id))).filter(Boolean)).toHaveLength(1);
        expect(await store.sessions.findLive(id, NOW)).toBeNull();
      });
    });

    describe('sign-in flows', () => {
      it('are found as they were inserted', async () => {
        const flow = await aFlow();
        expect(await other.signInFlows.find(flow.id)).toEqual(flow);
        expect(await store.signInFlows.find(randomUUID())).toBeNull();
      });

      it('pass once: of many concurrent matches exactly one is told so', async () => {
        const { id } = await aFlow();
        expect((await race((handle) => handle.signInFlows.pass(id, NOW))).filter(Boolean)).toHaveLength(1);
        expect((await store.signInFlows.find(id))?.state).toBe('passed');
      });

      it('do not pass from the moment they expire', async () => {
        const { id, expiresAt } = await aFlow();
        expect(await store.signInFlows.pass(id, expiresAt)).toBe(false);
        expect(await store.signInFlows.countFaceFailure(id, expiresAt, 5)).toBeNull();
        expect((await store.signInFlows.find(id))?.faceFailures).toBe(0);
      });

      it('cannot be guessed at more often than the limit by a concurrent burst', async () => {
        const { id } = await aFlow();
        const results = await race((handle) => handle.signInFlows.countFaceFailure(id, NOW, 5));
        expect(
          results
            .filter((flow) => flow !== null)
            .map((flow) => flow.faceFailures)
            .sort(),
        ).toEqual([1, 2, 3, 4, 5]);
        expect(await store.signInFlows.find(id)).toMatchObject({ state: 'locked', faceFailures: 5 });
        expect(await store.signInFlows.pass(id, NOW)).toBe(false);
      });

      it('follow the state machine of the sign-in, whatever happens in whatever order', async () => {
        const events = fc.array(fc.constantFrom('face_matched', 'face_rejected', 'timed_out'), {
          maxLength: 8,
        });
        await fc.assert(
          fc.asyncProperty(events, fc.integer({ min: 1, max: 4 }), async (sequence, limit) => {
            const { id, expiresAt } = await aFlow();
            let status: SignInStatus = { state: 'awaiting_face', faceFailures: 0 };
            let now = NOW;
            for (const type of sequence) {
              const before = status.state;
              status = advance(status, { type }, limit);
              if (type === 'timed_out') now = expiresAt;
              if (type === 'face_matched') {
                expect(await store.signInFlows.pass(id, now)).toBe(before === 'awaiting_face');
              }
              if (type === 'face_rejected') {
                const counted = await store.signInFlows.countFaceFailure(id, now, limit);
                expect(counted !== null).toBe(before === 'awaiting_face');
                if (counted) expect(counted.state).toBe(status.state);
              }
            }
          }),
          { numRuns: 60 },
        );
      });
    });

    it('removes what has expired and nothing else', async () => {
      const dead = [await aSession({ expiresAt: NOW - 1 }), await aFlow({ expiresAt: NOW })];
      const living = [await aSession(), await aFlow()] as const;
      expect(await store.removeExpired(NOW)).toBeGreaterThanOrEqual(2);
      expect(await store.signInFlows.find(dead[1]!.id)).toBeNull();
      expect(await store.sessions.findLive(living[0].id, NOW)).not.toBeNull();
      expect(await store.signInFlows.find(living[1].id)).not.toBeNull();
      expect(await store.sessions.findLive(dead[0]!.id, NOW - 2)).toBeNull();
    });
  });
}
