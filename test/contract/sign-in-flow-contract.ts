import { randomUUID } from 'node:crypto';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type SignInStatus, advance } from '../../src/auth/sign-in-flow.js';
import { type ContractFixture, NOW, RACES, truths } from './contract-fixture.js';

export function describeSignInFlows({ store, other, aFlow, race }: ContractFixture): void {
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

    it('give back an attempt that came to no end, for as long as they wait', async () => {
      const { id, expiresAt } = await aFlow();
      await store.signInFlows.takeBackFaceAttempt(id, NOW);
      expect(await store.signInFlows.find(id)).toMatchObject({ faceFailures: 0 });
      for (let i = 0; i < 2; i++) await store.signInFlows.reserveFaceAttempt(id, NOW, 2);
      await store.signInFlows.takeBackFaceAttempt(id, expiresAt);
      expect(await store.signInFlows.reserveFaceAttempt(id, NOW, 2)).toBeNull();
      await other.signInFlows.takeBackFaceAttempt(id, NOW);
      expect(await store.signInFlows.reserveFaceAttempt(id, NOW, 2)).toMatchObject({ faceFailures: 2 });
      await store.signInFlows.countFaceFailure(id, NOW, 2);
      await store.signInFlows.takeBackFaceAttempt(id, NOW);
      expect(await store.signInFlows.find(id)).toMatchObject({ state: 'locked', faceFailures: 3 });
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
          'attempt_taken_back',
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
            if (type === 'attempt_taken_back') {
              await store.signInFlows.takeBackFaceAttempt(id, now);
              if (status !== before) expect(await store.signInFlows.find(id)).toMatchObject(status);
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
}
