import { readFile } from 'node:fs/promises';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { SIGN_IN_START, type SignInEvent, type SignInStatus, advance } from './sign-in-flow.js';

const event: fc.Arbitrary<SignInEvent> = fc.oneof(
  fc.boolean().map((secondFactorBound) => ({ type: 'password_verified', secondFactorBound }) as const),
  fc.constantFrom('pop', 'otp').map((method) => ({ type: 'alternative_accepted', method }) as const),
  fc
    .constantFrom('face_matched', 'face_rejected', 'attempt_reserved', 'reserved_attempt_failed', 'timed_out')
    .map((type) => ({ type })),
);

describe('sign-in flow', () => {
  it('reaches passed in no order of events without every method that the account has', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 30 }), fc.integer({ min: 1, max: 6 }), (events, limit) => {
        let status: SignInStatus = SIGN_IN_START;
        const seen: SignInEvent[] = [];
        for (const next of events) {
          const before = status;
          status = advance(status, next, limit);
          seen.push(next);
          if (status.state !== 'passed' || before.state === 'passed') continue;
          const password = seen.find((e) => e.type === 'password_verified');
          expect(password).toBeDefined();
          if (password?.type === 'password_verified' && password.secondFactorBound) {
            expect(['face_matched', 'alternative_accepted']).toContain(next.type);
            expect(status.methods).toEqual([
              'pwd',
              next.type === 'alternative_accepted' ? next.method : 'face',
            ]);
          }
        }
      }),
    );
  });

  it('stays at its end, whatever comes', () => {
    const ends: SignInStatus[] = [
      { state: 'expired' },
      { state: 'locked' },
      { state: 'passed', methods: ['pwd', 'face'] },
    ];
    fc.assert(
      fc.property(fc.constantFrom(...ends), event, (end, next) => {
        expect(advance(end, next, 3)).toBe(end);
      }),
    );
  });

  it('never compares more faces than its limit', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), fc.integer({ min: 1, max: 6 }), (events, limit) => {
        let status: SignInStatus = SIGN_IN_START;
        let [rejected, reserved] = [0, 0];
        for (const next of events) {
          const before = status;
          status = advance(status, next, limit);
          if (before.state !== 'awaiting_face' || status === before) continue;
          if (next.type === 'face_rejected') rejected++;
          if (next.type === 'attempt_reserved') reserved++;
        }
        expect(rejected).toBeLessThanOrEqual(limit);
        expect(reserved).toBeLessThanOrEqual(limit);
        // A comparison without a reservation is counted when it is over: one may find that none was left, and locks.
        expect(rejected + reserved).toBeLessThanOrEqual(reserved > 0 ? limit + 1 : limit);
      }),
    );
  });

  it('lets the last attempt that was reserved succeed, and is locked when it has failed', () => {
    let status: SignInStatus = { state: 'awaiting_face', faceFailures: 0 };
    for (const faceFailures of [1, 2, 3]) {
      // The failure of an attempt while others are left: counted when it began, and not again.
      expect(advance(status, { type: 'reserved_attempt_failed' }, 3)).toBe(status);
      status = advance(status, { type: 'attempt_reserved' }, 3);
      expect(status).toEqual({ state: 'awaiting_face', faceFailures });
    }
    expect(advance(status, { type: 'attempt_reserved' }, 3)).toBe(status);
    expect(advance(status, { type: 'face_matched' }, 3)).toEqual({
      state: 'passed',
      methods: ['pwd', 'face'],
    });
    expect(advance(status, { type: 'reserved_attempt_failed' }, 3)).toEqual({ state: 'locked' });
    expect(advance(status, { type: 'face_rejected' }, 3)).toEqual({ state: 'locked' });
  });

  it('is the one that is drawn', async () => {
    const drawing = await readFile(new URL('../../docs/sign-in-flow.mermaid', import.meta.url), 'utf8');
    const drawn = new Set(
      [...drawing.matchAll(/^\s*(\w+) --> (\w+): (\w+)/gm)].map(
        ([, from, to, label]) => `${from} ${label} ${to}`,
      ),
    );
    const limit = 2;
    const statuses: SignInStatus[] = [
      SIGN_IN_START,
      { state: 'awaiting_face', faceFailures: 0 },
      { state: 'awaiting_face', faceFailures: 1 },
      { state: 'awaiting_face', faceFailures: limit },
      { state: 'passed', methods: ['pwd'] },
      { state: 'expired' },
      { state: 'locked' },
    ];
    const events: SignInEvent[] = [
      { type: 'password_verified', secondFactorBound: true },
      { type: 'password_verified', secondFactorBound: false },
      { type: 'face_matched' },
      { type: 'alternative_accepted', method: 'pop' },
      { type: 'face_rejected' },
      { type: 'attempt_reserved' },
      { type: 'reserved_attempt_failed' },
      { type: 'attempt_taken_back' },
      { type: 'timed_out' },
    ];
    const actual = new Set(
      statuses.flatMap((status) =>
        events
          .map((next) => ({ next, after: advance(status, next, limit) }))
          .filter(({ after }) => after !== status)
          .map(({ next, after }) => `${status.state} ${next.type} ${after.state}`),
      ),
    );
    expect(drawn).toEqual(actual);
  });
});
