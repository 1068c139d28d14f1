import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ApiClient } from '../support/api-client.js';
import { ageSessions } from '../support/attacks/passage-of-time.js';
import { sessionIdsOf } from '../support/attacks/victim.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

/** A call that was under way may still show the token that has just been replaced. */
const UNDER_WAY_SECONDS = 10;
const REFUSED = { status: 401, body: { code: 'invalid_token' } };

let server: RunningServer;
let api: ApiClient;
beforeAll(async () => {
  server = await startServer();
  api = await ApiClient.for(server);
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

async function refreshed(token: string): Promise<string> {
  const { status, body } = await api.post('/user/auth/refresh', { token });
  expect(status).toBe(200);
  return body.token;
}

async function noticesOf(token: string): Promise<string[]> {
  const { body } = await api.get('/user/notices', { token });
  return (body as unknown as { notices: { kind: string }[] }).notices.map(({ kind }) => kind);
}

// The attacker wants: a copy of a token to stay useful while its owner goes on and refreshes, or to refresh it first.
describe('a token that was replaced', () => {
  it.each([
    ['a thief who has a copy of it', true],
    ['its owner, from whom a thief has taken the refreshed one', false],
  ])('ends the session for both when it is shown by %s', async (_, isThief) => {
    const { email, token } = await api.signUp();
    const elsewhere = (await api.signIn(email)).body.token;
    const current = await refreshed(token);
    ageSessions(server, UNDER_WAY_SECONDS + 1);
    const shown = isThief ? '/user' : '/user/sessions';
    expect(await api.get(shown, { token })).toMatchObject(REFUSED);
    // Nobody can tell which of both is the thief.
    expect(await api.get('/user', { token: current })).toMatchObject(REFUSED);
    expect(await api.post('/user/auth/refresh', { token: current })).toMatchObject(REFUSED);
    // The owner is told, and goes on where they have signed in as well.
    expect(await noticesOf(elsewhere)).toContain('session_reused');
    expect(await sessionIdsOf(api, elsewhere)).toHaveLength(1);
  });

  it('is not refreshed again, also not while a call may be under way', async () => {
    const { token } = await api.signUp();
    const current = await refreshed(token);
    const again = await api.post('/user/auth/refresh', { token });
    expect(again).toMatchObject({ status: 409, body: { code: 'token_superseded' } });
    expect((await api.get('/user', { token: current })).status).toBe(200);
  });

  it('is worth nothing at once when the one after it has been replaced as well', async () => {
    const { token } = await api.signUp();
    const current = await refreshed(await refreshed(token));
    expect(await api.get('/user', { token })).toMatchObject(REFUSED);
    expect(await api.get('/user', { token: current })).toMatchObject(REFUSED);
  });

  it('gives one new token to twenty who refresh it at once', async () => {
    const { token } = await api.signUp();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => api.post('/user/auth/refresh', { token })),
    );
    const winners = answers.filter(({ status }) => status === 200);
    expect(winners).toHaveLength(1);
    expect(answers.filter(({ body }) => body.code === 'token_superseded')).toHaveLength(19);
    expect((await api.get('/user', { token: winners[0]!.body.token })).status).toBe(200);
  });

  it('does not come back to life after its session has ended', async () => {
    const { token } = await api.signUp();
    const current = await refreshed(token);
    expect((await api.post('/user/auth/revoke-token', { token: current })).status).toBe(200);
    for (const dead of [token, current]) {
      expect(await api.get('/user', { token: dead })).toMatchObject(REFUSED);
      expect(await api.post('/user/auth/refresh', { token: dead })).toMatchObject(REFUSED);
    }
  });
});

describe('refreshing', () => {
  it('makes a session neither longer nor fresher, however often', async () => {
    const { token } = await api.signUp();
    const before = decodeJwt(token);
    ageSessions(server, 3600);
    let current = token;
    for (let i = 0; i < 5; i++) current = await refreshed(current);
    const after = decodeJwt(current);
    expect(after.exp).toBeLessThanOrEqual(before.exp!);
    expect(after).toMatchObject({ sid: before['sid'], amr: ['pwd'] });
    // It was an hour ago that the person has shown who they are.
    expect(Number(after['auth_time'])).toBeLessThan(Number(before['auth_time']) - 3590);
    expect(await api.post('/user/recovery-codes', { token: current })).toMatchObject({
      status: 403,
      body: { code: 'reauthentication_required' },
    });
  });
});
