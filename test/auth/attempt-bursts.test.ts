import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { AttemptVerdict } from '../../src/auth/attempt-limits.js';
import { AuthError } from '../../src/auth/auth-error.js';
import {
  ADA,
  type Attempts,
  BEFORE_DELAY,
  BEFORE_SUSPENSION,
  TARGET,
  prepareAttempts,
} from '../support/attempts.js';
import { removeTemporaryDirectories } from '../support/server.js';

const WAIT = { code: 'too_many_attempts' };

let attempts: Attempts;
let limits: Attempts['limits'];
let fail: Attempts['fail'];
let waitingTime: Attempts['waitingTime'];
let startServer: Attempts['startServer'];
let recorded: Attempts['recorded'];
let clock: Attempts['clock'];

beforeEach(async () => {
  attempts = await prepareAttempts();
  ({ limits, fail, waitingTime, startServer, recorded, clock } = attempts);
});
afterEach(() => attempts.close());
afterAll(removeTemporaryDirectories);

/** Decides only when it is told to. */
function pending(): {
  readonly verdict: Promise<AttemptVerdict>;
  readonly decide: (v: AttemptVerdict) => void;
} {
  let decide: (verdict: AttemptVerdict) => void = () => undefined;
  const verdict = new Promise<AttemptVerdict>((resolve) => (decide = resolve));
  return {
    verdict,
    decide: (value) => {
      decide(value);
    },
  };
}

describe('many attempts at once', () => {
  it('of 100 at two servers on one database no more are looked at than are allowed', async () => {
    const servers = [limits, startServer()];
    let lookedAt = 0;
    const outcomes = await Promise.allSettled(
      Array.from({ length: 100 }, (_, i) =>
        servers[i % 2]!.attempt(TARGET, async () => {
          lookedAt++;
          await new Promise((resolve) => setTimeout(resolve, 5));
          return 'failed';
        }),
      ),
    );
    expect(lookedAt).toBe(BEFORE_DELAY);
    const refusals = outcomes.filter(({ status }) => status === 'rejected');
    expect(refusals).toHaveLength(100 - BEFORE_DELAY);
    for (const refusal of refusals)
      expect(refusal).toMatchObject({ reason: { ...WAIT, retryAfterSeconds: 30 } });
    expect(recorded.map(({ action }) => action)).toEqual(['attempts_delayed']);
  });

  it('of faces no more are looked at than until its suspension', async () => {
    const servers = [startServer({ beforeDelay: 1000 }), startServer({ beforeDelay: 1000 })];
    let lookedAt = 0;
    const outcomes = await Promise.allSettled(
      Array.from({ length: 100 }, (_, i) =>
        servers[i % 2]!.attemptFace(ADA, async () => {
          lookedAt++;
          await new Promise((resolve) => setTimeout(resolve, 5));
          return 'failed';
        }),
      ),
    );
    expect(lookedAt).toBe(BEFORE_SUSPENSION);
    const suspended = outcomes.filter((one) => one.status === 'rejected' && isSuspension(one.reason));
    expect(suspended).toHaveLength(100 - BEFORE_SUSPENSION);
    expect(recorded.map(({ action }) => action)).toEqual(['face_suspended']);
  });

  // Right ones first take the place of failures: whoever comes then has to wait for them, not for a delay.
  it.each([
    ['none that failed before', BEFORE_DELAY, 0],
    ['one left before the delay', BEFORE_DELAY, BEFORE_DELAY - 1],
    ['a delay that has passed', BEFORE_DELAY, BEFORE_DELAY + 2],
    ['no failure allowed', 1, 0],
  ])('of which all are right none is refused, with %s', async (_, beforeDelay, failed) => {
    const server = startServer({ beforeDelay });
    for (let i = 0; i < failed; i++) {
      await fail(1, TARGET, server);
      clock.now += (await waitingTime(TARGET, server)) * 1000;
    }
    const all = Array.from({ length: 30 }, () =>
      server.attempt(TARGET, async () => {
        await new Promise((resolve) => setTimeout(resolve, 1));
        return 'accepted';
      }),
    );
    expect(await Promise.all(all)).toEqual(Array.from({ length: 30 }, () => 'accepted'));
    expect(await waitingTime(TARGET, server)).toBe(0);
  });

  it.each<[string, readonly number[], readonly number[]]>([
    ['all, in the order in which they came', [0, 1, 2, 3], [0, 1, 2, 3]],
    ['all, the other way round', [3, 2, 1, 0], [0, 1, 2, 3]],
    ['the first one, which is decided first', [0, 1, 2, 3], [0]],
    ['the first one, which is decided last', [1, 2, 3, 0], [0]],
    ['the last one, which is decided first', [3, 0, 1, 2], [3]],
    ['the last one, which is decided last', [0, 1, 2, 3], [3]],
  ])('leave no delay behind that their failures have not brought, right: %s', async (_, order, right) => {
    const checks = Array.from({ length: BEFORE_DELAY }, pending);
    const made: Promise<unknown>[] = [];
    for (const { verdict } of checks) {
      await new Promise<void>((lookedAt) => {
        const check = () => {
          lookedAt();
          return verdict;
        };
        made.push(limits.attempt(TARGET, check));
      });
    }
    for (const i of order) {
      checks[i]!.decide(right.includes(i) ? 'accepted' : 'failed');
      await made[i];
    }
    expect(await waitingTime()).toBe(0);
    await fail(right.length);
    expect(await waitingTime()).toBe(30);
  });

  it('are refused by those under way that fail', async () => {
    const checks = Array.from({ length: BEFORE_DELAY }, pending);
    const made = checks.map(({ verdict }) => limits.attempt(TARGET, () => verdict));
    const late = limits.attempt(TARGET, async () => 'accepted');
    for (const { decide } of checks) decide('failed');
    await Promise.all(made);
    await expect(late).rejects.toMatchObject({ ...WAIT, retryAfterSeconds: 30 });
  });
});

function isSuspension(error: unknown): boolean {
  return error instanceof AuthError && error.code === 'face_suspended';
}
