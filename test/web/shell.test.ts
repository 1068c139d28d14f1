import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { ACCOUNT_PAGES, AccountHolder, type AccountPath } from '../support/web/account-holder.js';
import { type Scene, openScene } from '../support/web/scene.js';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ FACE_WORKERS: '1', ATTEMPTS_BEFORE_DELAY: '2' });
});
afterEach(() => scene.chromium.endVisits());
afterAll(() => scene.close());

async function guest(visit: Parameters<Scene['chromium']['visitor']>[0] = {}): Promise<AccountHolder> {
  const { page } = await scene.chromium.visitor(visit);
  await page.goto(scene.server.url);
  return new AccountHolder(scene, page);
}

describe('the language', () => {
  it('is chosen, told to screen readers, and remembered', async () => {
    const person = await guest();
    const { page } = person;
    const language = () => page.evaluate<string>('document.documentElement.lang');
    await person.sees('button', 'Sign in');
    expect(await language()).toBe('en');
    expect(await page.title()).toBe('Sign in with a password and your face – Vultus');

    await person.press('Deutsch');
    await person.title('Anmelden mit Passwort und Gesicht');
    expect(await language()).toBe('de');
    expect(await page.title()).toBe('Anmelden mit Passwort und Gesicht – Vultus');
    await page.reload();
    await person.title('Anmelden mit Passwort und Gesicht');
    expect(await language()).toBe('de');
    await page.getByRole('link', { name: 'Konto anlegen' }).click();
    await person.title('Konto anlegen');
    await person.press('English');
    await person.title('Create an account');
    expect(await language()).toBe('en');
  });

  it('is that of the browser to begin with', async () => {
    const person = await guest({ locale: 'de-DE' });
    await person.title('Anmelden mit Passwort und Gesicht');
    await person.sees('button', 'Anmelden');
  });
});

describe('the colours', () => {
  it('are those of the device until others are chosen, which are remembered', async () => {
    const person = await guest({ colourScheme: 'dark' });
    const { page } = person;
    const lightness = async () => {
      const colour = await page.evaluate<string>('getComputedStyle(document.body).backgroundColor');
      return Math.max(...(colour.match(/\d+/g) ?? []).map(Number));
    };
    await person.sees('button', 'Sign in');
    expect(await lightness()).toBeLessThan(60);
    await page.getByRole('radio', { name: 'Light' }).check({ force: true });
    expect(await lightness()).toBeGreaterThan(200);
    await page.reload();
    await person.sees('button', 'Sign in');
    expect(await lightness()).toBeGreaterThan(200);
    await page.getByRole('radio', { name: 'As the device' }).check({ force: true });
    expect(await lightness()).toBeLessThan(60);
    await page.reload();
    await person.sees('button', 'Sign in');
    expect(await lightness()).toBeLessThan(60);
  });
});

describe('every address', () => {
  it('of the account can be loaded anew, and says in its title what it is', async () => {
    const person = await guest();
    await person.signUp();
    for (const path of Object.keys(ACCOUNT_PAGES) as AccountPath[]) {
      await person.opens(path);
      await person.page.reload();
      await person.title(ACCOUNT_PAGES[path]);
      expect(await person.page.title()).toBe(`${ACCOUNT_PAGES[path]} – Vultus`);
      expect(new URL(person.page.url()).pathname).toBe(path);
    }
    for (const path of ['/', '/sign-in', '/sign-up']) {
      await person.page.goto(scene.server.url + path);
      await person.title('Your account');
    }
  });

  it('of the account leads through the sign-in and back', async () => {
    const person = await guest();
    await person.signUp();
    await person.signOut();
    await person.page.goto(`${scene.server.url}/account/data`);
    await person.reads('Sign in to see this page.');
    await person.typesInto('E-mail address', person.email);
    await person.typesInto('Password', person.password);
    await person.press('Sign in');
    await person.title('Data and deletion');
  });

  it.each(['/nothing', '/sign-up/now', '/account/nothing'])('that is unknown says so: %s', async (path) => {
    const person = await guest();
    await person.signUp();
    await person.page.goto(scene.server.url + path);
    await person.title('There is no such page');
    await person.page.getByRole('link', { name: 'To the start page' }).click();
    await person.title('Your account');
  });
});

describe('the forms', () => {
  it('say at the field what is wrong with a new account, and keep what was typed', async () => {
    const person = await guest();
    const { page } = person;
    await page.getByRole('link', { name: 'Create an account' }).click();
    await person.press('Create account');
    expect(await person.saidOf('E-mail address')).toBe('Type your e-mail address.');
    await person.typesInto('E-mail address', 'ada at example');
    await person.typesInto('Password', 'short');
    await person.press('Create account');
    await expect.poll(() => person.saidOf('Password')).toMatch(/Use at least 8 characters/);
    expect(await person.saidOf('E-mail address')).toBe('This is not an e-mail address.');
    expect(await page.getByLabel('E-mail address').inputValue()).toBe('ada at example');
    expect(await page.getByLabel('Password', { exact: true }).inputValue()).toBe('short');
    expect(await page.evaluate<string>('document.activeElement.type')).toBe('email');
  });

  it('tell whoever has an account already, and take the address along to the sign-in', async () => {
    const person = await guest();
    await person.signUp();
    await person.signOut();
    await person.page.goto(`${scene.server.url}/sign-up`);
    await person.typesInto('E-mail address', person.email);
    await person.typesInto('Password', 'another long password');
    await person.press('Create account');
    expect(await person.saidOf('E-mail address')).toBe(
      'There is an account with this e-mail address. Sign in instead.',
    );
    expect(await person.page.getByLabel('Password', { exact: true }).inputValue()).toBe(
      'another long password',
    );
    await person.page.getByRole('main').getByRole('link', { name: 'Sign in' }).click();
    await person.title('Sign in');
    expect(await person.page.getByLabel('E-mail address').inputValue()).toBe(person.email);
  });

  it('count down when there were too many attempts', async () => {
    const person = await guest();
    await person.signUp();
    await person.signOut();
    await person.typesInto('E-mail address', person.email);
    for (let i = 0; i < 2; i++) {
      await person.typesInto('Password', `not the one ${i}`);
      await person.press('Sign in');
      await person.reads('The e-mail address or the password is wrong.');
      await person.page.getByRole('button', { name: 'Sign in', disabled: false }).waitFor();
    }
    expect(await person.page.getByLabel('E-mail address').inputValue()).toBe(person.email);
    await person.typesInto('Password', person.password);
    await person.press('Sign in');
    await person.reads('There were too many failed attempts.');
    const wait = person.page.getByText(/You can try again in \d+ seconds/);
    const first = Number(/\d+/.exec(await wait.innerText())?.[0]);
    expect(first).toBeGreaterThan(5);
    await expect.poll(async () => Number(/\d+/.exec(await wait.innerText())?.[0])).toBeLessThan(first);
    await person.press('Sign in');
    await person.reads('There were too many failed attempts.');
  });
});
