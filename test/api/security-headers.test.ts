import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

let server: RunningServer;
let secure: RunningServer;
beforeAll(async () => {
  [server, secure] = await Promise.all([
    startServer({ CORS_ORIGINS: 'https://app.example.org' }),
    startServer({ PUBLIC_URL: 'https://login.example.org' }),
  ]);
});
afterAll(async () => {
  await Promise.all([server.stop(), secure.stop()]);
  await removeTemporaryDirectories();
});

/** Reads to the end: a connection with something unread on it would keep the server from stopping. */
async function call(url: string | URL, init?: RequestInit) {
  const response = await fetch(url, init);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const API_POLICY = "default-src 'none';frame-ancestors 'none';base-uri 'none';form-action 'none'";
const EVERYWHERE = {
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(self), microphone=(), geolocation=(), display-capture=()',
  'cache-control': 'no-store',
};

describe('the headers of an answer', () => {
  it.each([
    ['a success', 'GET', '/openapi.json', 200],
    ['a health check', 'GET', '/health/live', 200],
    ['the page, to a program', 'GET', '/', 404],
    ['what needs a token', 'GET', '/user', 401],
    ['what is not there', 'GET', '/nothing/here', 404],
    ['a path with an empty host', 'GET', '//', 404],
    ['a malformed body', 'POST', '/user/auth/sign-in', 415],
    ['a request of another site', 'DELETE', '/user', 403],
  ])('let a browser do nothing with it: %s', async (_, method, path, status) => {
    const response = await call(server.url + path, {
      method,
      redirect: 'manual',
      ...(status === 415 ? { body: 'x' } : {}),
      ...(status === 403 ? { headers: { 'vultus-token-transport': 'cookie' } } : {}),
    });
    expect(response.status).toBe(status);
    const headers = Object.fromEntries(response.headers);
    expect(headers).toMatchObject({ ...EVERYWHERE, 'content-security-policy': API_POLICY });
    expect(headers).not.toHaveProperty('strict-transport-security');
    expect(headers).not.toHaveProperty('x-powered-by');
    expect(headers).not.toHaveProperty('server');
  });

  it('tell browsers to insist on TLS where the server is found by https', async () => {
    for (const path of ['/user', '/docs', '/nothing']) {
      const { headers } = await call(secure.url + path);
      expect(headers.get('strict-transport-security')).toBe('max-age=31536000; includeSubDomains');
    }
  });
});

describe('the page', () => {
  it('runs its own files only, and speaks to this server only', async () => {
    for (const path of ['/', '/account/sessions']) {
      const { status, headers, text } = await call(secure.url + path, { headers: { accept: 'text/html' } });
      expect(status).toBe(200);
      expect(Object.fromEntries(headers)).toMatchObject({ ...EVERYWHERE, 'cache-control': 'no-cache' });
      expect(headers.get('content-security-policy')).toBe(
        `${API_POLICY};script-src 'self';style-src 'self';img-src 'self' data: blob:;media-src 'self' blob:;` +
          "connect-src 'self' wss://login.example.org;manifest-src 'self'",
      );
      expect(text).not.toMatch(/<script(?![^>]* src="\/)|<style|style="|javascript:|\bon\w+="|https?:\/\//);
    }
  });
});

describe('the documentation', () => {
  it('runs the scripts of this server only, and has no other', async () => {
    const response = await call(`${server.url}/docs`);
    const policy = response.headers.get('content-security-policy')!;
    expect(Object.fromEntries(response.headers)).toMatchObject(EVERYWHERE);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy.replace("style-src 'self' 'unsafe-inline'", '')).not.toContain('unsafe');

    const page = response.text;
    const scripts = [...page.matchAll(/<script([^>]*)>([^<]*)/g)];
    expect(scripts).toHaveLength(3);
    for (const [, attributes = '', text = ''] of scripts) {
      expect(text.trim()).toBe('');
      const source = /src="(\.\/docs\/[\w.-]+)"/.exec(attributes)?.[1];
      const script = await call(new URL(source!, `${server.url}/docs`));
      expect(script.status).toBe(200);
      expect(script.headers.get('content-type')).toContain('javascript');
      expect(script.headers.get('content-security-policy')).toBe(policy);
    }
    expect(page).not.toMatch(/\son\w+=|javascript:|https?:\/\/(?!www\.w3\.org)/);
  });

  it('is the only thing with a looser policy', async () => {
    for (const path of ['/docsx', '/docs-private', '/user/docs', '/user?x=/docs/', '//docs']) {
      const { headers } = await call(server.url + path);
      expect(headers.get('content-security-policy'), path).toBe(API_POLICY);
    }
  });
});

describe('a preflight', () => {
  const preflight = (origin: string, method = 'POST') =>
    call(`${server.url}/user/auth/sign-in`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': method,
        'access-control-request-headers': 'vultus-token-transport,content-type',
      },
    });

  it('allows an origin of CORS_ORIGINS to send cookies and what else clients send', async () => {
    const { status, headers } = await preflight('https://app.example.org');
    expect(status).toBe(204);
    expect(headers.get('access-control-allow-origin')).toBe('https://app.example.org');
    expect(headers.get('access-control-allow-credentials')).toBe('true');
    expect(headers.get('access-control-allow-methods')).toBe('GET, POST, DELETE');
    const allowed = headers.get('access-control-allow-headers')!.toLowerCase().split(', ');
    expect(allowed.sort()).toEqual([
      'authorization',
      'content-type',
      'vultus-consent',
      'vultus-device-token',
      'vultus-token-transport',
      'x-request-id',
    ]);
    expect(headers.get('vary')).toContain('Origin');
  });

  it.each(['https://evil.test', 'null', 'http://app.example.org', 'https://app.example.org.evil.test'])(
    'does not allow %s',
    async (origin) => {
      const { headers } = await preflight(origin);
      expect(headers.get('access-control-allow-origin')).toBeNull();
    },
  );

  it('lets allowed pages read what they need', async () => {
    const { headers } = await call(`${server.url}/user`, { headers: { origin: 'https://app.example.org' } });
    expect(headers.get('access-control-allow-origin')).toBe('https://app.example.org');
    expect(headers.get('access-control-expose-headers')!.toLowerCase().split(', ').sort()).toEqual([
      'retry-after',
      'vultus-device-token',
      'x-request-id',
    ]);
  });
});
