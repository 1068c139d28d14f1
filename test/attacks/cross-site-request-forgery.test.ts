import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ApiClient, PASSWORD } from '../support/api-client.js';
import { type Attempt, attempt } from '../support/attacks/calls.js';
import { type Route, changesState, nameOf, pathOf, routesOf } from '../support/attacks/routes.js';
import { type Victim, createVictim, stateOf } from '../support/attacks/victim.js';
import { Browser } from '../support/browser.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

const ASKING = { 'vultus-token-transport': 'cookie' };
/** What browsers say of a page that is not ours. */
const PAGES: Record<string, Record<string, string>> = {
  'another site': { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' },
  'a neighbouring subdomain': { 'sec-fetch-site': 'same-site', origin: 'https://blog.example.org' },
  'a frame without an origin': { 'sec-fetch-site': 'cross-site', origin: 'null' },
  'another site, in an old browser': { origin: 'https://evil.test' },
  'another port, in an old browser': { origin: 'http://127.0.0.1:1' },
  'another site, as its address says': { referer: 'https://evil.test/' },
  'nothing known': {},
  'a link': { 'sec-fetch-site': 'none', 'sec-fetch-mode': 'navigate' },
};

let server: RunningServer;
let api: ApiClient;
let routes: Route[];
let victim: Victim;
/** The victim's, who is signed in and has just passed the password of another sign-in as well. */
let browser: Browser;
beforeAll(async () => {
  server = await startServer({ CORS_ORIGINS: 'https://app.example.org,http://localhost:3000' });
  api = await ApiClient.for(server);
  routes = (await routesOf(server)).filter(changesState);
  victim = await createVictim(api);
  browser = await browserOf(victim);
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

async function browserOf(owner: Victim): Promise<Browser> {
  const visitor = new Browser(server.url);
  const passwordStep = () =>
    visitor.send('POST', '/user/auth/sign-in', { json: { email: owner.email, password: PASSWORD } });
  await passwordStep();
  const code = await visitor.send('POST', '/user/auth/recovery-code', { json: { code: owner.codes[0] } });
  expect(code.status).toBe(200);
  expect((await passwordStep()).status).toBe(210);
  expect(visitor.cookies.size).toBe(3);
  return visitor;
}

/** What would do harm, were it executed. Calls that are not named get a body of their schema's. */
function harm(route: Route, owner: Victim): Attempt {
  const bodies: Record<string, Record<string, unknown>> = {
    'POST /user/auth/sign-in': { email: owner.email, password: PASSWORD },
    'POST /user/password': { current_password: PASSWORD, password: 'chosen by the attacker' },
    'POST /user/auth/recovery-code': { code: owner.codes[1] },
    'POST /user/notices/seen': { ids: [owner.noticeId] },
  };
  const id = route.path.includes('passkeys') ? owner.authenticator.id : owner.sessionId;
  const body = bodies[nameOf(route)];
  return { ids: { id }, ...(body ? { body } : {}) };
}

// The attacker wants: a page of their own to make the victim's browser change something in the victim's account.
describe('a page of another site', () => {
  it.each(Object.entries(PAGES))('executes no call with the cookies of a visitor (%s)', async (_, page) => {
    expect(routes.length).toBeGreaterThan(20);
    const before = await stateOf(server.url, victim.token);
    const cookie = browser.cookieHeader();
    for (const route of routes) {
      for (const asking of [ASKING, {}]) {
        const headers = { ...page, ...asking, cookie };
        const answer = await attempt(server.url, route, { ...harm(route, victim), headers });
        const call = { call: nameOf(route), ...asking };
        expect({ ...call, status: answer.status, code: answer.code }).toEqual({
          ...call,
          status: 403,
          code: 'cross_site_request',
        });
        expect(answer.headers.getSetCookie()).toEqual([]);
        expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      }
    }
    expect(await stateOf(server.url, victim.token)).toEqual(before);
    expect((await browser.send('GET', '/user/auth/verification')).status).toBe(200);
  });

  it('executes none with what a form can send, cookies or not', async () => {
    const before = await stateOf(server.url, victim.token);
    const page = PAGES['another site']!;
    for (const route of routes) {
      const body = JSON.stringify(harm(route, victim).body ?? {});
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
      ]) {
        for (const cookies of [{ cookie: browser.cookieHeader() }, {}]) {
          const response = await fetch(server.url + pathOf(route, { id: victim.sessionId }), {
            method: 'POST',
            headers: { ...page, ...cookies, 'content-type': type },
            body,
          });
          await response.arrayBuffer();
          // What needs neither a token nor a body, changes nothing for anybody.
          const isHarmless = route.security === null && route.bodyKind === null;
          if (!isHarmless) expect(response.status, nameOf(route)).toBeGreaterThanOrEqual(400);
          expect(response.headers.getSetCookie()).toEqual([]);
        }
      }
    }
    expect(await stateOf(server.url, victim.token)).toEqual(before);
  });

  it('makes no other method of one that is safe', async () => {
    const before = await stateOf(server.url, victim.token);
    const cookie = browser.cookieHeader();
    for (const route of routes) {
      const { path, method } = route;
      const address = `${server.url}${pathOf(route, { id: victim.sessionId })}?_method=${method}`;
      for (const [sent, override] of [
        ['GET', 'x-http-method-override'],
        ['HEAD', 'x-method-override'],
        ['POST', 'x-http-method'],
      ] as const) {
        const headers = { ...PAGES['another site']!, ...ASKING, cookie, [override]: method };
        const response = await fetch(address, { method: sent, headers });
        await response.arrayBuffer();
        expect(response.headers.getSetCookie(), `${sent} ${path}`).toEqual([]);
      }
    }
    expect(await stateOf(server.url, victim.token)).toEqual(before);
  });

  it('gets no leave from a preflight, for any call', async () => {
    for (const route of routes) {
      for (const origin of ['https://evil.test', 'null', 'https://app.example.org.evil.test']) {
        const response = await fetch(server.url + pathOf(route, { id: victim.sessionId }), {
          method: 'OPTIONS',
          headers: {
            origin,
            'access-control-request-method': route.method,
            'access-control-request-headers': 'vultus-token-transport,content-type',
          },
        });
        await response.arrayBuffer();
        expect(response.headers.get('access-control-allow-origin'), nameOf(route)).toBeNull();
      }
    }
  });

  it('does not sign a visitor in to an account of its own', async () => {
    const mine = { email: (await api.signUp()).email, password: PASSWORD };
    for (const [name, page] of Object.entries(PAGES)) {
      const visitor = new Browser(server.url, page);
      // A header Authorization that is worth nothing makes it no better.
      for (const headers of [{}, { authorization: 'Bearer nothing' }]) {
        const { status } = await visitor.send('POST', '/user/auth/sign-in', { json: mine, headers });
        expect({ name, status }).toEqual({ name, status: 403 });
      }
      expect(visitor.cookies.size).toBe(0);
    }
  });
});

describe('the same calls from a page of the server itself', () => {
  it('are executed: it was nothing else that refused them', async () => {
    const owner = await createVictim(api);
    const visitor = await browserOf(owner);
    const harmful = [
      'POST /user/notices/seen',
      'POST /user/recovery-codes',
      'POST /user/consent',
      'DELETE /user/consent',
      'POST /user/live-enrolment',
      'POST /user/disable-face-verification',
      'DELETE /user/passkeys/{id}',
      'DELETE /user/sessions/{id}',
      'POST /user/sessions/revoke-others',
      'POST /user/auth/refresh',
      'POST /user/password',
      'DELETE /user',
    ];
    for (const name of harmful) {
      const route = routes.find((one) => nameOf(one) === name)!;
      const { ids, body } = harm(route, owner);
      const answer = await visitor.send(route.method, pathOf(route, ids!), {
        ...(route.bodyKind === 'json' ? { json: body ?? { version: '1' } } : {}),
      });
      expect({ name, status: answer.status }).toEqual({
        name,
        status: expect.toBeOneOf([200, 201]) as number,
      });
    }
  });
});
