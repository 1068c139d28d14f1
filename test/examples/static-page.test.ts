import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';

import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { ApiClient, PASSWORD } from '../support/api-client.js';
import { FRANCK_STILLS, still } from '../support/faces.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';
import { emit, launchChromium } from './chromium.js';
import { type RunningExample, freePort, installExample, run, serveExample } from './example.js';

let vultus: RunningServer;
let api: ApiClient;
let site: RunningExample;
let browser: Browser;
let page: Page;
let faults: string[];
beforeAll(async () => {
  const port = await freePort();
  vultus = await startServer({ CORS_ORIGINS: `http://localhost:${port}` });
  api = await ApiClient.for(vultus);
  const folder = await installExample('static-page');
  await nameServer(path.join(folder, 'public', 'index.html'), vultus.url);
  await run(folder, 'npm', ['run', 'vendor']);
  const sirv = ['node_modules/sirv-cli/bin.js', 'public', '--dev', '--quiet=false', '--port', String(port)];
  site = await serveExample(folder, sirv, {}, /Local:\s+(http:\/\/localhost:\d+)/);
  expect(site.url).toBe(`http://localhost:${port}`);
  browser = await launchChromium();
}, 180_000);
afterAll(async () => {
  await browser.close();
  await site.stop();
  await vultus.stop();
  await removeTemporaryDirectories();
});

beforeEach(async () => {
  page = await browser.newPage();
  page.setDefaultTimeout(10_000);
  faults = [];
  page.on('pageerror', (error) => faults.push(error.message));
  await page.goto(site.url);
});
afterEach(async () => {
  await page.close();
  expect(faults).toEqual([]);
});

/** As the README of the example says. */
async function nameServer(file: string, url: string): Promise<void> {
  const html = await readFile(file, 'utf8');
  expect(html).toContain('content="http://localhost:8080"');
  await writeFile(file, html.replace('http://localhost:8080', url));
}

async function signIn(email: string, password = PASSWORD): Promise<void> {
  await page.getByLabel('E-mail').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

describe('the static page, of another origin than the server', () => {
  it('says who is signed in, until they sign out', async () => {
    const { email, token } = await api.signUp();
    await signIn(email);
    await page.getByText(`You are signed in as ${email}.`).waitFor();
    expect(await page.getByLabel('Password').isVisible()).toBe(false);
    const sessions = async () => {
      const { body } = await api.get('/user/sessions', { token });
      return (body as unknown as { sessions: unknown[] }).sessions.length;
    };
    expect(await sessions()).toBe(2);

    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Password').waitFor();
    expect(await page.getByLabel('Password').inputValue()).toBe('');
    expect(await sessions()).toBe(1);
  });

  it('says why a sign-in was refused', async () => {
    const { email } = await api.signUp();
    await signIn(email, 'not the password');
    expect(await page.getByRole('alert').textContent()).toMatch(/password/i);
    expect(await page.getByLabel('E-mail').inputValue()).toBe(email);
  });

  it('shows the face check where a face is enrolled, and nothing of the account', async () => {
    const { email } = await api.enrolled(await still(FRANCK_STILLS[2]));
    await signIn(email);
    const check = page.locator('vultus-face-check');
    await check.waitFor();
    expect(await check.getAttribute('server-url')).toBe(vultus.url);
    expect(await check.getByRole('button').count()).toBeGreaterThan(0);
    expect(await page.getByLabel('Password').isVisible()).toBe(false);
    expect(await page.getByText(email).isVisible()).toBe(false);

    await page.getByRole('button', { name: 'Start again' }).click();
    await page.getByLabel('Password').waitFor();
    expect(await check.count()).toBe(0);
  });

  it('signs in with what the face check was given, and with nothing else', async () => {
    const { email } = await api.enrolled(await still(FRANCK_STILLS[2]));
    await signIn(email);
    const check = page.locator('vultus-face-check');
    await check.waitFor();
    // The element's own part, in the words of its event: a person before a camera is in test/web.
    const verification = (await check.getAttribute('token'))!;
    const { body } = await api.upload(
      '/user/image/compare-faces',
      verification,
      await still(FRANCK_STILLS[3]),
    );
    await emit(check, 'vultus-passed', body.result);
    await page.getByText(`You are signed in as ${email}.`).waitFor();
    expect(await api.get('/user', { token: body.result.token })).toMatchObject({ status: 200 });
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByLabel('Password').waitFor();
    expect(await api.get('/user', { token: body.result.token })).toMatchObject({ status: 401 });
  });

  it('takes a recovery code in the place of the face', async () => {
    const { email, token } = await api.enrolled(await still(FRANCK_STILLS[2]));
    const made = await api.post('/user/recovery-codes', { token });
    const [code] = (made.body as unknown as { codes: string[] }).codes;
    await signIn(email);
    await page.getByLabel('Or a recovery code').fill('wrong-wrong-wrong');
    await page.getByRole('button', { name: 'Use it' }).click();
    await page.getByRole('alert').waitFor();
    await page.getByLabel('Or a recovery code').fill(code!);
    await page.getByRole('button', { name: 'Use it' }).click();
    await page.getByText(`You are signed in as ${email}.`).waitFor();
  });

  it('says that the server does not answer where its origin is not in CORS_ORIGINS', async () => {
    const { email } = await api.signUp();
    const context = await browser.newContext();
    const elsewhere = await context.newPage();
    // The same files under another origin.
    const other = `http://127.0.0.1:${new URL(site.url).port}`;
    await elsewhere.route(`${other}/**`, async (route) => {
      const response = await fetch(route.request().url().replace(other, site.url));
      await route.fulfill({
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: Buffer.from(await response.arrayBuffer()),
      });
    });
    await elsewhere.goto(other);
    await elsewhere.getByLabel('E-mail').fill(email);
    await elsewhere.getByLabel('Password').fill(PASSWORD);
    await elsewhere.getByRole('button', { name: 'Sign in' }).click();
    await elsewhere.getByText('The sign-in server does not answer.').waitFor();
    await context.close();
  });
});
