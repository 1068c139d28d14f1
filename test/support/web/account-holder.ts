import { readFile } from 'node:fs/promises';

import type { Locator, Page } from 'playwright-core';

import { still } from '../faces.js';
import { Person } from './person.js';
import type { Scene } from './scene.js';

/** The pages of the account, by their headings. */
export const ACCOUNT_PAGES = {
  '/account': 'Your account',
  '/account/face': 'Face check',
  '/account/face/enrol': 'Set up the face check',
  '/account/passkeys': 'Passkeys',
  '/account/recovery-codes': 'Recovery codes',
  '/account/password': 'Password',
  '/account/sessions': 'Sessions',
  '/account/notices': 'Notices',
  '/account/data': 'Data and deletion',
} as const;

export type AccountPath = keyof typeof ACCOUNT_PAGES;

/** Somebody who looks after their account. */
export class AccountHolder extends Person {
  /** Where the page begins. */
  readonly home: string;

  constructor(scene: Pick<Scene, 'server'>, page: Page) {
    super(scene, page);
    this.home = scene.server.url;
  }

  /** One of the codes that were made last, for whoever needs it. */
  spareCode = '';

  /** The modal dialog that is open. */
  get dialog(): Locator {
    return this.page.getByRole('dialog');
  }

  /** Loads a page of the account anew. */
  async opens(path: AccountPath): Promise<void> {
    await this.page.goto(this.home + path);
    await this.title(ACCOUNT_PAGES[path]);
  }

  /** The heading of the page, which is the only one of its level. */
  async title(text: string): Promise<void> {
    await this.page.getByRole('heading', { level: 1, name: text, exact: true }).waitFor();
  }

  async typesInto(label: string, text: string): Promise<void> {
    await this.page.getByLabel(label, { exact: true }).fill(text);
  }

  /** What is said of a field: what is wrong with it, and what helps. */
  async saidOf(label: string): Promise<string> {
    const field = this.page.getByLabel(label, { exact: true });
    await this.page.locator('[aria-invalid="true"]').first().waitFor();
    const ids = (await field.getAttribute('aria-describedby'))?.split(' ') ?? [];
    const texts = await Promise.all(ids.map((id) => this.page.locator(`[id="${id}"]`).innerText()));
    return texts.join('\n');
  }

  async answersDialog(button: string): Promise<void> {
    await this.dialog.getByRole('button', { name: button, exact: true }).click();
  }

  async dialogIsGone(): Promise<void> {
    await this.dialog.waitFor({ state: 'detached' });
  }

  /** A face is on the account, without a camera: the page's own session, a picture, and the consent that comes along. */
  async enrolsPicture(): Promise<void> {
    const picture = (await still('franck_02221.jpg')).toString('base64');
    const status = await this.page.evaluate(async (jpeg) => {
      const headers = { 'vultus-token-transport': 'cookie' };
      const consent = (await (await fetch('/user/consent', { headers })).json()) as { version: string };
      const form = new FormData();
      form.append('consent', consent.version);
      form.append('file', new Blob([Uint8Array.from(atob(jpeg), (one) => one.charCodeAt(0))]), 'me.jpg');
      return (await fetch('/user/image/image-embedding', { method: 'POST', headers, body: form })).status;
    }, picture);
    if (status !== 200) throw new Error(`the picture was answered with ${status}`);
  }

  /** @returns the ten codes, as they stand on the page */
  async makesCodes(): Promise<string[]> {
    await this.opens('/account/recovery-codes');
    await this.press('Make recovery codes');
    await this.sees('heading', 'Keep these codes now');
    const codes = await this.codesShown();
    this.spareCode = codes.at(-1) ?? '';
    return codes;
  }

  codesShown(): Promise<string[]> {
    return this.page.getByRole('list', { name: 'Your recovery codes' }).getByRole('listitem').allInnerTexts();
  }

  /** @returns the name and content of the file that a button hands over */
  async downloads(button: string): Promise<{ name: string; text: string }> {
    const [download] = await Promise.all([this.page.waitForEvent('download'), this.press(button)]);
    return { name: download.suggestedFilename(), text: await readFile(await download.path(), 'utf8') };
  }
}
