import { readFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { AccountHolder } from '../support/web/account-holder.js';
import { Transfers } from '../support/web/network.js';
import { type Scene, openScene } from '../support/web/scene.js';

/** Of scripts, compressed, as they come over the line. */
const MOST_SCRIPT_BYTES = 200_000;
const MOST_ELEMENT_BYTES = 60_000;
const ELEMENT = new URL('../../dist/web/vultus-face-check.js', import.meta.url);

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ FACE_WORKERS: '1' });
});
afterEach(() => scene.chromium.endVisits());
afterAll(() => scene.close());

describe('the weight of the page', () => {
  it('is little until somebody can sign in, and with the face check still', async () => {
    const { page } = await scene.chromium.visitor();
    const person = new AccountHolder(scene, page);
    await person.signUp();
    await person.enrolsPicture();
    await person.opens('/account');
    await person.signOut();
    await page.goto('about:blank');

    const transfers = await Transfers.of(page);
    await page.goto(scene.server.url);
    await page.getByRole('button', { name: 'Sign in', disabled: false }).click({ trial: true });
    const interactive = transfers.bytes('Script');
    expect(interactive).toBeGreaterThan(50_000);
    expect(interactive).toBeLessThan(MOST_SCRIPT_BYTES);

    await person.typesInto('E-mail address', person.email);
    await person.typesInto('Password', person.password);
    await person.press('Sign in');
    await person.reaches('introduction');
    const inAll = transfers.bytes('Script');
    // It comes when it is needed, and not before.
    expect(inAll).toBeGreaterThan(interactive + 10_000);
    expect(inAll).toBeLessThan(MOST_SCRIPT_BYTES);
    process.stdout.write(`scripts: ${interactive} bytes until interactive, ${inAll} with the element\n`);
  });

  it('is little for the element alone', async () => {
    const bytes = gzipSync(await readFile(ELEMENT)).length;
    expect(bytes).toBeLessThan(MOST_ELEMENT_BYTES);
  });
});

describe('the page and the outside', () => {
  it('asks nobody but its own server for anything', async () => {
    const { page } = await scene.chromium.visitor();
    const asked = await onlyOwnServer(page);
    const person = new AccountHolder(scene, page);
    await person.signUp();
    await person.makesCodes();
    await person.enrolsPicture();
    await person.opens('/account/face');
    await person.press('Switch off');
    await person.answersDialog('Switch off');
    await person.reads('The face check is off.');
    await person.opens('/account/face/enrol');
    await person.reaches('introduction');
    await person.startCheck();
    await person.reaches('positioning');
    await person.signOut();
    expect(asked.size).toBeGreaterThan(10);
    expect([...asked].filter((url) => new URL(url).host !== new URL(scene.server.url).host)).toEqual([]);
  });
});

/** Everything else is cut off, before it leaves the browser. @returns what was asked for, own and other */
async function onlyOwnServer(page: Page): Promise<ReadonlySet<string>> {
  const { host } = new URL(scene.server.url);
  const asked = new Set<string>();
  page.on('websocket', (socket) => asked.add(socket.url()));
  await page.context().route('**/*', async (route) => {
    const url = route.request().url();
    asked.add(url);
    await (new URL(url).host === host ? route.continue() : route.abort());
  });
  return asked;
}
