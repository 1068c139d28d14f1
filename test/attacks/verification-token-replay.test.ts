import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ApiClient, PASSWORD } from '../support/api-client.js';
import { attempt, bearer } from '../support/attacks/calls.js';
import { expectRefused } from '../support/attacks/forged-tokens.js';
import { type Route, nameOf, routesOf } from '../support/attacks/routes.js';
import { type Victim, createVictim, newAuthenticator } from '../support/attacks/victim.js';
import { still } from '../support/faces.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

let server: RunningServer;
let api: ApiClient;
let routes: Route[];
let franck: Buffer;
let victim: Victim;
beforeAll(async () => {
  server = await startServer();
  api = await ApiClient.for(server);
  routes = (await routesOf(server)).filter(({ security }) => security === 'verification');
  franck = await still('franck_02159.jpg');
  victim = await createVictim(api, franck);
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

const byCode = (token: string, code: string) =>
  api.post('/user/auth/recovery-code', { token, json: { code } });

async function byPasskey(token: string) {
  const { body } = await api.post('/user/auth/passkey/options', { token });
  const response = victim.authenticator.get(body as unknown as { challenge: string });
  return { response, answer: await api.post('/user/auth/passkey', { token, json: { response } }) };
}

// The attacker wants: to sign in with what they saw the owner sign in with.
describe('a verification token that has been used', () => {
  it('completes nothing more, with the right face, code or passkey, nor any other call', async () => {
    const token = await api.verificationToken(victim.email);
    for (const route of routes.filter(({ method }) => method === 'GET')) {
      expect((await attempt(server.url, route, { headers: bearer(token) })).status).toBe(200);
    }
    const { response, answer } = await byPasskey(token);
    expect(answer.status).toBe(200);
    const replayed = await api.post('/user/auth/passkey', { token, json: { response } });
    expect(replayed).toMatchObject({ status: 401, body: { code: 'invalid_token' } });
    expect(await byCode(token, victim.codes[0]!)).toMatchObject({
      status: 401,
      body: { code: 'invalid_token' },
    });
    await expectRefused(server.url, routes, { 'the token of before': token }, { picture: franck });
    // The code was not spent by that.
    const { body } = await api.get('/user/recovery-codes', { token: victim.token });
    expect(body).toEqual({ remaining: 10 });
  });

  it('is worth one session to however many complete it at once', async () => {
    const owner = await createVictim(api);
    const token = await api.verificationToken(owner.email);
    const answers = await Promise.all(owner.codes.slice(0, 6).map((code) => byCode(token, code)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ body }) => body.code === 'invalid_token')).toHaveLength(5);
  });

  it('is no use to a sign-in of somebody else, nor is theirs to it', async () => {
    const other = await createVictim(api);
    const [mine, theirs] = await Promise.all([
      api.verificationToken(victim.email),
      api.verificationToken(other.email),
    ]);
    const challenge = async () => {
      const { body } = await api.post('/user/auth/passkey/options', { token: mine });
      return body as unknown as { challenge: string };
    };
    for (const [token, authenticator] of [
      [mine, other.authenticator],
      [theirs, victim.authenticator],
      [theirs, other.authenticator],
    ] as const) {
      const json = { response: authenticator.get(await challenge()) };
      const refused = await api.post('/user/auth/passkey', { token, json });
      expect(refused).toMatchObject({ status: 401, body: { code: 'passkey_rejected' } });
    }
    expect(await byCode(theirs, victim.codes[0]!)).toMatchObject({
      status: 401,
      body: { code: 'invalid_recovery_code' },
    });
    // It was neither the passkey nor the token that was wrong.
    const json = { response: victim.authenticator.get(await challenge()) };
    expect((await api.post('/user/auth/passkey', { token: mine, json })).status).toBe(200);
  });
});

describe('what was shown beside it', () => {
  it('is no use either: a recovery code is spent, a signature answers one challenge', async () => {
    const first = await api.verificationToken(victim.email);
    expect((await byCode(first, victim.codes[1]!)).status).toBe(200);
    const second = await api.verificationToken(victim.email);
    for (const spelling of [victim.codes[1]!, victim.codes[1]!.toLowerCase().replaceAll('-', ' ')]) {
      expect((await byCode(second, spelling)).body.code).toBe('invalid_recovery_code');
    }
    const { response } = await byPasskey(second);
    const third = await api.verificationToken(victim.email);
    const replayed = await api.post('/user/auth/passkey', { token: third, json: { response } });
    expect(replayed).toMatchObject({ status: 401, body: { code: 'passkey_rejected' } });
    // Nor was it made for another page.
    const { body } = await api.post('/user/auth/passkey/options', { token: third });
    const lured = victim.authenticator.get(body as unknown as { challenge: string }, {
      origin: 'http://localhost.evil.test',
    });
    expect((await api.post('/user/auth/passkey', { token: third, json: { response: lured } })).status).toBe(
      401,
    );
  });

  it('is no use where passkeys are bound, or devices recognised', async () => {
    const { body } = await api.post('/user/auth/device/options');
    const response = victim.authenticator.get(body as unknown as { challenge: string });
    const recognise = () => api.post('/user/auth/device', { json: { response } });
    expect((await recognise()).status).toBe(200);
    expect(await recognise()).toMatchObject({ status: 401, body: { code: 'passkey_rejected' } });
    const token = await api.verificationToken(victim.email);
    expect((await api.post('/user/auth/passkey', { token, json: { response } })).body.code).toBe(
      'passkey_rejected',
    );
    const stolen = newAuthenticator().create(body as unknown as { challenge: string });
    const bound = await api.post('/user/passkeys', {
      token: victim.token,
      json: { name: 'mine', response: stolen },
    });
    expect(bound).toMatchObject({ status: 401, body: { code: 'passkey_rejected' } });
  });
});

describe('a verification token that was never used', () => {
  it('does not outlive the password that it was given for', async () => {
    const owner = await createVictim(api);
    const token = await api.verificationToken(owner.email);
    const json = { current_password: PASSWORD, password: 'another horse battery' };
    expect((await api.post('/user/password', { token: owner.token, json })).status).toBe(200);
    expect(await byCode(token, owner.codes[0]!)).toMatchObject({
      status: 401,
      body: { code: 'invalid_token' },
    });
  });

  it('does not outlive the account', async () => {
    const owner = await createVictim(api);
    const token = await api.verificationToken(owner.email);
    expect((await api.delete('/user', { token: owner.token })).status).toBe(200);
    for (const route of routes) {
      const { status } = await attempt(server.url, route, { headers: bearer(token) });
      expect({ call: nameOf(route), status }).toEqual({ call: nameOf(route), status: 401 });
    }
  });
});
