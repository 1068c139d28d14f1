import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import {
  accessibilityViolations,
  comesToRest,
  cutTexts,
  focusOf,
  movements,
  wideElements,
} from '../support/web/accessibility.js';
import { ACCOUNT_PAGES, AccountHolder, type AccountPath } from '../support/web/account-holder.js';
import type { Visit } from '../support/web/chromium.js';
import { openNamedScene } from '../support/web/named-scene.js';
import { servePage } from '../support/web/page-server.js';
import type { Scene } from '../support/web/scene.js';
import { StagedCheck } from '../support/web/staged-check.js';
import { throughAllStates } from '../support/web/states.js';

const SMALLEST_PHONE = { width: 360, height: 740 };
/** A window of 1280 × 800 at 200 %. */
const ENLARGED = { width: 640, height: 400 };

let scene: Scene;
beforeAll(async () => {
  scene = await openNamedScene({ FACE_WORKERS: '1' });
});
afterEach(() => scene.chromium.endVisits());
afterAll(() => scene.close());

/** What is found in any state of the page and the face check, with the state before it. */
async function inEveryState(visit: Visit, findings: (page: Page) => Promise<string[]>): Promise<string[]> {
  const visitor = await scene.chromium.visitor(visit);
  const person = new AccountHolder(scene, visitor.page);
  const all: string[] = [];
  await throughAllStates(person, visitor, async (state) => {
    await comesToRest(visitor.page);
    all.push(...(await findings(visitor.page)).map((finding) => `${state}: ${finding}`));
  });
  return all;
}

/** What finds nothing below must be able to find something. */
describe('a page that keeps people out', () => {
  const html = `<!doctype html><html lang="en"><title>A page</title><link rel="icon" href="data:,">
    <style>
      @keyframes spin { to { rotate: 1turn } }
      em { display: block; width: 4000px }
      b { display: block; width: 3em; overflow: hidden; white-space: nowrap }
      i { display: block; animation: spin 1s infinite }
      button:focus { outline: none }
    </style>
    <em>wide</em><b>a long text</b><i>round</i><button>Unseen</button></html>`;

  it('is found to do so', async () => {
    const pages = await servePage(html);
    const { page } = await scene.chromium.visitor();
    await page.goto(pages.url);
    expect((await wideElements(page)).join()).toContain('<em>wide');
    expect(await cutTexts(page)).toEqual(['<b>a long text</b>']);
    expect(await movements(page)).toEqual(['spin of <i>round</i>']);
    await page.keyboard.press('Tab');
    expect(await focusOf(page)).toEqual({ what: 'button Unseen', isSeen: false });
    await page.keyboard.press('Tab');
    expect((await focusOf(page)).what).toBe('nowhere');
    await pages.stop();
  });
});

describe('every state of the page and the face check', { timeout: 400_000 }, () => {
  it.each([
    { device: 'desktop', colourScheme: 'light' },
    { device: 'desktop', colourScheme: 'dark' },
    { device: 'phone', colourScheme: 'light' },
    { device: 'phone', colourScheme: 'dark' },
  ] as const)('keeps nobody out: $device, $colourScheme', async (visit) => {
    expect(await inEveryState(visit, accessibilityViolations)).toEqual([]);
  });

  it('fits a window of 360 pixels, in both languages', async () => {
    const found = await inEveryState({ device: 'phone' }, async (page) => {
      await page.setViewportSize(SMALLEST_PHONE);
      const english = [...(await wideElements(page)), ...(await cutTexts(page))];
      await switchLanguage(page);
      const german = [...(await wideElements(page)), ...(await cutTexts(page))];
      await switchLanguage(page);
      return [...english, ...german.map((finding) => `in German: ${finding}`)];
    });
    expect(found).toEqual([]);
  });

  it('fits at 200 %, with wide spacing of the text too, and stands still for who wants it to', async () => {
    const found = await inEveryState({ reducedMotion: true }, async (page) => {
      const moving = (await movements(page)).map((one) => `moves: ${one}`);
      const { width, height } = page.viewportSize()!;
      await page.setViewportSize(ENLARGED);
      const enlarged = [...(await wideElements(page)), ...(await cutTexts(page))];
      await page.evaluate(SPACE_OUT);
      const spaced = [...(await wideElements(page)), ...(await cutTexts(page))];
      await page.evaluate(SPACE_BACK);
      await page.setViewportSize({ width, height });
      return [...moving, ...enlarged, ...spaced.map((finding) => `spaced out: ${finding}`)];
    });
    expect(found).toEqual([]);
  });
});

describe('the keyboard', () => {
  it('is enough to sign in and to start the check, and the focus is always seen', async () => {
    const { page } = await scene.chromium.visitor();
    const person = new AccountHolder(scene, page);
    const check = await StagedCheck.on(page);
    await person.signUp();
    await person.enrolsPicture();
    await person.opens('/account');
    await person.signOut();
    await page.goto(person.home);
    await person.sees('button', 'Sign in');

    await page.keyboard.press('Tab');
    expect(await focusOf(page)).toEqual({ what: 'a Skip to the content', isSeen: true });
    await tabTo(page, 'email E-mail address');
    await page.keyboard.type(person.email);
    await tabTo(page, 'password Password');
    await page.keyboard.type(person.password);
    await page.keyboard.press('Enter');

    await person.title('Confirm that it is you');
    await person.reaches('introduction');
    expect((await focusOf(page)).what).toBe('h1 Confirm that it is you');
    await tabTo(page, 'radio Strong');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    expect((await focusOf(page)).what).toMatch(/^radio None/);
    await tabTo(page, 'button Start');
    await page.keyboard.press('Enter');
    await check.begins();
    await person.reaches('positioning');
    expect((await focusOf(page)).what).not.toBe('nowhere');
    await tabTo(page, 'button Cancel');
    await page.keyboard.press('Escape');
    await person.sees('heading', 'Choose a way');
    expect((await focusOf(page)).what).toBe('h2 Choose a way');
    await tabTo(page, 'button Use the face check');
  });

  it('reaches a dialog and comes back from it', async () => {
    const { page } = await scene.chromium.visitor();
    const person = new AccountHolder(scene, page);
    await person.signUp();
    await person.opens('/account/data');
    await tabTo(page, 'button Delete account');
    await page.keyboard.press('Enter');
    await person.dialog.waitFor();
    expect((await focusOf(page)).what).not.toBe('nowhere');
    await tabTo(page, 'button Erase everything');
    await page.keyboard.press('Enter');
    await person.reads('This is not the e-mail address of this account.');
    expect(await focusOf(page)).toEqual({ what: `text Type ${person.email} to confirm`, isSeen: true });
    await page.keyboard.press('Escape');
    await person.dialogIsGone();
    expect(await focusOf(page)).toEqual({ what: 'button Delete account', isSeen: true });
  });

  it('finds itself at the heading of each page that is opened', async () => {
    const { page } = await scene.chromium.visitor();
    const person = new AccountHolder(scene, page);
    await person.signUp();
    expect((await focusOf(page)).what).toBe('h1 Your account');
    const paths = Object.keys(ACCOUNT_PAGES).filter((path) => !path.endsWith('/enrol')) as AccountPath[];
    for (const path of [...paths.slice(1), '/account'] as const) {
      const link = page.getByRole('navigation', { name: 'Account' }).locator(`a[href="${path}"]`);
      await link.focus();
      await page.keyboard.press('Enter');
      await person.title(ACCOUNT_PAGES[path]);
      await expect.poll(async () => (await focusOf(page)).what).toBe(`h1 ${ACCOUNT_PAGES[path]}`);
    }
  });
});

/** Goes on with the Tab key until something has the focus; all on the way has to be seen. */
async function tabTo(page: Page, what: string): Promise<void> {
  const passed: string[] = [];
  for (let i = 0; i < 40; i++) {
    await page.keyboard.press('Tab');
    const focus = await focusOf(page);
    if (!focus.isSeen) throw new Error(`the focus is not seen: ${focus.what}, after ${passed.join(', ')}`);
    if (focus.what.startsWith(what)) return;
    passed.push(focus.what);
  }
  throw new Error(`no ${what} among ${passed.join(', ')}`);
}

/** By its button, also where a dialog stands before it. */
async function switchLanguage(page: Page): Promise<void> {
  const before = await page.evaluate<string>('document.documentElement.lang');
  await page.evaluate("document.querySelector('header button[lang]').click()");
  await expect.poll(() => page.evaluate('document.documentElement.lang')).not.toBe(before);
  await comesToRest(page);
}

/** WCAG 1.4.12, in the page and in the shadow roots, where the policy lets no style in but through the object model. */
const ROOTS = `[document, ...[...document.querySelectorAll('*')].flatMap((one) => one.shadowRoot ?? [])]`;
const SPACE_OUT = `(() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-bottom: 2em !important }');
  globalThis.spacing = sheet;
  for (const root of ${ROOTS}) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
})()`;
const SPACE_BACK = `(() => {
  for (const root of ${ROOTS}) root.adoptedStyleSheets = root.adoptedStyleSheets.filter((one) => one !== globalThis.spacing);
})()`;
