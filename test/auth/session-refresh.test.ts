import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { OpenedSession } from '../../src/auth/sessions.js';
import { hashTokenReference } from '../../src/auth/tokens.js';
import {
  ADA,
  GRACE_MS,
  IDLE_MS,
  LIFETIME_MS,
  NOW,
  type Prepared,
  prepareSessions,
} from '../support/sessions.js';

const REFUSED = { code: 'invalid_token' };
const SUPERSEDED = { code: 'token_superseded' };

let clock: Prepared['clock'];
let useCases: Prepared['useCases'];
let sessions: Prepared['sessions'];
let opened: Prepared['opened'];
let isAlive: Prepared['isAlive'];
let claimsOf: Prepared['claimsOf'];
let close: () => Promise<void>;
beforeEach(async () => {
  const prepared = await prepareSessions();
  ({ clock, useCases, sessions, opened, isAlive, claimsOf } = prepared);
  close = () => prepared.storage.close();
});
afterEach(() => close());

const use = (token: string) => sessions.authenticate(token);

describe('a refresh', () => {
  it('gives the session another token, and leaves all else of it as it was', async () => {
    clock.now += 600_000;
    const renewed = await sessions.refresh(opened.token);
    expect(renewed.token).not.toBe(opened.token);
    const { session } = await use(renewed.token);
    const { jti, ...claims } = claimsOf(renewed.token);
    expect(session).toEqual({
      ...opened.session,
      tokenHash: hashTokenReference(jti),
      replaced: { tokenHash: opened.session.tokenHash, at: clock.now },
      lastUsedAt: clock.now,
    });
    expect(renewed.session).toEqual(session);
    expect(claims).toMatchObject({
      sid: opened.session.id,
      amr: ['pwd', 'face'],
      // When its owner signed in: refreshing is no authentication.
      auth_time: NOW / 1000,
      exp: (NOW + LIFETIME_MS) / 1000,
    });
  });

  it('does not move the end of the session, however often it is repeated', async () => {
    let { token } = opened;
    while (clock.now + IDLE_MS / 2 < NOW + LIFETIME_MS) {
      clock.now += IDLE_MS / 2;
      ({ token } = await sessions.refresh(token));
    }
    clock.now = NOW + LIFETIME_MS - 1;
    expect(await isAlive(token)).toBe(true);
    clock.now += 1;
    await expect(use(token)).rejects.toMatchObject(REFUSED);
    await expect(sessions.refresh(token)).rejects.toMatchObject(REFUSED);
  });

  it('counts as use', async () => {
    clock.now += IDLE_MS - 1;
    const { token } = await sessions.refresh(opened.token);
    clock.now += IDLE_MS - 1;
    expect(await isAlive(token)).toBe(true);
  });

  it('is won by one of many at once; the others are told to take the new token', async () => {
    const outcomes = await Promise.allSettled(
      Array.from({ length: 20 }, () => sessions.refresh(opened.token)),
    );
    const won = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    expect(won).toHaveLength(1);
    for (const outcome of outcomes) {
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject(SUPERSEDED);
    }
    expect(await isAlive(won[0]!.value.token)).toBe(true);
  });
});

describe('a replaced token', () => {
  let renewed: OpenedSession;
  beforeEach(async () => {
    renewed = await sessions.refresh(opened.token);
  });

  it('is taken for ten more seconds, by calls that were under way, but makes no other', async () => {
    for (const wait of [0, GRACE_MS]) {
      clock.now = NOW + wait;
      expect((await use(opened.token)).session.id).toBe(opened.session.id);
      await expect(sessions.refresh(opened.token)).rejects.toMatchObject(SUPERSEDED);
    }
    expect(await isAlive(renewed.token)).toBe(true);
    expect(useCases.recorded).toEqual([]);
  });

  it.each([
    ['used', use],
    ['refreshed', (token: string) => sessions.refresh(token)],
  ])('ends the session for everybody when it is %s later, and its owner is told', async (_, show) => {
    clock.now += GRACE_MS + 1;
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => show(opened.token)));
    for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: REFUSED });
    await expect(use(renewed.token)).rejects.toMatchObject(REFUSED);
    expect(useCases.recorded).toEqual([
      {
        action: 'session_reused',
        outcome: 'failure',
        accountId: ADA,
        by: 'account',
        subject: opened.session.id,
      },
    ]);
  });

  it('ends it at once when it is older than the last one', async () => {
    const third = await sessions.refresh(renewed.token);
    expect(await isAlive(opened.token)).toBe(false);
    expect(await isAlive(third.token)).toBe(false);
  });

  it('ends the session of a thief who was quicker, when its owner shows what they have', async () => {
    // The thief took the new token and went on with it; the owner has the one before.
    clock.now += GRACE_MS + 1;
    const thief = await sessions.refresh(renewed.token);
    clock.now += GRACE_MS + 1;
    await expect(sessions.refresh(renewed.token)).rejects.toMatchObject(REFUSED);
    expect(await isAlive(thief.token)).toBe(false);
  });

  it('leaves the other sessions of the account alone', async () => {
    const other = await sessions.open(ADA, ['pwd']);
    clock.now += GRACE_MS + 1;
    expect(await isAlive(opened.token)).toBe(false);
    expect(await isAlive(other.token)).toBe(true);
  });
});
