import { randomUUID } from 'node:crypto';

import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ApiClient, PASSWORD } from '../support/api-client.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

const BEFORE_DELAY = 3;
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const WRONG = 'not the password';
const REPLACEMENT = 'a walk along the river';
const DEVICE_HEADER = 'vultus-device-token';
const INVALID_TOKEN = { status: 401, body: { code: 'invalid_token' } };
const NOT_FOUND = { status: 404, body: { code: 'session_not_found' } };

interface SessionAnswer {
  readonly id: string;
  readonly current: boolean;
}

const environment = { ATTEMPTS_BEFORE_DELAY: String(BEFORE_DELAY) };
let server: RunningServer;
let api: ApiClient;
beforeAll(async () => {
  server = await startServer(environment);
  api = await ApiClient.for(server);
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

const signIn = (email: string, password = PASSWORD, headers: Record<string, string> = {}) =>
  api.post('/user/auth/sign-in', { json: { email, password }, headers });
/** An account with two sessions, the second of which was opened with Firefox. */
async function signedInTwice() {
  const first = await api.signUp();
  const second = await signIn(first.email, PASSWORD, { 'user-agent': FIREFOX });
  return { ...first, other: second.body.token };
}
const listOf = async (token: string) =>
  ((await api.get('/user/sessions', { token })).body as unknown as { sessions: SessionAnswer[] }).sessions;
const refresh = (token: string) => api.post('/user/auth/refresh', { token });
const changePassword = (token: string, current: string, password = REPLACEMENT) =>
  api.post('/user/password', { token, json: { current_password: current, password } });
const end = (id: string, token: string) =>
  api.delete(`/user/sessions/${encodeURIComponent(id)}`, { token, documentedAs: '/user/sessions/{id}' });

describe('the sessions of an account', () => {
  it('are listed for its owner, the latest first, without anything that could be shown as a token', async () => {
    const { token, other } = await signedInTwice();
    const sessions = await listOf(token);
    const time = expect.stringMatching(/^20\d\d-.*Z$/) as string;
    const times = { authenticated_at: time, last_used_at: time, expires_at: time };
    expect(sessions).toEqual([
      { id: decodeJwt(other)['sid'], current: false, device: 'Firefox on Linux', methods: ['pwd'], ...times },
      { id: decodeJwt(token)['sid'], current: true, device: null, methods: ['pwd'], ...times },
    ]);
    expect((await listOf(other)).map(({ current }) => current)).toEqual([true, false]);
    for (const shown of [token, other]) {
      expect(JSON.stringify(sessions)).not.toContain(decodeJwt(shown).jti);
    }
  });

  it('are ended one by one, each by its owner only', async () => {
    const { token, other } = await signedInTwice();
    const stranger = await api.signUp();
    const [{ id }] = (await listOf(token)) as [SessionAnswer];
    expect(await end(id, stranger.token)).toMatchObject(NOT_FOUND);
    expect((await api.get('/user', { token: other })).status).toBe(200);
    expect(await end(id, token)).toMatchObject({ status: 200, body: { revoked: true } });
    expect(await api.get('/user', { token: other })).toMatchObject(INVALID_TOKEN);
    for (const gone of [id, randomUUID(), '%2e%2e', 'x'.repeat(1000)]) {
      expect(await end(gone, token)).toMatchObject(NOT_FOUND);
    }
  });

  it('are ended all but the one that asks', async () => {
    const { token, other, email } = await signedInTwice();
    const third = (await signIn(email)).body.token;
    expect((await api.post('/user/sessions/revoke-others', { token })).body).toEqual({ revoked: 2 });
    for (const ended of [other, third]) {
      expect(await api.get('/user', { token: ended })).toMatchObject(INVALID_TOKEN);
    }
    expect((await api.get('/user', { token })).status).toBe(200);
  });

  it('are the business of nobody without a session', async () => {
    const { token } = await api.signUp();
    const [{ id }] = (await listOf(token)) as [SessionAnswer];
    for (const wrong of [undefined, 'x.y.z']) {
      expect(await api.get('/user/sessions', { token: wrong })).toMatchObject(INVALID_TOKEN);
      expect(await api.post('/user/sessions/revoke-others', { token: wrong })).toMatchObject(INVALID_TOKEN);
      expect(await refresh(wrong ?? '')).toMatchObject(INVALID_TOKEN);
      expect(await end(id, wrong ?? '')).toMatchObject(INVALID_TOKEN);
    }
    expect((await api.get('/user', { token })).status).toBe(200);
  });
});

describe('a refresh', () => {
  it('gives a token for the same session; the one before is taken by calls, and makes no other', async () => {
    const { token } = await api.signUp();
    const { status, body } = await refresh(token);
    expect(status).toBe(200);
    const { sid, auth_time: authenticatedAt, amr } = decodeJwt(token);
    expect(authenticatedAt).toBeTypeOf('number');
    expect(decodeJwt(body.token)).toMatchObject({ sid, auth_time: authenticatedAt, amr });
    expect(decodeJwt(body.token).jti).not.toBe(decodeJwt(token).jti);
    for (const taken of [token, body.token]) {
      expect((await api.get('/user', { token: taken })).status).toBe(200);
    }
    expect(await refresh(token)).toMatchObject({ status: 409, body: { code: 'token_superseded' } });
    expect((await refresh(body.token)).status).toBe(200);
  });

  it('after which a token of two refreshes ago is shown ends the session', async () => {
    const { token } = await api.signUp();
    const second = (await refresh(token)).body.token;
    const third = (await refresh(second)).body.token;
    expect(await api.get('/user', { token })).toMatchObject(INVALID_TOKEN);
    expect(await api.get('/user', { token: third })).toMatchObject(INVALID_TOKEN);
  });
});

describe('a change of the password', () => {
  it('answers a token, and ends everything that the old one had opened', async () => {
    const { token, other, email } = await signedInTwice();
    const { status, body } = await changePassword(token, PASSWORD);
    expect(status).toBe(200);
    expect((await api.get('/user', { token: body.token })).status).toBe(200);
    expect(await api.get('/user', { token: other })).toMatchObject(INVALID_TOKEN);
    expect(await listOf(body.token)).toMatchObject([{ current: true }]);
    expect((await signIn(email)).body.code).toBe('invalid_credentials');
    expect((await signIn(email, REPLACEMENT)).status).toBe(200);
  });

  it('says what is wrong with the new one, and changes nothing', async () => {
    const { token, email } = await api.signUp();
    expect(await changePassword(token, PASSWORD, 'short')).toMatchObject({
      status: 400,
      body: { code: 'validation_failed', errors: [{ field: 'password' }] },
    });
    for (const json of [{}, { password: REPLACEMENT }, { current_password: PASSWORD, password: 7 }]) {
      expect(await api.post('/user/password', { token, json })).toMatchObject({ status: 400 });
    }
    expect((await signIn(email)).status).toBe(200);
  });

  it('needs the current one, and tries at that are counted with those at sign-in', async () => {
    const { token, email } = await api.signUp();
    for (let i = 1; i < BEFORE_DELAY; i++) {
      expect(await changePassword(token, WRONG)).toMatchObject({
        status: 401,
        body: { code: 'invalid_credentials' },
      });
    }
    expect((await signIn(email, WRONG)).status).toBe(401);
    for (const answer of [await changePassword(token, PASSWORD), await signIn(email)]) {
      expect(answer).toMatchObject({ status: 429, body: { code: 'too_many_attempts' } });
      expect(Number(answer.headers.get('retry-after'))).toBeOneOf([29, 30]);
    }
    expect((await api.get('/user', { token })).status).toBe(200);
  });
});

describe('too many failed sign-ins', () => {
  const fail = async (email: string, headers: Record<string, string> = {}) => {
    const answers = [];
    for (let i = 0; i <= BEFORE_DELAY; i++) {
      const { status, body } = await signIn(email, WRONG, headers);
      answers.push({ status, code: body.code, detail: body.detail });
    }
    return answers;
  };

  it('look the same whether or not there is an account', async () => {
    const { email } = await api.signUp();
    const known = await fail(email);
    expect(known.map(({ status }) => status)).toEqual([401, 401, 401, 429]);
    expect(await fail(`${randomUUID()}@example.org`)).toEqual(known);
  });

  it('keep strangers waiting, also after a restart, and not who has signed in with their device before', async () => {
    const signedUp = await api.post('/user/auth/sign-up', {
      json: { email: `${randomUUID()}@example.org`, password: PASSWORD },
    });
    const { email } = signedUp.body.user;
    const hers = signedUp.headers.get(DEVICE_HEADER)!;
    const others = (await signIn((await api.signUp()).email)).headers.get(DEVICE_HEADER)!;
    await fail(email);
    await server.stop();
    server = await startServer({ ...environment, DATA_DIR: server.dataDirectory });
    api = await ApiClient.for(server);
    for (const headers of [{}, { [DEVICE_HEADER]: others }, { [DEVICE_HEADER]: `${hers}x` }]) {
      const refused = await signIn(email, PASSWORD, headers);
      expect(refused).toMatchObject({ status: 429, body: { code: 'too_many_attempts' } });
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(20);
    }
    const again = await signIn(email, PASSWORD, { [DEVICE_HEADER]: hers });
    expect(again.status).toBe(200);
    // It is known already, and keeps its token.
    expect(again.headers.get(DEVICE_HEADER)).toBeNull();
    expect((await signIn(email)).status).toBe(429);
  });
});
