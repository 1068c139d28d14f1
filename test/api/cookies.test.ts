import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { ApiClient, PASSWORD, form } from '../support/api-client.js';
import { Browser } from '../support/browser.js';
import { still } from '../support/faces.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

const AUTHORIZATION = '__Host-vultus-authorization';
const VERIFICATION = '__Host-vultus-verification';
const DEVICE = '__Host-vultus-device';
/** Three parts of base64url, the first of which begins with `{"`. */
const TOKEN = /eyJ[\w-]+\.[\w-]+\.[\w-]+/;
const INVALID_TOKEN = { status: 401, body: { code: 'invalid_token' } };

let server: RunningServer;
let api: ApiClient;
let franck: Buffer;
let browser: Browser;
beforeAll(async () => {
  server = await startServer({ CORS_ORIGINS: 'https://app.example.org', VERIFICATION_TOKEN_TTL: '120' });
  api = await ApiClient.for(server);
  franck = await still('franck_02159.jpg');
});
beforeEach(() => {
  browser = new Browser(server.url);
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

async function signUp(who = browser): Promise<{ email: string; id: string }> {
  const email = `${randomUUID()}@example.org`;
  const { status, body } = await who.send('POST', '/user/auth/sign-up', {
    json: { email, password: PASSWORD },
  });
  expect(status).toBe(201);
  return body['user'] as { email: string; id: string };
}

const signIn = (email: string) =>
  browser.send('POST', '/user/auth/sign-in', { json: { email, password: PASSWORD } });

describe('a browser that asks for cookies', () => {
  it('gets its tokens in cookies that no page can read, and that go to this host only', async () => {
    const email = `${randomUUID()}@example.org`;
    const { status, body, setCookies } = await browser.send('POST', '/user/auth/sign-up', {
      json: { email, password: PASSWORD },
    });
    expect(status).toBe(201);
    expect(body).toEqual({ user: { id: expect.any(String) as string, email, fv: [] } });
    const cookie = (name: string) =>
      setCookies.find((text) => text.startsWith(`${name}=`))?.split('; ') ?? [];
    const [value, ...attributes] = cookie(AUTHORIZATION);
    expect(value).toMatch(TOKEN);
    expect(attributes.sort()).toEqual([
      'HttpOnly',
      expect.stringMatching(/^Max-Age=(86400|86399)$/),
      'Path=/',
      'SameSite=Strict',
      'Secure',
    ]);
    expect(cookie(DEVICE).sort()).toEqual([
      'HttpOnly',
      'Max-Age=15552000',
      'Path=/',
      'SameSite=Strict',
      'Secure',
      expect.stringMatching(TOKEN),
    ]);
    expect(cookie(VERIFICATION)).toContain('Max-Age=0');
  });

  it('goes all the way to a sign-in with its face, and out again, without a token in any answer', async () => {
    const { email, id } = await signUp();
    expect(await browser.send('POST', '/user/image/image-embedding', { body: form(franck) })).toMatchObject({
      status: 200,
    });
    expect(await browser.send('POST', '/user/auth/revoke-token')).toMatchObject({ body: { revoked: true } });
    expect([...browser.cookies.keys()]).toEqual([DEVICE]);

    const pending = await signIn(email);
    expect(pending).toMatchObject({ status: 210, body: {} });
    expect(pending.body).toEqual({});
    expect(pending.setCookies).toEqual([expect.stringMatching(/Max-Age=1(20|19);/)]);
    expect([...browser.cookies.keys()].sort()).toEqual([DEVICE, VERIFICATION]);
    expect(await browser.send('GET', '/user')).toMatchObject(INVALID_TOKEN);
    expect(await browser.send('GET', '/user/auth/verification')).toMatchObject({ status: 200 });

    const compared = await browser.send('POST', '/user/image/compare-faces', { body: form(franck) });
    expect(compared).toMatchObject({ status: 200, body: { result: { user: { id } } } });
    // Who asks is still seen after the picture has been read: the device is known by its cookie, and gets no other.
    expect(compared.setCookies.filter((cookie) => cookie.startsWith(DEVICE))).toEqual([]);
    expect([...browser.cookies.keys()].sort()).toEqual([AUTHORIZATION, DEVICE]);
    expect(await browser.send('GET', '/user')).toMatchObject({ status: 200, body: { user: { id } } });
    expect(browser.seen.join('\n')).not.toMatch(TOKEN);
  });

  it('gets a new cookie, and nothing else, when it refreshes', async () => {
    await signUp();
    const before = browser.cookies.get(AUTHORIZATION);
    const { status, body } = await browser.send('POST', '/user/auth/refresh');
    expect(status).toBe(200);
    expect(body).toEqual({});
    expect(browser.cookies.get(AUTHORIZATION)).not.toBe(before);
    expect(await browser.send('GET', '/user')).toMatchObject({ status: 200 });
  });

  it('does not go on with the session that was in its cookies before somebody signed in', async () => {
    await signUp();
    const planted = browser.cookies.get(AUTHORIZATION)!;
    const owner = await signUp(new Browser(server.url));
    expect(await signIn(owner.email)).toMatchObject({ status: 200 });
    expect(browser.cookies.get(AUTHORIZATION)).not.toBe(planted);
    expect(await api.get('/user', { token: planted })).toMatchObject(INVALID_TOKEN);
  });

  it('reads with its cookie alone, where no other origin asks', async () => {
    await signUp();
    const read = (headers: Record<string, string>) =>
      browser.send('GET', '/user', { headers: { 'vultus-token-transport': '', ...headers } });
    expect(await read({})).toMatchObject({ status: 200 });
    expect(await read({ 'sec-fetch-site': 'same-site' })).toMatchObject(INVALID_TOKEN);
    expect(await read({ 'sec-fetch-site': 'cross-site' })).toMatchObject(INVALID_TOKEN);
  });

  it('changes nothing with its cookie alone', async () => {
    await signUp();
    const headers = { 'vultus-token-transport': '' };
    expect(await browser.send('POST', '/user/auth/revoke-token', { headers })).toMatchObject(INVALID_TOKEN);
    expect(await browser.send('GET', '/user')).toMatchObject({ status: 200 });
  });

  it('is listed by its name and system', async () => {
    const headers = {
      'user-agent': 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
    };
    const email = `${randomUUID()}@example.org`;
    await browser.send('POST', '/user/auth/sign-up', { json: { email, password: PASSWORD }, headers });
    expect(await browser.send('GET', '/user/sessions')).toMatchObject({
      body: { sessions: [{ device: 'Firefox on Linux' }] },
    });
  });

  it('may have its page at an origin of CORS_ORIGINS', async () => {
    const page = { 'sec-fetch-site': 'same-site', origin: 'https://app.example.org' };
    const elsewhere = new Browser(server.url, page);
    await signUp(elsewhere);
    const { status, headers } = await elsewhere.send('POST', '/user/auth/revoke-token');
    expect(status).toBe(200);
    expect(headers.get('access-control-allow-origin')).toBe('https://app.example.org');
    expect(headers.get('access-control-allow-credentials')).toBe('true');
  });

  it('may be an old one, whose page says its origin only', async () => {
    await signUp(new Browser(server.url, { origin: server.url }));
  });
});

describe('a cookie', () => {
  it('counts for nothing beside a header Authorization', async () => {
    await signUp();
    const other = await api.signUp();
    const as = (authorization: string) => browser.send('GET', '/user', { headers: { authorization } });
    expect(await as(`Bearer ${other.token}`)).toMatchObject({
      status: 200,
      body: { user: { id: other.id } },
    });
    expect(await as('Bearer broken')).toMatchObject(INVALID_TOKEN);
    expect(await as('Basic YTpi')).toMatchObject(INVALID_TOKEN);
  });

  it('that comes twice is not used: somebody else has put one of the two there', async () => {
    await signUp();
    const other = new Browser(server.url);
    await signUp(other);
    const own = browser.cookieHeader();
    const planted = `${AUTHORIZATION}=${other.cookies.get(AUTHORIZATION)!}`;
    for (const cookie of [`${own}; ${planted}`, `${planted}; ${own}`, `${own}; ${AUTHORIZATION}=`]) {
      expect(await browser.send('GET', '/user', { headers: { cookie } })).toMatchObject(INVALID_TOKEN);
    }
  });

  it('of one kind is not taken for another', async () => {
    await signUp();
    const cookie = `${VERIFICATION}=${browser.cookies.get(AUTHORIZATION)!}; ${AUTHORIZATION}=${browser.cookies.get(DEVICE)!}`;
    expect(await browser.send('GET', '/user', { headers: { cookie } })).toMatchObject(INVALID_TOKEN);
    expect(await browser.send('GET', '/user/auth/verification', { headers: { cookie } })).toMatchObject(
      INVALID_TOKEN,
    );
  });

  it('is no ticket', async () => {
    await signUp();
    expect(
      await browser.send('POST', `/user/live-enrolment/${randomUUID()}/frames`, { body: new FormData() }),
    ).toMatchObject(INVALID_TOKEN);
  });
});

it('a client with bearer tokens gets no cookies, and a device token in a header', async () => {
  const email = `${randomUUID()}@example.org`;
  const { status, headers, body } = await api.post('/user/auth/sign-up', {
    json: { email, password: PASSWORD },
  });
  expect(status).toBe(201);
  expect(body.token).toMatch(TOKEN);
  expect(headers.getSetCookie()).toEqual([]);
  expect(headers.get('vultus-device-token')).toMatch(TOKEN);

  const known = { 'vultus-device-token': headers.get('vultus-device-token')! };
  const again = await api.post('/user/auth/sign-in', { json: { email, password: PASSWORD }, headers: known });
  expect(again.status).toBe(200);
  expect(again.headers.get('vultus-device-token')).toBeNull();
});

describe('a page of another site', () => {
  const PAGES: [string, Record<string, string>][] = [
    ['as browsers say', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' }],
    ['on a neighbouring subdomain', { 'sec-fetch-site': 'same-site', origin: 'https://blog.example.org' }],
    ['without an origin', { 'sec-fetch-site': 'cross-site', origin: 'null' }],
    ['in an old browser', { origin: 'https://evil.test' }],
    ['of which nothing is known', {}],
  ];

  it.each(PAGES)('cannot use any call that changes something (%s)', async (_, page) => {
    await signUp();
    const calls = await changingCalls();
    expect(calls.length).toBeGreaterThan(10);
    const cookie = browser.cookieHeader();
    for (const [method, path] of calls) {
      for (const asking of [{}, { 'vultus-token-transport': 'cookie' }]) {
        const response = await fetch(server.url + path, { method, headers: { ...page, ...asking, cookie } });
        const body = (await response.json()) as { code: string };
        expect({ path, status: response.status, code: body.code }).toEqual({
          path,
          status: 403,
          code: 'cross_site_request',
        });
        expect(response.headers.getSetCookie()).toEqual([]);
      }
    }
    expect(await browser.send('GET', '/user')).toMatchObject({ status: 200 });
  });

  it('cannot sign a visitor in to an account of its own', async () => {
    const { email } = await signUp();
    const victim = new Browser(server.url, { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' });
    expect(
      await victim.send('POST', '/user/auth/sign-in', { json: { email, password: PASSWORD } }),
    ).toMatchObject({ status: 403, body: { code: 'cross_site_request' } });
    expect(victim.cookies.size).toBe(0);
  });
});

/** All that the server's own document lists, so that a new call is looked at from its first day. */
async function changingCalls(): Promise<[string, string][]> {
  const document = (await (await fetch(`${server.url}/openapi.json`)).json()) as {
    paths: Record<string, Record<string, unknown>>;
  };
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.keys(operations)
      .filter((method) => method !== 'get')
      .map((method): [string, string] => [method.toUpperCase(), path.replaceAll(/\{\w+\}/g, randomUUID())]),
  );
}
