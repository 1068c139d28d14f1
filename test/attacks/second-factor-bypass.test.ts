import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ApiClient, PASSWORD } from '../support/api-client.js';
import { attempt, bearer } from '../support/attacks/calls.js';
import { ageSessions } from '../support/attacks/passage-of-time.js';
import { type Route, nameOf, routesOf } from '../support/attacks/routes.js';
import { bindPasskey, createVictim, newAuthenticator, stateOf } from '../support/attacks/victim.js';
import { runCommand } from '../support/command.js';
import { still } from '../support/faces.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

const REAUTHENTICATION_SECONDS = 600;
/** All that weakens an account, or gives it away. */
const SENSITIVE = [
  'DELETE /user',
  'DELETE /user/consent',
  'DELETE /user/passkeys/{id}',
  'GET /user/export',
  'POST /user/disable-face-verification',
  'POST /user/image/image-embedding',
  'POST /user/live-enrolment',
  'POST /user/passkeys',
  'POST /user/passkeys/options',
  'POST /user/password',
  'POST /user/recovery-codes',
];

let server: RunningServer;
let api: ApiClient;
let routes: Route[];
let franck: Buffer;
beforeAll(async () => {
  server = await startServer({ REAUTH_MAX_AGE: String(REAUTHENTICATION_SECONDS) });
  api = await ApiClient.for(server);
  routes = await routesOf(server);
  franck = await still('franck_02159.jpg');
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

async function methodsOf(token: string): Promise<string[]> {
  const { body } = await api.get('/user/auth/verification', { token });
  return (body as unknown as { methods: string[] }).methods;
}

// The attacker, who has the password, wants: in without the face, by making the account lose it.
describe('an account whose face is gone', () => {
  it('does not open to the password alone because an operator has taken the face off', async () => {
    const { email, id } = await api.enrolled(franck);
    const reset = await runCommand(['user', 'reset-face', id], { DATA_DIR: server.dataDirectory });
    expect(reset.code).toBe(0);
    const token = await api.verificationToken(email);
    expect(await methodsOf(token)).toEqual(['recovery_code']);
    // Nor by any other call that completes a sign-in, with the face that was there.
    for (const route of routes.filter(({ security }) => security === 'verification')) {
      const { body } = await attempt(server.url, route, { headers: bearer(token), picture: franck });
      expect(JSON.stringify(body), nameOf(route)).not.toMatch(/"token"|"user"/);
    }
    const code = /shown this once: (\S+)/.exec(reset.stdout)![1]!;
    const signedIn = await api.post('/user/auth/recovery-code', { token, json: { code } });
    expect(signedIn.status).toBe(200);
    // That was once. The account still owes a second factor, until it has one.
    const next = await api.verificationToken(email);
    expect(await methodsOf(next)).toEqual([]);
    await bindPasskey(api, signedIn.body.token, newAuthenticator());
    expect(await methodsOf(await api.verificationToken(email))).toEqual(['passkey']);
  });

  it('does not while it has a passkey, whatever its owner takes off', async () => {
    const { email, token } = await createVictim(api, franck);
    expect((await api.post('/user/disable-face-verification', { token })).status).toBe(200);
    expect((await api.delete('/user/consent', { token })).status).toBe(200);
    expect(await methodsOf(await api.verificationToken(email))).toEqual(['passkey', 'recovery_code']);
  });
});

describe('a session that its owner has left open', () => {
  it('is not enough, after a while, for anything that weakens the account or gives it away', async () => {
    const owner = await createVictim(api, franck);
    ageSessions(server, REAUTHENTICATION_SECONDS + 1);
    // A refreshed token is none that somebody has signed in for.
    const token = (await api.post('/user/auth/refresh', { token: owner.token })).body.token;
    const before = await stateOf(server.url, token);
    const answered: string[] = [];
    for (const route of routes.filter(({ security }) => security === 'authorization')) {
      const isPassword = route.path === '/user/password';
      const given = {
        headers: bearer(token),
        ids: { id: owner.authenticator.id },
        picture: franck,
        ...(isPassword ? { body: { current_password: PASSWORD, password: 'chosen by somebody' } } : {}),
      };
      // These end or renew sessions, which may be done at any time.
      if (/revoke|sessions|refresh/.test(route.path) && route.method !== 'GET') continue;
      const { code, status } = await attempt(server.url, route, given);
      if (code === 'reauthentication_required') answered.push(`${nameOf(route)} ${status}`);
    }
    expect(answered.sort()).toEqual(SENSITIVE.map((name) => `${name} 403`).sort());
    const after = await stateOf(server.url, token);
    expect(after['/user']).toEqual(before['/user']);
    expect(after['/user/passkeys']).toEqual(before['/user/passkeys']);
    expect(after['/user/recovery-codes']).toEqual(before['/user/recovery-codes']);
    expect(await methodsOf(await api.verificationToken(owner.email))).toEqual([
      'face',
      'passkey',
      'recovery_code',
    ]);
  });
});

describe('a second factor without the first', () => {
  it('opens nothing: a recovery code, a passkey or a face need the token that the password gives', async () => {
    const { codes, authenticator, token } = await createVictim(api, franck);
    const { body } = await api.post('/user/auth/device/options');
    const response = authenticator.get(body as unknown as { challenge: string });
    const stranger = (await api.signUp()).token;
    for (const headers of [{}, bearer(stranger), bearer('x'), { authorization: 'Bearer null' }]) {
      for (const [path, json] of [
        ['/user/auth/recovery-code', { code: codes[0] }],
        ['/user/auth/passkey', { response }],
        ['/user/auth/passkey/options', undefined],
        ['/user/live-verification', undefined],
      ] as const) {
        const answer = await api.post(path, { headers, ...(json ? { json } : {}) });
        expect({ path, status: answer.status }).toEqual({ path, status: 401 });
      }
      const compare = routes.filter(({ path }) => path.endsWith('compare-faces'));
      for (const route of compare) {
        expect((await attempt(server.url, route, { headers, picture: franck })).status).toBe(401);
      }
    }
    // To be a known device is not to be signed in.
    const known = await api.post('/user/auth/device', { json: { response } });
    expect(known.status).toBe(200);
    const device = known.headers.get('vultus-device-token')!;
    for (const headers of [{ 'vultus-device-token': device }, bearer(device)]) {
      expect((await api.get('/user', { headers })).status).toBe(401);
    }
    expect((await api.get('/user/recovery-codes', { token })).body).toEqual({ remaining: 10 });
  });

  it('does not come with a new password, nor with a known device', async () => {
    const { email, token } = await createVictim(api);
    const json = { current_password: PASSWORD, password: 'a longer walk by the river' };
    expect((await api.post('/user/password', { token, json })).status).toBe(200);
    const headers = { 'vultus-device-token': (await api.signUp()).token };
    const again = await api.post('/user/auth/sign-in', { json: { email, password: json.password }, headers });
    expect(again.status).toBe(210);
    // Nor by signing up once more.
    const taken = await api.post('/user/auth/sign-up', { json: { email, password: 'my own password' } });
    expect(taken.status).toBe(409);
  });
});
