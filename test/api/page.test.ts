import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

let server: RunningServer;
let without: RunningServer;
beforeAll(async () => {
  [server, without] = await Promise.all([startServer(), startServer({ PAGE: 'off' })]);
});
afterAll(async () => {
  await Promise.all([server.stop(), without.stop()]);
  await removeTemporaryDirectories();
});

const BROWSER = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8', 'accept-encoding': 'br' };

async function get(path: string, { url, headers }: { url?: string; headers?: Record<string, string> } = {}) {
  const response = await fetch((url ?? server.url) + path, { redirect: 'manual', headers: headers ?? {} });
  const text = await response.text();
  const type = response.headers.get('content-type') ?? '';
  return { status: response.status, headers: response.headers, type, text };
}

describe('the page', () => {
  it.each(['/', '/sign-in', '/account/passkeys?from=mail', '/nothing'])(
    'is what a browser is shown at %s',
    async (path) => {
      const { status, type, text, headers } = await get(path, { headers: BROWSER });
      expect({ status, type }).toEqual({ status: 200, type: 'text/html; charset=utf-8' });
      expect(text).toMatch(/<html lang="en"/);
      expect(text).toContain('<script type="module"');
      expect(headers.get('content-encoding')).toBe('br');
    },
  );

  it.each(['/user', '/user/nothing', '/assets/nothing.js', '/favicon.gif', '/health/nothing', '/index.html'])(
    'is not shown at %s',
    async (path) => {
      const { status, type } = await get(path, { headers: BROWSER });
      expect(status).toBe(path === '/user' ? 401 : 404);
      expect(type).toMatch(/^application\/problem\+json/);
    },
  );

  it.each(['/', '/nothing'])('is not shown to programs: %s', async (path) => {
    for (const accept of ['application/json', '*/*']) {
      expect((await get(path, { headers: { accept } })).status).toBe(404);
    }
  });

  it('comes with files that are kept for ever, for their names change with them', async () => {
    const { text } = await get('/', { headers: BROWSER });
    const files = [...text.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, file]) => file!);
    expect(files.length).toBeGreaterThan(1);
    for (const file of files) {
      const { status, headers } = await get(file, { headers: { 'accept-encoding': 'gzip' } });
      expect(status).toBe(200);
      expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(headers.get('content-encoding')).toBe('gzip');
      expect(headers.get('vary')).toMatch(/accept-encoding/i);
    }
  });

  it('comes with the element, for sites that have no build of their own', async () => {
    const { status, headers, type, text } = await get('/vultus-face-check.js', {
      headers: { origin: 'http://localhost:3000' },
    });
    expect(status).toBe(200);
    expect(type).toMatch(/javascript/);
    expect(text).toContain('vultus-face-check');
    expect(headers.get('access-control-allow-origin')).toBe('http://localhost:3000');
    expect(headers.get('cache-control')).toBe('no-cache');
  });

  it.each(['/../package.json', '/assets/..%2f..%2fmain.js', '/%2e%2e/main.js'])(
    'does not lead out of its folder: %s',
    async (path) => {
      expect((await get(path)).status).toBeGreaterThanOrEqual(400);
    },
  );

  it('can be left away: then a browser is led to the documentation', async () => {
    const { url } = without;
    const { status, headers } = await get('/', { url, headers: BROWSER });
    expect({ status, location: headers.get('location') }).toEqual({ status: 302, location: '/docs' });
    expect((await get('/account', { url, headers: BROWSER })).status).toBe(404);
    expect((await get('/vultus-face-check.js', { url })).status).toBe(404);
  });
});
