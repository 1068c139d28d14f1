import { SignJWT, UnsecuredJWT, decodeJwt, generateKeyPair } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ApiClient } from '../support/api-client.js';
import { still } from '../support/faces.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

let server: RunningServer;
let api: ApiClient;
let franck: Buffer;
let account: { email: string; token: string; id: string };
const secrets = { jwt_secret: 'j'.repeat(48), face_auth_secret: 'f'.repeat(48) };
beforeAll(async () => {
  server = await startServer({
    VERIFICATION_TOKEN_TTL: '2',
    JWT_SECRET: secrets.jwt_secret,
    FACE_AUTH_SECRET: secrets.face_auth_secret,
  });
  api = await ApiClient.for(server);
  franck = await still('franck_02159.jpg');
  account = await api.enrolled(franck);
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

const bytes = (secret: string) => new TextEncoder().encode(secret);
const sign = (claims: Record<string, unknown>, secret: string, alg = 'HS256') =>
  new SignJWT(claims).setProtectedHeader({ alg }).sign(bytes(secret));

describe('an authorization token', () => {
  it('says whose it is, for what, how it was earned and until when', () => {
    const claims = decodeJwt(account.token);
    expect(claims).toMatchObject({
      aud: 'vultus:authorization',
      token_type: 'authorization',
      amr: ['pwd'],
    });
    expect(claims.sub).toBe(account.id);
    expect(claims.jti).toHaveLength(32);
    expect(claims.exp! - claims.iat! - 86_400).toBeOneOf([0, 1]);
  });

  it('names both methods after a face check', async () => {
    const token = await api.verificationToken(account.email);
    const { body } = await api.upload('/user/image/compare-faces', token, franck);
    expect(decodeJwt(body.result.token)).toMatchObject({ amr: ['pwd', 'face'] });
  });

  it.each([
    ['no token', async () => undefined],
    ['an empty token', async () => ''],
    ['nonsense', async () => 'x.y.z'],
    ['an altered signature', async () => account.token.slice(0, -6) + 'AAAAAA'],
    ['an altered payload', async () => withSubject(account.token, 'somebody-else')],
    ['alg none', async () => new UnsecuredJWT(decodeJwt(account.token)).encode()],
    ['a stranger’s secret', () => sign(decodeJwt(account.token), 'x'.repeat(48))],
    ['the secret of the other kind', () => sign(decodeJwt(account.token), secrets.face_auth_secret)],
    ['a foreign algorithm', () => sign(decodeJwt(account.token), secrets.jwt_secret, 'HS512')],
    ['an asymmetric key', () => signAsymmetric(decodeJwt(account.token))],
    ['a past expiry', () => sign({ ...decodeJwt(account.token), exp: 1_700_000_000 }, secrets.jwt_secret)],
    [
      'the audience of the other kind',
      () => sign({ ...decodeJwt(account.token), aud: 'vultus:verification' }, secrets.jwt_secret),
    ],
    [
      'the type of the other kind',
      () => sign({ ...decodeJwt(account.token), token_type: 'verification' }, secrets.jwt_secret),
    ],
    [
      'a session that never was',
      () =>
        sign({ ...decodeJwt(account.token), jti: 'A'.repeat(32), sid: 'A'.repeat(43) }, secrets.jwt_secret),
    ],
    [
      'another account’s name on a session',
      () => sign({ ...decodeJwt(account.token), sub: 'somebody-else' }, secrets.jwt_secret),
    ],
    ['a verification token', () => api.verificationToken(account.email)],
  ])('is refused with %s, on every call that needs one', async (_, make) => {
    const token = await make();
    const refused = { status: 401, body: { code: 'invalid_token' } };
    const answer = await api.get('/user', { token });
    expect(answer).toMatchObject(refused);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(await api.upload('/user/image/image-embedding', token, franck)).toMatchObject(refused);
    expect(await api.post('/user/disable-face-verification', { token })).toMatchObject(refused);
    expect(await api.post('/user/auth/revoke-token', { token })).toMatchObject(refused);
    expect((await api.get('/user', { token: account.token })).body.user.fv).toHaveLength(512);
  });

  it('is read from the Authorization header only', async () => {
    const response = await fetch(`${server.url}/user?token=${account.token}`, {
      headers: { cookie: `token=${account.token}` },
    });
    expect(response.status).toBe(401);
    expect((await api.get('/user', { headers: { authorization: `Basic ${account.token}` } })).status).toBe(
      401,
    );
    expect((await api.get('/user', { headers: { authorization: `bearer  ${account.token}` } })).status).toBe(
      200,
    );
  });
});

describe('a verification token', () => {
  it('expires', async () => {
    const token = await api.verificationToken(account.email);
    await new Promise((resolve) => setTimeout(resolve, 3100));
    const answer = await api.upload('/user/image/compare-faces', token, franck);
    expect(answer).toMatchObject({ status: 401, body: { code: 'invalid_token' } });
  });

  it.each([
    ['an authorization token', async () => account.token],
    [
      'one signed with the other secret',
      async () => sign(decodeJwt(await api.verificationToken(account.email)), secrets.jwt_secret),
    ],
    [
      'one of a sign-in that never was',
      async () =>
        sign(
          { ...decodeJwt(await api.verificationToken(account.email)), jti: 'B'.repeat(32) },
          secrets.face_auth_secret,
        ),
    ],
    ['no token', async () => undefined],
  ])('is not replaced by %s', async (_, make) => {
    const answer = await api.upload('/user/faces/compare-faces', await make(), franck);
    expect(answer).toMatchObject({ status: 401, body: { code: 'invalid_token' } });
  });
});

function withSubject(token: string, sub: string): string {
  const [header, , signature] = token.split('.');
  const payload = Buffer.from(JSON.stringify({ ...decodeJwt(token), sub })).toString('base64url');
  return `${header}.${payload}.${signature}`;
}

async function signAsymmetric(claims: Record<string, unknown>): Promise<string> {
  const { privateKey } = await generateKeyPair('RS256');
  return new SignJWT(claims).setProtectedHeader({ alg: 'RS256' }).sign(privateKey);
}
