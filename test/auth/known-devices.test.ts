import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';

import { TokenSigner } from '../../src/auth/tokens.js';
import { ADA, type Attempts, BEFORE_DELAY, prepareAttempts } from '../support/attempts.js';
import { removeTemporaryDirectories } from '../support/server.js';

const HALF_A_YEAR_MS = 180 * 86_400_000;
const BOB = { email: 'bob@example.org', accountId: 'bob' };
const BOBS_ACCOUNT = { ...ADA, id: BOB.accountId, email: BOB.email };

let attempts: Attempts;
let hers: string;
beforeEach(async () => {
  attempts = await prepareAttempts();
  hers = await attempts.devices.issue(ADA);
});
afterEach(() => attempts.close());
afterAll(removeTemporaryDirectories);

/** @returns seconds for which this device has to wait before its next attempt at Ada's account */
const waitingTimeOn = (device: string | null) => attempts.onDevice(device, () => attempts.waitingTime());
const failOn = (device: string | null, times: number) =>
  attempts.onDevice(device, () => attempts.fail(times));

describe('a known device', () => {
  it('goes on while strangers have to wait, and has no more attempts than they', async () => {
    await failOn(null, BEFORE_DELAY);
    expect(await waitingTimeOn(null)).toBe(30);
    expect(await waitingTimeOn(hers)).toBe(0);
    await failOn(hers, BEFORE_DELAY - 1);
    expect(await waitingTimeOn(hers)).toBe(0);
    await failOn(hers, 1);
    expect(await waitingTimeOn(hers)).toBe(30);
    expect(attempts.recorded.map(({ reason }) => reason)).toEqual(['unknown_device', 'known_device']);
  });

  it('does not keep strangers waiting, nor another known device', async () => {
    const another = await attempts.devices.issue(ADA);
    await failOn(hers, BEFORE_DELAY);
    expect(await waitingTimeOn(null)).toBe(0);
    expect(await waitingTimeOn(another)).toBe(0);
  });

  it('lets strangers wait on when its owner has signed in', async () => {
    await failOn(null, BEFORE_DELAY);
    await attempts.onDevice(hers, () => attempts.limits.complete(ADA, { byFace: true }));
    expect(await waitingTimeOn(null)).toBe(30);
  });

  it('shares the counter of the face with everybody', async () => {
    const failFaceOn = (device: string | null) =>
      attempts.onDevice(device, () => attempts.attemptFace('failed'));
    const isSuspended = () => attempts.limits.isFaceSuspended(ADA.id);
    for (const device of [hers, null, hers, null, hers]) await failFaceOn(device);
    expect(await isSuspended()).toBe(false);
    await failFaceOn(null);
    expect(await isSuspended()).toBe(true);
    await expect(attempts.onDevice(hers, () => attempts.attemptFace('accepted'))).rejects.toMatchObject({
      code: 'face_suspended',
    });
  });

  it('is known to one account only', async () => {
    await attempts.onDevice(hers, () => attempts.fail(BEFORE_DELAY, BOB));
    // Counted among the strangers there, and not here.
    expect(await attempts.waitingTime(BOB)).toBe(30);
    expect(await waitingTimeOn(hers)).toBe(0);
    expect(await attempts.onDevice(hers, () => attempts.devices.current(BOB.accountId))).toBeNull();
    expect(await attempts.onDevice(hers, () => attempts.devices.current(null))).toBeNull();
  });

  it('has a name that says nothing of its token, and is the same each time', async () => {
    const name = await attempts.onDevice(hers, () => attempts.devices.current(ADA.id));
    expect(name).toMatch(/^[\w-]{43}$/);
    expect(hers).not.toContain(name);
    expect(await attempts.onDevice(hers, () => attempts.devices.current(ADA.id))).toBe(name);
    await failOn(hers, 1);
    expect((await attempts.counters()).map(({ origin }) => origin)).toEqual([name]);
  });

  it('is known for half a year', async () => {
    attempts.clock.now += HALF_A_YEAR_MS - 1000;
    await failOn(null, BEFORE_DELAY);
    expect(await waitingTimeOn(hers)).toBe(0);
    attempts.clock.now += 1000;
    expect(await waitingTimeOn(hers)).toBe(29);
  });
});

describe('a device that was known', () => {
  it.each<[string, () => Promise<unknown>]>([
    [
      'the password is another one',
      () => attempts.accounts.replacePasswordHash(ADA.id, ADA.passwordHash, 'x'),
    ],
    ['the account is gone', () => attempts.accounts.erase(ADA.id)],
  ])('is a stranger once %s', async (_, change) => {
    await failOn(null, BEFORE_DELAY);
    expect(await waitingTimeOn(hers)).toBe(0);
    await change();
    expect(await waitingTimeOn(hers)).toBe(30);
  });
});

describe('a stranger', () => {
  const secret = 'd'.repeat(32);
  const signed = async (
    type: 'device' | 'authorization' | 'verification',
    key: string,
    accountId = ADA.id,
  ) => {
    const grant = { accountId, methods: [], lifetimeSeconds: 3600, now: attempts.clock.now };
    return new TokenSigner(type, key).issue(grant).token;
  };

  it.each<[string, () => string | Promise<string>]>([
    ['nothing', () => ''],
    ['no token', () => 'x.y.z'],
    ['a token of another account', () => attempts.devices.issue(BOBS_ACCOUNT)],
    ['a forged one', () => signed('device', 'e'.repeat(32))],
    ['an altered one', () => hers.slice(0, -8) + 'AAAAAAAA'],
    ['a token of a session', () => signed('authorization', secret)],
    ['a token of a sign-in', () => signed('verification', secret)],
  ])('stays one with %s', async (_, make) => {
    await failOn(null, BEFORE_DELAY);
    const device = await make();
    expect(await waitingTimeOn(device)).toBe(30);
    attempts.clock.now += 30_000;
    await failOn(device, 1);
    expect(await waitingTimeOn(null)).toBe(60);
  });
});
