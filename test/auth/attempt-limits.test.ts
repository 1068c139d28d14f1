import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { AttemptTarget } from '../../src/auth/attempt-limits.js';
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

const DAY_MS = 86_400_000;
const NOBODY: AttemptTarget = { email: 'nobody@example.org', accountId: null };
const WAIT = { code: 'too_many_attempts' };

let attempts: Attempts;
let clock: Attempts['clock'];
let limits: Attempts['limits'];
let attempt: Attempts['attempt'];
let attemptFace: Attempts['attemptFace'];
let fail: Attempts['fail'];
let waitingTime: Attempts['waitingTime'];
let startServer: Attempts['startServer'];
let recorded: Attempts['recorded'];

beforeEach(async () => {
  attempts = await prepareAttempts();
  ({ clock, limits, attempt, attemptFace, fail, waitingTime, startServer, recorded } = attempts);
});
afterEach(() => attempts.close());
afterAll(removeTemporaryDirectories);

describe('failed attempts', () => {
  it('bring a delay from the last free one on, which doubles up to an hour', async () => {
    await fail(BEFORE_DELAY - 1);
    expect(await waitingTime()).toBe(0);
    const delays: number[] = [];
    for (let i = 0; i < 10; i++) {
      await fail(1);
      delays.push(await waitingTime());
      clock.now += delays.at(-1)! * 1000 - 1;
      expect(await waitingTime()).toBe(1);
      clock.now += 1;
      expect(await waitingTime()).toBe(0);
    }
    expect(delays).toEqual([30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600]);
  });

  it('are not looked at, nor counted, while a delay lasts', async () => {
    await fail(BEFORE_DELAY);
    clock.now += 10_000;
    for (let i = 0; i < 5; i++) expect(await waitingTime()).toBe(20);
    clock.now += 20_000;
    await fail(1);
    expect(await waitingTime()).toBe(60);
  });

  it('are forgotten with a sign-in that is completed, and with nothing less', async () => {
    await fail(BEFORE_DELAY - 1);
    await attempt('accepted');
    await fail(1);
    expect(await waitingTime()).toBe(30);
    clock.now += 30_000;
    await attempt('completed');
    await fail(BEFORE_DELAY - 1);
    expect(await waitingTime()).toBe(0);
    await fail(1);
    expect(await waitingTime()).toBe(30);
    clock.now += 30_000;
    await limits.complete(ADA, { byFace: false });
    await fail(BEFORE_DELAY - 1);
    expect(await waitingTime()).toBe(0);
  });

  it('are counted together, whatever was tried', async () => {
    await attempt('failed');
    await attemptFace('failed');
    await limits.reserveFace(ADA);
    expect(await waitingTime()).toBe(0);
    await attempt('failed');
    expect(await waitingTime()).toBe(30);
    await expect(attemptFace('accepted')).rejects.toMatchObject(WAIT);
    await expect(limits.reserveFace(ADA)).rejects.toMatchObject(WAIT);
    await expect(limits.requireFaceAttempt(ADA)).rejects.toMatchObject(WAIT);
  });

  it('are those of one address', async () => {
    await fail(BEFORE_DELAY);
    expect(await waitingTime({ email: 'bob@example.org', accountId: 'bob' })).toBe(0);
  });

  it('are counted in the same way where there is no account', async () => {
    const of = async (target: AttemptTarget) => {
      const seen: number[] = [];
      for (let i = 0; i < BEFORE_DELAY + 2; i++) {
        await fail(1, target);
        seen.push(await waitingTime(target));
        clock.now += seen.at(-1)! * 1000;
      }
      return seen;
    };
    expect(await of(NOBODY)).toEqual(await of(TARGET));
  });

  it('are still known after a restart', async () => {
    await fail(BEFORE_DELAY);
    expect(await waitingTime(TARGET, startServer())).toBe(30);
    clock.now += 30_000;
    await fail(1, TARGET, startServer());
    expect(await waitingTime()).toBe(60);
  });

  it('are forgotten a day after the last one', async () => {
    await fail(BEFORE_DELAY - 1);
    clock.now += DAY_MS - 1;
    await fail(1);
    expect(await waitingTime()).toBe(30);
    clock.now += DAY_MS;
    await fail(BEFORE_DELAY - 1);
    expect(await waitingTime()).toBe(0);
  });

  it('are in the store under no address', async () => {
    await fail(1);
    await attempt('failed', { email: 'bob@example.org', accountId: null });
    const counters = await attempts.counters();
    expect(counters).toHaveLength(2);
    for (const { subject } of counters) expect(subject).toMatch(/^[\w-]{43}$/);
  });

  it('are announced when they begin to bring delays, and not each time', async () => {
    await fail(BEFORE_DELAY);
    clock.now += 30_000;
    await fail(1);
    const { id: accountId } = ADA;
    expect(recorded).toEqual([
      { action: 'attempts_delayed', outcome: 'failure', accountId, by: 'account', reason: 'unknown_device' },
    ]);
  });
});

describe('an attempt that breaks off', () => {
  it('with a refusal before anything was compared is none', async () => {
    const refuse = () => Promise.reject(new AuthError('invalid_token'));
    for (let i = 0; i < BEFORE_DELAY + BEFORE_SUSPENSION; i++) {
      await expect(limits.attempt(TARGET, refuse)).rejects.toMatchObject({ code: 'invalid_token' });
      await expect(limits.attemptFace(ADA, refuse)).rejects.toMatchObject({ code: 'invalid_token' });
    }
    expect(await waitingTime()).toBe(0);
    expect(await limits.isFaceSuspended(ADA.id)).toBe(false);
  });

  it('with a fault stays counted: nobody knows how far it came', async () => {
    const breakOff = () => Promise.reject(new Error('the store is away'));
    for (let i = 0; i < BEFORE_DELAY; i++) {
      await expect(limits.attemptFace(ADA, breakOff)).rejects.toThrow('away');
    }
    expect(await waitingTime()).toBe(30);
    clock.now += 30_000;
    for (const wait of [60_000, 0]) {
      await expect(limits.attemptFace(ADA, breakOff)).rejects.toThrow('away');
      clock.now += wait;
    }
    expect(await limits.isFaceSuspended(ADA.id)).toBe(true);
  });
});
