import { once } from 'node:events';
import http from 'node:http';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ApiClient, PASSWORD } from '../support/api-client.js';
import { attempt } from '../support/attacks/calls.js';
import { type Route, nameOf, routesOf } from '../support/attacks/routes.js';
import { type Victim, createVictim } from '../support/attacks/victim.js';
import { Browser } from '../support/browser.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

const PREFIX = '__Host-vultus-';
const PAGE = { 'vultus-token-transport': 'cookie', 'sec-fetch-site': 'same-origin' };

let server: RunningServer;
let api: ApiClient;
let routes: Route[];
let owner: Victim;
let attacker: Victim;
/** Of each, a token of each kind. */
let tokens: Record<'owner' | 'attacker', Record<'authorization' | 'verification', string>>;
beforeAll(async () => {
  server = await startServer();
  api = await ApiClient.for(server);
  routes = await routesOf(server);
  [owner, attacker] = [await createVictim(api), await createVictim(api)];
  const of = async ({ email, token }: Victim) => ({
    authorization: token,
    verification: await api.verificationToken(email),
  });
  tokens = { owner: await of(owner), attacker: await of(attacker) };
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

/** The head of a request as it is written: with several lines of cookies, if need be. */
async function lines(path: string, headers: [string, string][]): Promise<number> {
  const request = http.get(server.url + path, { agent: false, headers: [...headers, ['host', 'x']].flat() });
  const [response] = (await once(request, 'response')) as [http.IncomingMessage];
  response.resume();
  return response.statusCode!;
}

const get = async (cookie: string, path = '/user') => {
  const response = await fetch(server.url + path, { headers: { ...PAGE, cookie } });
  const { user } = (await response.json()) as { user?: { email: string } };
  return { status: response.status, email: user?.email };
};

// The attacker wants: a cookie that they put there from a neighbouring subdomain to be taken for the server's own.
describe('a second cookie of the same name', () => {
  it('leaves neither of them in use, in either order, for any call', async () => {
    for (const kind of ['authorization', 'verification'] as const) {
      const [own, planted] = [tokens.owner[kind], tokens.attacker[kind]].map(
        (token) => `${PREFIX}${kind}=${token}`,
      ) as [string, string];
      for (const route of routes.filter(({ security }) => security === kind)) {
        for (const cookie of [
          `${own}; ${planted}`,
          `${planted}; ${own}`,
          `${own};${own}`,
          `${planted};\t${own}`,
        ]) {
          const { status, code } = await attempt(server.url, route, { headers: { ...PAGE, cookie } });
          const call = nameOf(route);
          expect({ call, status, code }).toEqual({ call, status: 401, code: 'invalid_token' });
        }
      }
    }
    // None of the calls was made as anybody.
    for (const { token, email } of [owner, attacker]) {
      expect((await api.get('/user', { token })).body.user.email).toBe(email);
    }
  });

  it('may be in a line of its own', async () => {
    const own: [string, string] = ['cookie', `${PREFIX}authorization=${owner.token}`];
    const planted: [string, string] = ['cookie', `${PREFIX}authorization=${attacker.token}`];
    expect(await lines('/user', [own])).toBe(200);
    expect(await lines('/user', [own, planted])).toBe(401);
    expect(await lines('/user', [planted, own])).toBe(401);
  });

  it('makes no device known', async () => {
    const browser = new Browser(server.url);
    const json = { email: 'tossed@example.org', password: PASSWORD };
    await browser.send('POST', '/user/auth/sign-up', { json });
    const device = browser.cookies.get(`${PREFIX}device`)!;
    const twice = { cookie: `${PREFIX}device=${device}; ${PREFIX}device=x` };
    const isKnown = async (headers: Record<string, string>) => {
      const { setCookies, status } = await browser.send('POST', '/user/auth/sign-in', { json, headers });
      expect(status).toBe(200);
      // Whoever is known is given no other token.
      return !setCookies.some((cookie) => cookie.startsWith(`${PREFIX}device=`));
    };
    expect(await isKnown({ cookie: `${PREFIX}device=${device}` })).toBe(true);
    expect(await isKnown(twice)).toBe(false);
  });
});

describe('a cookie under another name', () => {
  it.each([
    'vultus-authorization',
    '__Secure-vultus-authorization',
    '__host-vultus-authorization',
    '__HOST-VULTUS-AUTHORIZATION',
    '__Host-vultus-authorization2',
    'x__Host-vultus-authorization',
    '%5F%5FHost-vultus-authorization',
    '__Host-vultus-Authorization',
    '$Version=1; $__Host-vultus-authorization',
    'authorization',
    'token',
  ])('as a subdomain may set it, is none: %s', async (name) => {
    expect(await get(`${name}=${attacker.token}`)).toEqual({ status: 401, email: undefined });
    // Nor does it get in the way of the genuine one.
    const beside = await get(`${name}=${attacker.token}; ${PREFIX}authorization=${owner.token}`);
    expect(beside).toEqual({ status: 200, email: owner.email });
  });

  it('does not come out of the value of another one', async () => {
    const hidden = `${PREFIX}authorization=${attacker.token}`;
    for (const cookie of [`theme="; ${hidden}`, `theme=dark, ${hidden}`, `theme=dark%3B%20${hidden}`]) {
      const { email } = await get(`${PREFIX}authorization=${owner.token}; ${cookie}`);
      expect(email ?? 'nobody').not.toBe(attacker.email);
    }
  });

  it('does not push the genuine one out, however many there are', async () => {
    const many = Array.from({ length: 150 }, (_, i) => `c${i}=x`).join('; ');
    expect(await get(`${many}; ${PREFIX}authorization=${owner.token}`)).toEqual({
      status: 200,
      email: owner.email,
    });
  });
});

describe('a cookie beside a bearer token', () => {
  it('counts for nothing, whatever the token is worth', async () => {
    const cookie = `${PREFIX}authorization=${attacker.token}`;
    const as = (authorization: string) =>
      fetch(`${server.url}/user`, { headers: { ...PAGE, cookie, authorization } });
    const answered = await as(`Bearer ${owner.token}`);
    expect(await answered.json()).toMatchObject({ user: { email: owner.email } });
    for (const authorization of ['Bearer', 'Bearer x', 'Basic eDp5', `Bearer ${owner.token} x`, '']) {
      const response = await as(authorization);
      expect({ authorization, status: response.status }).toEqual({ authorization, status: 401 });
      await response.arrayBuffer();
    }
  });
});

describe('the cookies of the server', () => {
  it('cannot be set by anybody else, nor sent to anybody else: prefix, no domain, the whole host', async () => {
    const browser = new Browser(server.url);
    const { setCookies } = await browser.send('POST', '/user/auth/sign-up', {
      json: { email: 'attributes@example.org', password: PASSWORD },
    });
    expect(setCookies.length).toBeGreaterThanOrEqual(2);
    for (const cookie of setCookies) {
      expect(cookie).toMatch(/^__Host-vultus-/);
      expect(cookie).toMatch(/; Path=\/(;|$)/);
      for (const attribute of ['Secure', 'HttpOnly', 'SameSite=Strict'])
        expect(cookie).toContain(`; ${attribute}`);
      expect(cookie).not.toMatch(/domain/i);
    }
  });
});
