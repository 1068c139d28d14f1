import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { type LiveSession, MemoryTokens, VultusClient } from '@vultus/client';
import { ApiClient, PASSWORD } from '../support/api-client.js';
import { FRANCK_STILLS, still } from '../support/faces.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';
import { emit, launchChromium } from './chromium.js';
import { type RunningExample, freePort, installExample, run, serveExample } from './example.js';

const NEXT = 'node_modules/next/dist/bin/next';
const SESSION_COOKIE = '__Host-vultus-authorization';

let vultus: RunningServer;
let api: ApiClient;
let app: RunningExample;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let faults: string[];
beforeAll(async () => {
  const port = await freePort();
  vultus = await startServer({ PUBLIC_URL: `http://localhost:${port}` });
  api = await ApiClient.for(vultus);
  const folder = await installExample('next-middleware');
  const environment = { VULTUS_URL: vultus.url };
  await run(folder, 'npm', ['run', 'build'], environment);
  app = await serveExample(
    folder,
    [NEXT, 'start', '--hostname', 'localhost', '--port', String(port)],
    environment,
    /Local:\s+(http:\/\/localhost:\d+)[^]*Ready/,
  );
  browser = await launchChromium();
}, 600_000);
afterAll(async () => {
  await browser.close();
  await app.stop();
  await vultus.stop();
  await removeTemporaryDirectories();
});

beforeEach(async () => {
  context = await browser.newContext();
  page = await context.newPage();
  page.setDefaultTimeout(15_000);
  faults = [];
  page.on('pageerror', (error) => faults.push(error.message));
});
afterEach(async () => {
  await context.close();
  expect(faults).toEqual([]);
});

const visit = (headers: Record<string, string> = {}, path = '/account') =>
  fetch(app.url + path, { headers, redirect: 'manual' });

async function signIn(email: string, password = PASSWORD): Promise<void> {
  await page.goto(`${app.url}/sign-in`);
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

const greeting = (email: string) => page.getByText(`You are signed in as ${email}.`);

describe('/account of the Next.js example', () => {
  it.each([
    ['nothing', {}],
    ['a made-up cookie', { cookie: `${SESSION_COOKIE}=made-up` }],
    ['the header by which its router fetches', { rsc: '1', 'next-router-prefetch': '1' }],
    [
      'a header that once went past every check',
      { 'x-middleware-subrequest': 'proxy:proxy:proxy:proxy:proxy' },
    ],
  ])('sends who brings %s to the sign-in', async (_name, headers: Record<string, string>) => {
    for (const path of ['/account', '/account/', '/account?_rsc=1', '/account/anything']) {
      const response = await visit(headers, path);
      expect(response.status, path).toBeGreaterThanOrEqual(307);
      expect(response.status, path).toBeLessThanOrEqual(308);
      // With a slash at its end the router takes that off first.
      expect(response.headers.get('location'), path).toBe(path.endsWith('/') ? '/account' : '/sign-in');
    }
  });

  it('answers a program with a bearer token: 401, or the page', async () => {
    const { email, token } = await api.signUp();
    expect((await visit({ authorization: 'Bearer made-up' })).status).toBe(401);
    const served = await visit({ authorization: `Bearer ${token}` });
    expect(served.status).toBe(200);
    expect(served.headers.get('cache-control')).toContain('no-store');
    expect(await served.text()).toContain(email);
    await api.post('/user/auth/revoke-token', { token });
    expect((await visit({ authorization: `Bearer ${token}` })).status).toBe(401);
  });

  it('is shown after the password, with a cookie that no script can read, until one signs out', async () => {
    const { email } = await api.signUp();
    await page.goto(app.url);
    await page.getByRole('link', { name: 'Your account' }).click();
    await page.waitForURL('**/sign-in');
    await signIn(email);
    await greeting(email).waitFor();
    const cookies = await context.cookies();
    expect(cookies.find(({ name }) => name === SESSION_COOKIE)).toMatchObject({
      domain: 'localhost',
      httpOnly: true,
      secure: true,
      sameSite: 'Strict',
    });
    expect(await page.evaluate('document.cookie')).toBe('');

    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('Everybody sees this page.').waitFor();
    await page.getByRole('link', { name: 'Your account' }).click();
    await page.waitForURL('**/sign-in');
  });

  it('is closed as soon as the session is revoked elsewhere', async () => {
    const { email, token } = await api.signUp();
    await signIn(email);
    await greeting(email).waitFor();
    expect(await api.post('/user/sessions/revoke-others', { token })).toMatchObject({ status: 200 });
    await page.reload();
    await page.waitForURL('**/sign-in');
  });
});

describe('the sign-in of the Next.js example', () => {
  it('says why it was refused', async () => {
    const { email } = await api.signUp();
    await signIn(email, 'not the password');
    expect(await page.locator('[role=alert]:not([id])').textContent()).toMatch(/password/i);
  });

  it('shows the face check where a face is enrolled; a recovery code does as well', async () => {
    const { email, token } = await api.enrolled(await still(FRANCK_STILLS[2]));
    const made = await api.post('/user/recovery-codes', { token });
    const [code] = (made.body as unknown as { codes: string[] }).codes;
    await signIn(email);
    const check = page.locator('vultus-face-check');
    await check.getByRole('button').first().waitFor();
    expect((await visit({ cookie: await cookieHeader() })).status).toBe(307);
    await page.getByLabel('Or a recovery code').fill(code!);
    await page.getByRole('button', { name: 'Use it' }).click();
    await greeting(email).waitFor();
  });

  it('goes on where the face check says that it was passed, or is over', async () => {
    const { email } = await api.enrolled(await still(FRANCK_STILLS[2]));
    await signIn(email);
    const check = page.locator('vultus-face-check');
    await check.getByRole('button').first().waitFor();
    const problem = { detail: 'That was too often.' };
    await emit(check, 'vultus-failed', { problem, final: false });
    expect(await check.isVisible()).toBe(true);
    await emit(check, 'vultus-failed', { problem, final: true });
    await page.getByText('That was too often.').waitFor();
    expect(await check.count()).toBe(0);

    await signIn(email);
    await check.getByRole('button').first().waitFor();
    // The element's own part: a matching picture. A person before a camera is in test/web.
    const picture = (await still(FRANCK_STILLS[3])).toString('base64');
    const status = await page.evaluate(async (base64) => {
      const form = new FormData();
      form.set('file', await (await fetch(`data:image/jpeg;base64,${base64}`)).blob(), 'face.jpg');
      const headers = { 'vultus-token-transport': 'cookie' };
      const compared = await fetch('/user/image/compare-faces', { method: 'POST', headers, body: form });
      return compared.status;
    }, picture);
    expect(status).toBe(200);
    await emit(check, 'vultus-passed', {});
    await greeting(email).waitFor();
  });

  async function cookieHeader(): Promise<string> {
    const cookies = await context.cookies();
    return cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
  }
});

describe('what the Next.js example hands on', () => {
  it.each(['socket', 'calls'] as const)('is a live session over a %s', async (via) => {
    const { token } = await api.signUp();
    const client = new VultusClient({
      serverUrl: app.url,
      tokens: new MemoryTokens({ authorization: token }),
    });
    const session: LiveSession = await client.openLiveSession({ purpose: 'enrolment', via });
    const stage = new Promise((resolve) => session.on('stage', resolve));
    session.start();
    expect(session.via).toBe(via);
    expect(await stage).toMatchObject({ stage: { kind: 'position' } });
    session.stop();
    expect(await session.result).toMatchObject({ outcome: 'failed' });
  });

  it('is a socket of its own page, where PUBLIC_URL is its address', async () => {
    const { token } = await api.signUp();
    const { body } = await api.post('/user/live-enrolment', { token });
    const { ticket, socket } = body as unknown as { ticket: string; socket: string };
    await page.goto(app.url);
    const first = await page.evaluate(
      ([path, subprotocol]) =>
        new Promise<string>((resolve) => {
          const line = new WebSocket(path!, ['vultus.live.v1', subprotocol!]);
          line.addEventListener('message', ({ data }) => {
            resolve(String(data));
          });
          line.addEventListener('close', ({ code }) => {
            resolve(String(code));
          });
        }),
      [socket, `vultus.ticket.${ticket}`],
    );
    expect(JSON.parse(first)).toMatchObject({ type: 'ready' });
  });
});

describe('while Vultus does not answer, the Next.js example', () => {
  it('answers 503 to whoever was signed in, and serves again when Vultus is back', async () => {
    const { email, token } = await api.signUp();
    await signIn(email);
    await greeting(email).waitFor();
    await vultus.stop();
    expect((await page.reload())?.status()).toBe(503);
    const refused = await visit({ authorization: `Bearer ${token}` });
    expect(refused.status).toBe(503);
    expect(refused.headers.get('retry-after')).toBe('5');
    expect(await refused.text()).not.toContain(email);
    await signIn(email);
    await page.getByText('The sign-in server does not answer.').waitFor();

    const { port } = new URL(vultus.url);
    vultus = await startServer({ PUBLIC_URL: app.url, DATA_DIR: vultus.dataDirectory, PORT: port });
    await page.goto(`${app.url}/account`);
    await greeting(email).waitFor();
  });
});
