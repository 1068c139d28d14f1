import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ApiClient, PASSWORD } from '../support/api-client.js';
import { Authenticator } from '../support/authenticator.js';
import { Browser } from '../support/browser.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

/** The page that is allowed by default, on the host that a server is reached at by default. */
const ORIGIN = 'http://localhost:3000';
const RP_ID = 'localhost';
const DEVICE_HEADER = 'vultus-device-token';
const REJECTED = { status: 401, body: { code: 'passkey_rejected' } };

interface Options {
  readonly challenge: string;
  readonly rp: { readonly id: string };
  readonly rpId: string;
  readonly user: { readonly id: string; readonly name: string };
  readonly allowCredentials?: readonly { readonly id: string }[];
  readonly excludeCredentials?: readonly { readonly id: string }[];
}

let server: RunningServer;
let api: ApiClient;
beforeAll(async () => {
  server = await startServer({ ATTEMPTS_BEFORE_DELAY: '2' });
  api = await ApiClient.for(server);
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

const optionsOf = async (path: string, token?: string): Promise<Options> => {
  const { status, body } = await api.post(path, { token });
  expect(status).toBe(200);
  return body as unknown as Options;
};

const register = async (token: string, authenticator: Authenticator, name = 'Blue key') => {
  const response = authenticator.create(await optionsOf('/user/passkeys/options', token));
  return api.post('/user/passkeys', { token, json: { name, response } });
};

/** An account with a passkey. */
async function bound(authenticator = new Authenticator(RP_ID, ORIGIN)) {
  const account = await api.signUp();
  expect((await register(account.token, authenticator)).status).toBe(201);
  return { ...account, authenticator };
}

const listOf = async (token: string) =>
  ((await api.get('/user/passkeys', { token })).body as unknown as { passkeys: unknown[] }).passkeys;

describe('a passkey as the second factor', () => {
  it('is bound, asked for, and completes a sign-in once', async () => {
    const { email, id, token } = await api.signUp();
    const authenticator = new Authenticator(RP_ID, ORIGIN, 'copied');
    const options = await optionsOf('/user/passkeys/options', token);
    expect(options).toMatchObject({ rp: { id: RP_ID }, user: { name: email }, excludeCredentials: [] });
    expect(Buffer.from(options.user.id, 'base64url').toString()).toBe(id);
    const made = await api.post('/user/passkeys', {
      token,
      json: { name: ' My telephone ', response: authenticator.create(options) },
    });
    const passkey = {
      id: authenticator.id,
      name: 'My telephone',
      backed_up: true,
      created_at: expect.any(String) as string,
      last_used_at: null,
    };
    expect(made).toMatchObject({ status: 201, body: { passkey } });
    expect(await listOf(token)).toEqual([passkey]);

    const verification = await api.verificationToken(email);
    const methods = await api.get('/user/auth/verification', { token: verification });
    expect(methods.body).toMatchObject({ methods: ['passkey'] });
    const asked = await optionsOf('/user/auth/passkey/options', verification);
    expect(asked).toMatchObject({ rpId: RP_ID, allowCredentials: [{ id: authenticator.id }] });
    const response = authenticator.get(asked);
    const signedIn = await api.post('/user/auth/passkey', { token: verification, json: { response } });
    expect(signedIn).toMatchObject({ status: 200, body: { user: { id, email, fv: [] } } });
    expect(decodeJwt(signedIn.body.token)['amr']).toEqual(['pwd', 'pop']);
    expect((await api.get('/user', { token: signedIn.body.token })).body.user.id).toBe(id);
    expect(await listOf(token)).toMatchObject([{ last_used_at: expect.any(String) as string }]);

    const again = await api.post('/user/auth/passkey', { token: verification, json: { response } });
    expect(again).toMatchObject({ status: 401, body: { code: 'invalid_token' } });
  });

  it('is refused from another site, and the sign-in may go on', async () => {
    const { authenticator, email } = await bound();
    const verification = await api.verificationToken(email);
    const complete = async (ceremony?: { origin: string }) => {
      const options = await optionsOf('/user/auth/passkey/options', verification);
      const response = authenticator.get(options, ceremony);
      return api.post('/user/auth/passkey', { token: verification, json: { response } });
    };
    expect(await complete({ origin: 'https://evil.example' })).toMatchObject(REJECTED);
    expect((await complete()).status).toBe(200);
  });

  it('is refused as the passkey of another account', async () => {
    const [ada, bob] = [await bound(), await bound()];
    const verification = await api.verificationToken(ada.email);
    const response = bob.authenticator.get(await optionsOf('/user/auth/passkey/options', verification));
    const refused = await api.post('/user/auth/passkey', { token: verification, json: { response } });
    expect(refused).toMatchObject(REJECTED);
  });

  it('belongs to one account', async () => {
    const { authenticator, token } = await bound();
    const used = { status: 409, body: { code: 'passkey_in_use' } };
    expect(await register(token, authenticator)).toMatchObject(used);
    const other = await api.signUp();
    expect(await register(other.token, authenticator)).toMatchObject(used);
    expect(await listOf(other.token)).toEqual([]);
  });

  it.each([16, 1023])('of an id of %i bytes is removed by its owner only', async (idBytes) => {
    const { authenticator, email, token } = await bound(
      new Authenticator(RP_ID, ORIGIN, 'counting', idBytes),
    );
    const path = `/user/passkeys/${authenticator.id}`;
    const documentedAs = '/user/passkeys/{id}';
    const other = await api.signUp();
    const refused = await api.delete(path, { token: other.token, documentedAs });
    expect(refused).toMatchObject({ status: 404, body: { code: 'passkey_not_found' } });
    expect((await api.signIn(email)).status).toBe(210);
    expect(await api.delete(path, { token, documentedAs })).toMatchObject({
      status: 200,
      body: { revoked: true },
    });
    // Without one the password is enough again.
    expect((await api.signIn(email)).status).toBe(200);
    expect((await api.delete(path, { token, documentedAs })).status).toBe(404);
  });

  it('needs the right kind of token', async () => {
    const { authenticator, email, token } = await bound();
    const verification = await api.verificationToken(email);
    const json = { response: authenticator.get({ challenge: 'AAAA' }) };
    const answers = [
      await api.get('/user/passkeys', { token: verification }),
      await api.post('/user/passkeys/options', { token: verification }),
      await api.post('/user/passkeys', {
        token: verification,
        json: { name: 'key', response: new Authenticator(RP_ID, ORIGIN).create({ challenge: 'AAAA' }) },
      }),
      await api.post('/user/auth/passkey/options', { token }),
      await api.post('/user/auth/passkey', { token, json }),
      await api.post('/user/auth/passkey', { json }),
    ];
    for (const answer of answers)
      expect(answer).toMatchObject({ status: 401, body: { code: 'invalid_token' } });
  });
});

describe('an answer that no browser gives', () => {
  it.each<[string, object | null]>([
    ['is missing', null],
    ['has no id', { rawId: 'AA', type: 'public-key', response: {} }],
    ['is of another type', { id: 'AA', rawId: 'AA', type: 'password', response: {} }],
    ['has no text where text belongs', { id: { $ne: null }, rawId: 'AA', type: 'public-key', response: {} }],
  ])('is no valid input when it %s', async (_, response) => {
    const answer = await api.post('/user/auth/device', { json: { response } });
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
  });

  it('is refused when its parts are garbage', async () => {
    const { authenticator, token } = await bound();
    const parts = ['', 'AAAA', 'bnVsbA', Buffer.from('{"challenge":7}').toString('base64url')];
    for (const part of parts) {
      const answer = authenticator.get(await optionsOf('/user/auth/device/options'));
      for (const name of ['clientDataJSON', 'authenticatorData', 'signature']) {
        const response = { ...answer, response: { ...answer.response, [name]: part } };
        expect(await api.post('/user/auth/device', { json: { response } })).toMatchObject(REJECTED);
      }
      const made = new Authenticator(RP_ID, ORIGIN).create(await optionsOf('/user/passkeys/options', token));
      for (const name of ['clientDataJSON', 'attestationObject']) {
        const response = { ...made, response: { ...made.response, [name]: part } };
        expect(await api.post('/user/passkeys', { token, json: { name: 'key', response } })).toMatchObject(
          REJECTED,
        );
      }
    }
    expect(await listOf(token)).toHaveLength(1);
  });

  it.each(['', '  ', 'x'.repeat(61), 'a\u0000b', 'a\u202eb', 7])(
    'has no name of its own: %j',
    async (name) => {
      const { token } = await api.signUp();
      const response = new Authenticator(RP_ID, ORIGIN).create(
        await optionsOf('/user/passkeys/options', token),
      );
      const answer = await api.post('/user/passkeys', { token, json: { name, response } });
      expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
      expect(answer.body.errors.map(({ field }) => field)).toEqual(['name']);
    },
  );
});

describe('a passkey as the key of a device', () => {
  const lockOut = async (email: string) => {
    for (let failure = 0; failure < 2; failure++) await api.signIn(email, 'a wrong password');
    const refused = await api.signIn(email);
    expect(refused).toMatchObject({ status: 429, body: { code: 'too_many_attempts' } });
  };

  it('keeps its owner in while strangers are kept out', async () => {
    const { authenticator, email } = await bound();
    await lockOut(email);
    const options = await optionsOf('/user/auth/device/options');
    expect(options.allowCredentials ?? []).toEqual([]);
    const known = await api.post('/user/auth/device', { json: { response: authenticator.get(options) } });
    expect(known).toMatchObject({ status: 200, body: {} });
    expect(Object.keys(known.body)).toEqual([]);
    const deviceToken = known.headers.get(DEVICE_HEADER)!;
    const owner = await api.post('/user/auth/sign-in', {
      json: { email, password: PASSWORD },
      headers: { [DEVICE_HEADER]: deviceToken },
    });
    expect(owner.status).toBe(210);
    expect((await api.signIn(email)).status).toBe(429);
    // It says which device asks, and opens nothing.
    expect((await api.get('/user', { token: deviceToken })).status).toBe(401);
  });

  it('is kept in a cookie by browsers that ask for cookies', async () => {
    const { authenticator, email } = await bound();
    await lockOut(email);
    const browser = new Browser(server.url);
    const options = await browser.send('POST', '/user/auth/device/options');
    const response = authenticator.get(options.body as unknown as Options);
    const known = await browser.send('POST', '/user/auth/device', { json: { response } });
    expect(known).toMatchObject({ status: 200, body: {} });
    expect(known.headers.get(DEVICE_HEADER)).toBeNull();
    expect([...browser.cookies.keys()]).toEqual(['__Host-vultus-device']);
    const signIn = await browser.send('POST', '/user/auth/sign-in', { json: { email, password: PASSWORD } });
    expect(signIn).toMatchObject({ status: 210, body: {} });
    const asked = await browser.send('POST', '/user/auth/passkey/options');
    const answer = authenticator.get(asked.body as unknown as Options);
    const signedIn = await browser.send('POST', '/user/auth/passkey', { json: { response: answer } });
    expect(signedIn).toMatchObject({ status: 200, body: { user: { email } } });
    expect(Object.keys(signedIn.body)).toEqual(['user']);
    expect(await browser.send('GET', '/user/passkeys')).toMatchObject({
      status: 200,
      body: { passkeys: [{ id: authenticator.id }] },
    });
  });

  it('is refused when the passkey is unknown, or its answer is shown twice', async () => {
    const { authenticator } = await bound();
    const stranger = new Authenticator(RP_ID, ORIGIN).get(await optionsOf('/user/auth/device/options'));
    expect(await api.post('/user/auth/device', { json: { response: stranger } })).toMatchObject(REJECTED);
    const response = authenticator.get(await optionsOf('/user/auth/device/options'));
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => api.post('/user/auth/device', { json: { response } })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401, 401]);
  });
});
