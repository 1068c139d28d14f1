import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ApiClient, PASSWORD } from '../support/api-client.js';
import { Browser } from '../support/browser.js';
import { still } from '../support/faces.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

const REFUSED = { status: 401, body: { code: 'invalid_recovery_code' } };

let server: RunningServer;
let api: ApiClient;
let account: { email: string; token: string; id: string };
beforeAll(async () => {
  server = await startServer();
  api = await ApiClient.for(server);
  account = await api.enrolled(await still('franck_02159.jpg'));
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

async function issue(): Promise<string[]> {
  const { status, body } = await api.post('/user/recovery-codes', { token: account.token });
  expect(status).toBe(201);
  return (body as unknown as { codes: string[] }).codes;
}

const remaining = async () => (await api.get('/user/recovery-codes', { token: account.token })).body;

const complete = (token: string | undefined, code: unknown) =>
  api.post('/user/auth/recovery-code', { token, json: { code } });

describe('recovery codes', () => {
  it('stand in for a face, each once', async () => {
    expect(await remaining()).toEqual({ remaining: 0 });
    const codes = await issue();
    expect(codes).toHaveLength(10);
    for (const code of codes) expect(code).toMatch(/^([0-9A-Z]{4}-){3}[0-9A-Z]{4}$/);
    expect(await remaining()).toEqual({ remaining: 10 });

    const verification = await api.verificationToken(account.email);
    const methods = await api.get('/user/auth/verification', { token: verification });
    expect(methods.body).toMatchObject({ methods: ['face', 'recovery_code'] });
    const typed = ` ${codes[0]!.toLowerCase().replaceAll('-', ' ')}`;
    const signedIn = await complete(verification, typed);
    const { id, email } = account;
    expect(signedIn).toMatchObject({ status: 200, body: { user: { id, email } } });
    expect(decodeJwt(signedIn.body.token)['amr']).toEqual(['pwd', 'otp']);
    // The face is still there.
    const { user } = (await api.get('/user', { token: signedIn.body.token })).body;
    expect(signedIn.body.user.fv).toHaveLength(512);
    expect(signedIn.body.user).toEqual(user);
    expect(await remaining()).toEqual({ remaining: 9 });

    const spent = await complete(verification, codes[1]);
    expect(spent).toMatchObject({ status: 401, body: { code: 'invalid_token' } });
    expect(await complete(await api.verificationToken(email), codes[0])).toMatchObject(REFUSED);
    expect(await remaining()).toEqual({ remaining: 9 });
  });

  it('are replaced by newer ones', async () => {
    const [old] = await issue();
    const [fresh] = await issue();
    expect(await remaining()).toEqual({ remaining: 10 });
    const verification = await api.verificationToken(account.email);
    expect(await complete(verification, old)).toMatchObject(REFUSED);
    expect((await complete(verification, fresh)).status).toBe(200);
  });

  it('open one session when one code is brought to several sign-ins at once', async () => {
    const [code] = await issue();
    const tokens = [];
    for (let count = 0; count < 4; count++) tokens.push(await api.verificationToken(account.email));
    const answers = await Promise.all(tokens.map((token) => complete(token, code)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401]);
    expect(await remaining()).toEqual({ remaining: 9 });
  });

  it('need the right kind of token', async () => {
    const [code] = await issue();
    const verification = await api.verificationToken(account.email);
    const invalid = { status: 401, body: { code: 'invalid_token' } };
    expect(await complete(account.token, code)).toMatchObject(invalid);
    expect(await complete(undefined, code)).toMatchObject(invalid);
    expect(await api.post('/user/recovery-codes', { token: verification })).toMatchObject(invalid);
    expect(await api.get('/user/recovery-codes', { token: verification })).toMatchObject(invalid);
    expect(await remaining()).toEqual({ remaining: 10 });
  });

  it.each([undefined, '', 7, { $ne: null }, ['AAAA'], 'A'.repeat(65)])('are text: not %j', async (code) => {
    const answer = await complete(await api.verificationToken(account.email), code);
    expect(answer).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
    expect(answer.body.errors.map(({ field }) => field)).toEqual(['code']);
  });

  it('are never in the log, and their sign-in is in no body for browsers that ask for cookies', async () => {
    const [code, other] = await issue();
    const { email } = account;
    const browser = new Browser(server.url);
    await browser.send('POST', '/user/auth/sign-in', { json: { email, password: PASSWORD } });
    const refused = await browser.send('POST', '/user/auth/recovery-code', { json: { code: `${other}0` } });
    expect(refused).toMatchObject(REFUSED);
    const signedIn = await browser.send('POST', '/user/auth/recovery-code', { json: { code } });
    expect(signedIn.status).toBe(200);
    expect(Object.keys(signedIn.body)).toEqual(['user']);
    expect((await browser.send('GET', '/user')).status).toBe(200);
    const log = server.output.stderr + server.output.stdout;
    for (const secret of [code!, other!]) expect(log).not.toContain(secret);
  });
});
