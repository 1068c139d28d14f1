import { readFile } from 'node:fs/promises';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { SIGN_IN_START, type SignInEvent, type SignInStatus, advance } from './sign-in-flow.js';

const event: fc.Arbitrary<SignInEvent> = fc.oneof(
  fc.boolean().map((faceEnrolled) => ({ type: 'password_verified', faceEnrolled }) as const),
  fc.constantFrom('face_matched', 'face_rejected', 'timed_out').map((type) => ({ type })),
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
          if (password?.type === 'password_verified' && password.faceEnrolled) {
            expect(next.type).toBe('face_matched');
            expect(status.methods).toEqual(['pwd', 'face']);
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
        let rejected = 0;
        for (const next of events) {
          if (status.state === 'awaiting_face' && next.type === 'face_rejected') rejected++;
          status = advance(status, next, limit);
        }
        expect(rejected).toBeLessThanOrEqual(limit);
      }),
    );
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
      { state: 'passed', methods: ['pwd'] },
      { state: 'expired' },
      { state: 'locked' },
    ];
    const events: SignInEvent[] = [
      { type: 'password_verified', faceEnrolled: true },
      { type: 'password_verified', faceEnrolled: false },
      { type: 'face_matched' },
      { type: 'face_rejected' },
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
