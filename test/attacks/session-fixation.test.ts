import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { ApiClient, PASSWORD, form } from '../support/api-client.js';
import { bearer } from '../support/attacks/calls.js';
import { type Victim, createVictim, sessionIdsOf } from '../support/attacks/victim.js';
import { Browser } from '../support/browser.js';
import { still } from '../support/faces.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

const AUTHORIZATION = '__Host-vultus-authorization';
const VERIFICATION = '__Host-vultus-verification';
const REFUSED = { status: 401, body: { code: 'invalid_token' } };

let server: RunningServer;
let api: ApiClient;
let franck: Buffer;
let victim: Victim;
let browser: Browser;
/** Of the attacker, who knows it. */
let planted: string;
beforeAll(async () => {
  server = await startServer();
  api = await ApiClient.for(server);
  franck = await still('franck_02159.jpg');
  victim = await createVictim(api, franck);
});
beforeEach(async () => {
  browser = new Browser(server.url);
  planted = (await api.signUp()).token;
  browser.cookies.set(AUTHORIZATION, planted);
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

const passwordStep = () =>
  browser.send('POST', '/user/auth/sign-in', { json: { email: victim.email, password: PASSWORD } });

/** Every way in which a sign-in becomes complete. */
const WAYS: [string, () => Promise<{ status: number }>][] = [
  [
    'a new account',
    () =>
      browser.send('POST', '/user/auth/sign-up', {
        json: { email: `${randomUUID()}@example.org`, password: PASSWORD },
      }),
  ],
  [
    'a password',
    async () => {
      const { email } = await api.signUp();
      return browser.send('POST', '/user/auth/sign-in', { json: { email, password: PASSWORD } });
    },
  ],
  [
    'a face',
    async () => {
      await passwordStep();
      return browser.send('POST', '/user/image/compare-faces', { body: form(franck) });
    },
  ],
  [
    'a passkey',
    async () => {
      await passwordStep();
      const { body } = await browser.send('POST', '/user/auth/passkey/options');
      const response = victim.authenticator.get(body as { challenge: string });
      return browser.send('POST', '/user/auth/passkey', { json: { response } });
    },
  ],
  [
    'a recovery code',
    async () => {
      await passwordStep();
      return browser.send('POST', '/user/auth/recovery-code', { json: { code: victim.codes[0] } });
    },
  ],
];

// The attacker wants: the victim to sign in to a session whose token the attacker has put there, and so knows.
describe('a session that somebody planted in a browser', () => {
  it.each(WAYS)('is not the one after a sign-in with %s, and ends with it', async (_, signIn) => {
    expect((await signIn()).status).toBeLessThan(300);
    const token = browser.cookies.get(AUTHORIZATION)!;
    expect(token).not.toBe(planted);
    expect(await browser.send('GET', '/user')).toMatchObject({ status: 200 });
    expect(await api.get('/user', { token: planted })).toMatchObject(REFUSED);
    // Nor is anything of it in the new one.
    const { body } = await api.get('/user', { token });
    expect(body.user.email).not.toBeUndefined();
    const [header, payload] = planted.split('.');
    expect(token.startsWith(`${header}.${payload}`)).toBe(false);
  });

  it('is not what a sign-in makes of a value of the attacker’s choice', async () => {
    for (const value of ['chosen', `${planted.slice(0, -3)}abc`, encodeURIComponent('"; Path=/'), '']) {
      browser.cookies.set(AUTHORIZATION, value);
      const { email } = await api.signUp();
      const { setCookies, status } = await browser.send('POST', '/user/auth/sign-in', {
        json: { email, password: PASSWORD },
      });
      expect(status).toBe(200);
      expect(browser.cookies.get(AUTHORIZATION)).toMatch(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/);
      if (value !== '') expect(setCookies.join('\n')).not.toContain(value);
    }
  });

  it('may be a sign-in that waits for its face: the next password begins another one', async () => {
    const attacker = await createVictim(api);
    browser.cookies.set(VERIFICATION, await api.verificationToken(attacker.email));
    expect((await passwordStep()).status).toBe(210);
    const code = { code: victim.codes[1] };
    const { status, body } = await browser.send('POST', '/user/auth/recovery-code', { json: code });
    expect(status).toBe(200);
    expect(body).toMatchObject({ user: { email: victim.email } });
    expect(browser.cookies.has(VERIFICATION)).toBe(false);
  });
});

describe('a new session', () => {
  it('comes of every sign-in, under an id and a token that nobody has asked for', async () => {
    const { email, token } = await api.signUp();
    const ids = new Set(await sessionIdsOf(api, token));
    for (let i = 0; i < 3; i++) {
      const headers = { ...bearer(token), 'x-session-id': [...ids][0]! };
      const answer = await api.post('/user/auth/sign-in', { json: { email, password: PASSWORD }, headers });
      expect(answer.status).toBe(200);
      const [latest] = await sessionIdsOf(api, answer.body.token);
      expect(ids.has(latest!)).toBe(false);
      ids.add(latest!);
    }
    const json = { email, password: PASSWORD, sid: [...ids][0] };
    expect((await api.post('/user/auth/sign-in', { json })).status).toBe(400);
  });
});

describe('a change of the password', () => {
  it('gives the session another token, and ends every other, whoever has it', async () => {
    const { email, token } = await api.signUp();
    const stolen = (await api.signIn(email)).body.token;
    const json = { current_password: PASSWORD, password: 'a longer walk by the river' };
    const changed = await api.post('/user/password', { token, json });
    expect(changed.status).toBe(200);
    expect(changed.body.token).not.toBe(token);
    expect((await api.get('/user', { token: changed.body.token })).status).toBe(200);
    expect(await api.get('/user', { token: stolen })).toMatchObject(REFUSED);
    expect(await sessionIdsOf(api, changed.body.token)).toHaveLength(1);
  });

  it('makes the token worthless that the session had before, at once', async () => {
    const { token } = await api.signUp();
    const json = { current_password: PASSWORD, password: 'a longer walk by the river' };
    expect((await api.post('/user/password', { token, json })).status).toBe(200);
    expect(await api.get('/user', { token })).toMatchObject(REFUSED);
  });
});
