import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { AuthenticatedCaller, OpenedSession } from '../../src/auth/sessions.js';
import { TokenSigner } from '../../src/auth/tokens.js';
import { MAX_SESSIONS } from '../../src/storage/port.js';
import {
  ADA,
  GRACE_MS,
  IDLE_MS,
  LIFETIME_MS,
  NOW,
  type Prepared,
  prepareSessions,
  signer,
} from '../support/sessions.js';

const REFUSED = { code: 'invalid_token' };

let storage: Prepared['storage'];
let clock: Prepared['clock'];
let useCases: Prepared['useCases'];
let sessions: Prepared['sessions'];
let opened: Prepared['opened'];
let isAlive: Prepared['isAlive'];
let claimsOf: Prepared['claimsOf'];
beforeEach(async () => {
  ({ storage, clock, useCases, sessions, opened, isAlive, claimsOf } = await prepareSessions());
});
afterEach(() => storage.close());

const use = (token: string) => sessions.authenticate(token);
/** Uses it often enough to keep it alive. */
async function keepBusyUntil(time: number, token = opened.token): Promise<void> {
  while (clock.now + IDLE_MS / 2 < time) {
    clock.now += IDLE_MS / 2;
    await use(token);
  }
  clock.now = time;
}

describe('a session', () => {
  it('ends when it has not been used for an hour', async () => {
    clock.now += IDLE_MS - 1;
    expect(await isAlive(opened.token)).toBe(true);
    clock.now += IDLE_MS;
    await expect(use(opened.token)).rejects.toMatchObject(REFUSED);
    await expect(sessions.refresh(opened.token)).rejects.toMatchObject(REFUSED);
    await expect(sessions.find(ADA, opened.session.id)).rejects.toMatchObject(REFUSED);
    expect(await sessions.list(ADA)).toEqual([]);
  });

  it('lives on as long as it is used, and no longer than a day', async () => {
    await keepBusyUntil(NOW + LIFETIME_MS - 1);
    expect(await isAlive(opened.token)).toBe(true);
    clock.now += 1;
    await expect(use(opened.token)).rejects.toMatchObject(REFUSED);
  });

  it('notes its use, but does not write each time', async () => {
    const lastUsed = async () => (await sessions.list(ADA))[0]!.lastUsedAt;
    clock.now += 59_999;
    await use(opened.token);
    expect(await lastUsed()).toBe(NOW);
    clock.now += 1;
    await use(opened.token);
    expect(await lastUsed()).toBe(NOW + 60_000);
  });

  it('is one of at most so many: the oldest ends', async () => {
    for (let i = 1; i < MAX_SESSIONS; i++) await sessions.open(ADA, ['pwd']);
    expect(await isAlive(opened.token)).toBe(true);
    await sessions.open(ADA, ['pwd']);
    expect(await isAlive(opened.token)).toBe(false);
  });

  it('is not opened for an account that is gone', async () => {
    await storage.accounts.erase(ADA);
    await expect(sessions.open(ADA, ['pwd'])).rejects.toMatchObject(REFUSED);
    expect(await isAlive(opened.token)).toBe(false);
  });
});

describe('a token', () => {
  it('says how, when and for which session its owner authenticated', async () => {
    expect(claimsOf(opened.token)).toMatchObject({
      sub: ADA,
      sid: opened.session.id,
      amr: ['pwd', 'face'],
      auth_time: NOW / 1000,
      iat: NOW / 1000,
      exp: (NOW + LIFETIME_MS) / 1000,
    });
  });

  it('of the first version, which names no session, stands for its own', async () => {
    const { token, referenceHash, expiresAt } = signer.issue({
      accountId: ADA,
      methods: ['pwd'],
      lifetimeSeconds: 3600,
      now: clock.now,
    });
    // As the first version stored it: under the hash of the token's reference.
    await storage.sessions.insert({
      ...opened.session,
      id: referenceHash,
      tokenHash: referenceHash,
      expiresAt,
    });
    expect(claimsOf(token)).not.toHaveProperty('sid');
    expect((await use(token)).session.id).toBe(referenceHash);
    const renewed = await sessions.refresh(token);
    expect(claimsOf(renewed.token)).toMatchObject({ sid: referenceHash });
    expect(await isAlive(renewed.token)).toBe(true);
    clock.now += GRACE_MS + 1;
    await expect(use(token)).rejects.toMatchObject(REFUSED);
    expect(await isAlive(renewed.token)).toBe(false);
  });

  it('of another account is none of this session', async () => {
    const session = { id: opened.session.id, authenticatedAt: clock.now };
    const forged = signer.issue({
      accountId: 'bob',
      methods: ['pwd'],
      lifetimeSeconds: 3600,
      now: clock.now,
      session,
    });
    await expect(use(forged.token)).rejects.toMatchObject(REFUSED);
    expect(await isAlive(opened.token)).toBe(true);
  });
});

describe('ending sessions', () => {
  let caller: AuthenticatedCaller;
  let other: OpenedSession;
  let bobs: OpenedSession;
  beforeEach(async () => {
    clock.now += 1;
    other = await useCases.as({ device: 'Firefox on Linux' }, () => sessions.open(ADA, ['pwd']));
    bobs = await sessions.open('bob', ['pwd']);
    caller = await use(opened.token);
  });

  it('begins with knowing them: those that live, the latest first, by the device that opened them', async () => {
    expect(await sessions.list(ADA)).toMatchObject([
      { id: other.session.id, device: 'Firefox on Linux', methods: ['pwd'] },
      { id: opened.session.id, device: null, methods: ['pwd', 'face'] },
    ]);
  });

  it('ends one, by its id, once', async () => {
    await sessions.revokeById(caller, other.session.id);
    expect(await isAlive(other.token)).toBe(false);
    expect(await isAlive(opened.token)).toBe(true);
    await expect(sessions.revokeById(caller, other.session.id)).rejects.toMatchObject({
      code: 'session_not_found',
    });
  });

  it('ends none of another account', async () => {
    await expect(sessions.revokeById(caller, bobs.session.id)).rejects.toMatchObject({
      code: 'session_not_found',
    });
    expect(await isAlive(bobs.token)).toBe(true);
  });

  it('ends all others', async () => {
    await sessions.open(ADA, ['pwd']);
    expect(await sessions.revokeOthers(caller.session)).toBe(2);
    expect(await isAlive(other.token)).toBe(false);
    expect(await isAlive(opened.token)).toBe(true);
    expect(await isAlive(bobs.token)).toBe(true);
    expect(await sessions.revokeOthers(caller.session)).toBe(0);
    expect(useCases.recorded.map(({ action }) => action)).toEqual(['sessions_revoked']);
  });

  it('ends that of a token whatever it is worth by then, and nothing for one that is not ours', async () => {
    await sessions.discard('x.y.z');
    const forger = new TokenSigner('authorization', 'b'.repeat(32));
    const session = { id: other.session.id, authenticatedAt: clock.now };
    const grant = { accountId: ADA, methods: [], lifetimeSeconds: 3600, now: clock.now, session };
    await sessions.discard(forger.issue(grant).token);
    expect(await isAlive(other.token)).toBe(true);
    await sessions.discard(other.token);
    expect(await isAlive(other.token)).toBe(false);
  });
});
