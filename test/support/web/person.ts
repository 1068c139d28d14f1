import { randomUUID } from 'node:crypto';

import type {} from '@vultus/element';
import type { Locator, Page } from 'playwright-core';

import type { Scene } from './scene.js';

/** How long a live check may take with films: six movements, and the patience of the server for each. */
export const CHECK_MS = 70_000;
const MOST_TRIES = 3;

export type LightChoice = 'Strong' | 'Gentle' | 'None';

/** Somebody who uses the page in English, by what it shows: labels, buttons, headings. */
export class Person {
  readonly email = `${randomUUID()}@example.org`;
  readonly password = 'a longer walk by the river';

  constructor(
    private readonly scene: Pick<Scene, 'server'>,
    readonly page: Page,
  ) {}

  async signUp(): Promise<void> {
    await this.page.goto(`${this.scene.server.url}/sign-up`);
    await this.#fillIn();
    await this.press('Create account');
    await this.sees('heading', 'Your account');
  }

  /** With the password; what is asked for then is for the test to answer. */
  async signIn(): Promise<void> {
    await this.page.goto(this.scene.server.url);
    await this.#fillIn();
    await this.press('Sign in');
  }

  async signOut(): Promise<void> {
    await this.press('Sign out');
    await this.sees('button', 'Sign in');
  }

  /** From the account page to the introduction of the face check. */
  async agreeToEnrol(): Promise<void> {
    await this.page.goto(`${this.scene.server.url}/account/face`);
    await this.page.getByRole('link', { name: /set up/i }).click();
    await this.page.getByRole('checkbox').check();
    await this.press('Continue');
    await this.sees('button', 'Start');
  }

  async startCheck(light: LightChoice = 'None'): Promise<void> {
    await this.page.getByRole('radio', { name: light }).check();
    await this.press('Start');
  }

  /** Enrols the face before the camera. */
  async enrol(light?: LightChoice): Promise<void> {
    await this.agreeToEnrol();
    await this.startCheck(light);
    await this.passesCheck(this.page.getByText('The face check is set up'));
  }

  /**
   * Through a live check that has begun, to what it leads to. Where the machine has so much to do that a movement is not
   * seen in time, this does what people do then.
   */
  async passesCheck(there: Locator): Promise<void> {
    const failed = this.page.getByRole('heading', { name: 'That did not work' });
    for (let tries = 1; ; tries++) {
      await there.or(failed).first().waitFor({ timeout: CHECK_MS });
      if (!(await failed.isVisible())) return;
      if (tries === MOST_TRIES) throw new Error(`the check failed ${tries} times`);
      await this.press('Try again');
    }
  }

  /** Waits until `vultus-face-check` is in one of the states. */
  async reaches(...states: readonly string[]): Promise<void> {
    await this.page.waitForFunction(
      (wanted) => wanted.includes(document.querySelector('vultus-face-check')?.state ?? ''),
      states as string[],
      { timeout: CHECK_MS },
    );
  }

  press(name: string | RegExp): Promise<void> {
    return this.page
      .getByRole('button', { name, ...(typeof name === 'string' ? { exact: true } : {}) })
      .click();
  }

  async sees(role: 'heading' | 'button' | 'link' | 'alert', name: string | RegExp, timeout = 10_000) {
    const exact = role === 'button' && typeof name === 'string';
    await this.page.getByRole(role, { name, exact }).first().waitFor({ timeout });
  }

  async reads(text: string | RegExp, timeout = 10_000): Promise<void> {
    await this.page.getByText(text).first().waitFor({ timeout });
  }

  async #fillIn(): Promise<void> {
    await this.page.getByLabel('E-mail address').fill(this.email);
    await this.page.getByLabel('Password', { exact: true }).fill(this.password);
  }
}
