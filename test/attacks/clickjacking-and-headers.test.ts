import net from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { attempt } from '../support/attacks/calls.js';
import { type Route, nameOf, pathOf, routesOf } from '../support/attacks/routes.js';
import { ApiClient } from '../support/api-client.js';
import { handshake } from '../support/live-handshake.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

const POLICY = "default-src 'none';frame-ancestors 'none';base-uri 'none';form-action 'none'";
const ALWAYS = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'x-frame-options': 'DENY',
  'content-security-policy': POLICY,
};
const EVERYWHERE = {
  ...ALWAYS,
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(self), microphone=(), geolocation=(), display-capture=()',
};
/** What tells an attacker which faults to try. */
const TELLING = ['server', 'x-powered-by', 'x-aspnet-version', 'via', 'x-runtime'];

let server: RunningServer;
let routes: Route[];
beforeAll(async () => {
  server = await startServer({ CORS_ORIGINS: 'https://app.example.org' });
  routes = await routesOf(server);
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

function expectHeaders(headers: Headers, where: string, expected: object = EVERYWHERE): void {
  expect(Object.fromEntries(headers), where).toMatchObject(expected);
  for (const name of TELLING) expect(headers.has(name), `${where}: ${name}`).toBe(false);
}

// The attacker wants: to show the server in a frame of their page and have the visitor click, or to make a browser run,
// guess at, keep or share an answer.
describe('an answer', () => {
  it('has the headers against that at every call, whether it is refused or not', async () => {
    for (const route of routes) expectHeaders((await attempt(server.url, route)).headers, nameOf(route));
    const api = await ApiClient.for(server);
    const { token } = await api.signUp();
    for (const route of routes.filter(({ method, security }) => method === 'GET' && security !== 'ticket')) {
      const headers = { authorization: `Bearer ${token}` };
      expectHeaders((await attempt(server.url, route, { headers })).headers, nameOf(route));
    }
  });

  it('has them also to methods and paths that are none', async () => {
    for (const route of routes) {
      for (const method of ['HEAD', 'PUT', 'PATCH']) {
        const response = await fetch(server.url + pathOf(route, { id: 'x' }), { method });
        await response.arrayBuffer();
        expectHeaders(response.headers, `${method} ${route.path}`);
      }
    }
    const broken = [
      '/%',
      '/%E0%A4%A',
      '/user/%ff',
      '/user/sessions/%',
      '/..%2f..%2fetc',
      '/.well-known/x',
      '/favicon.ico',
    ];
    for (const path of broken) {
      const response = await fetch(server.url + path);
      await response.arrayBuffer();
      expect(response.status, path).toBeGreaterThanOrEqual(400);
      expectHeaders(response.headers, path, ALWAYS);
    }
  });

  it('cannot be framed, run or kept also where it is none of a call: no HTTP, no upgrade', async () => {
    const { hostname, port } = new URL(server.url);
    const socket = net.connect({ host: hostname, port: Number(port) });
    socket.end('GET / HTTP/9.9\r\n\r\n');
    let answer = '';
    for await (const chunk of socket) answer += String(chunk);
    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    for (const [name, value] of Object.entries(ALWAYS))
      expect(answer.toLowerCase()).toContain(`${name}: ${value.toLowerCase()}`);
    for (const path of ['/user/live-verification', '/nowhere']) {
      const { headers, status } = await handshake(server.url, path, undefined);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(headers, path).toMatchObject(ALWAYS);
    }
  });

  it.each(['/', '/account', '/docs'])('cannot be framed where it is a page: %s', async (path) => {
    const page = await fetch(server.url + path, { headers: { accept: 'text/html' } });
    expect(await page.text()).toMatch(/<html/);
    const policy = page.headers.get('content-security-policy')!;
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).toMatch(/script-src 'self'(;|$)/);
    expect(page.headers.get('x-frame-options')).toBe('DENY');
  });

  it('is no page at any of the calls', async () => {
    for (const route of routes.filter(({ security }) => security === null)) {
      const asked = { headers: { accept: 'text/html', origin: 'https://evil.test' } };
      const { headers } = await attempt(server.url, route, asked);
      expect(headers.get('content-type'), nameOf(route)).toMatch(/^application\/(problem\+)?json/);
      expect(headers.has('access-control-allow-origin'), nameOf(route)).toBe(false);
    }
  });

  it('is not made by what the request says of itself', async () => {
    const script = '<script>alert(1)</script>';
    const response = await fetch(
      `${server.url}/user/${encodeURIComponent(script)}?${encodeURIComponent(script)}`,
      {
        headers: {
          'x-request-id': script,
          'x-forwarded-host': 'evil.test',
          'x-original-url': '/docs',
          referer: script,
        },
      },
    );
    const text = await response.text();
    expect(response.status).toBe(404);
    expect(text + JSON.stringify([...response.headers])).not.toMatch(/<script>|evil\.test/);
    expectHeaders(response.headers, 'a path with a script');
    const page = await fetch(server.url, {
      headers: { accept: 'text/html', 'x-forwarded-host': 'evil.test', 'x-forwarded-proto': 'https' },
    });
    expect((await page.text()) + JSON.stringify([...page.headers])).not.toMatch(/evil\.test|https:/);
  });
});
