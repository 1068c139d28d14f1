import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ADA, type Attempts, BEFORE_SUSPENSION, prepareAttempts } from '../support/attempts.js';
import { removeTemporaryDirectories } from '../support/server.js';

const DAY_MS = 86_400_000;
const WAIT = { code: 'too_many_attempts' };

let attempts: Attempts;
let clock: Attempts['clock'];
let limits: Attempts['limits'];
let attempt: Attempts['attempt'];
let attemptFace: Attempts['attemptFace'];
let waitingTime: Attempts['waitingTime'];
let startServer: Attempts['startServer'];
let recorded: Attempts['recorded'];

beforeEach(async () => {
  attempts = await prepareAttempts();
  ({ clock, limits, attempt, attemptFace, waitingTime, startServer, recorded } = attempts);
});
afterEach(() => attempts.close());
afterAll(removeTemporaryDirectories);

describe('the face', () => {
  const failFace = async (times: number) => {
    for (let i = 0; i < times; i++) {
      await attemptFace('failed');
      clock.now += (await waitingTime()) * 1000;
    }
  };
  const SUSPENDED = { code: 'face_suspended' };

  it('is not looked at any more after so many failures, however long one waits and whatever else succeeds', async () => {
    await failFace(BEFORE_SUSPENSION - 1);
    expect(await limits.isFaceSuspended(ADA.id)).toBe(false);
    await failFace(1);
    expect(await limits.isFaceSuspended(ADA.id)).toBe(true);
    clock.now += 400 * DAY_MS;
    await attempt('completed');
    await limits.complete(ADA, { byFace: false });
    for (const server of [limits, startServer()]) {
      await expect(attemptFace('accepted', server)).rejects.toMatchObject(SUSPENDED);
      await expect(server.reserveFace(ADA)).rejects.toMatchObject(SUSPENDED);
      await expect(server.requireFaceAttempt(ADA)).rejects.toMatchObject(SUSPENDED);
    }
    // Everything else goes on, and is not counted for having been refused.
    expect(await waitingTime()).toBe(0);
  });

  it('is looked at again when it is enrolled anew', async () => {
    await failFace(BEFORE_SUSPENSION);
    await limits.restoreFace(ADA.id);
    expect(await limits.isFaceSuspended(ADA.id)).toBe(false);
    await failFace(BEFORE_SUSPENSION - 1);
    expect(await limits.isFaceSuspended(ADA.id)).toBe(false);
  });

  it('begins anew when it is accepted, and only then', async () => {
    await failFace(BEFORE_SUSPENSION - 1);
    await limits.complete(ADA, { byFace: false });
    await attemptFace('accepted');
    await limits.complete(ADA, { byFace: true });
    await failFace(BEFORE_SUSPENSION - 1);
    expect(await limits.isFaceSuspended(ADA.id)).toBe(false);
    await failFace(1);
    expect(await limits.isFaceSuspended(ADA.id)).toBe(true);
  });

  it('is counted for pictures and live sessions together', async () => {
    for (let i = 0; i < BEFORE_SUSPENSION; i++) {
      if (i % 2 === 0) await limits.reserveFace(ADA);
      else await attemptFace('failed');
      clock.now += (await waitingTime()) * 1000;
    }
    expect(await limits.isFaceSuspended(ADA.id)).toBe(true);
    expect(recorded.filter(({ action }) => action === 'face_suspended')).toHaveLength(1);
  });

  it('is not counted while a delay keeps everybody waiting', async () => {
    await failFace(BEFORE_SUSPENSION - 2);
    await attemptFace('failed');
    for (let i = 0; i < 5; i++) {
      await expect(attemptFace('failed')).rejects.toMatchObject(WAIT);
      await expect(limits.reserveFace(ADA)).rejects.toMatchObject(WAIT);
    }
    expect(await limits.isFaceSuspended(ADA.id)).toBe(false);
  });

  it('is forgiven by the operator, with all else', async () => {
    await failFace(BEFORE_SUSPENSION - 1);
    await attemptFace('failed');
    expect(await waitingTime()).toBeGreaterThan(0);
    await limits.clear(ADA);
    expect(await waitingTime()).toBe(0);
    expect(await limits.isFaceSuspended(ADA.id)).toBe(false);
  });
});
