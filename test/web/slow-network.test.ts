import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { enrolledAccount } from '../support/web/enrolled-account.js';
import { FilmActor } from '../support/web/film-actor.js';
import { Person } from '../support/web/person.js';
import { type Scene, openScene } from '../support/web/scene.js';
import { SLOW_3G, WeakLine } from '../support/web/weak-line.js';

/** Half of what makes people go away, and twice what it takes. */
const USABLE_MS = 9_000;

let scene: Scene;
let line: WeakLine;
beforeAll(async () => {
  scene = await openScene({ CONSENT: 'outside', VERIFICATION_TOKEN_TTL: '600' });
  line = await WeakLine.to(scene.server.url, SLOW_3G);
});
afterEach(() => scene.chromium.endVisits());
afterAll(async () => {
  line.close();
  await scene.close();
});

/** Somebody with an account and a telephone, for whom every byte comes over the bad line. */
async function somebody(): Promise<{ page: Page; person: Person }> {
  const account = await enrolledAccount(scene.server);
  const { page } = await scene.chromium.visitor({ device: 'phone' });
  const server = { ...scene.server, url: line.url };
  return { page, person: Object.assign(new Person({ server }, page), account) };
}

/** Films in real time, on a machine that may have other things to do. */
describe('a telephone on a bad line', { retry: 2 }, () => {
  it('shows the page before its owner gives up', async () => {
    const { page, person } = await somebody();
    const began = performance.now();
    await page.goto(line.url);
    await page.getByLabel('E-mail address').fill(person.email);
    expect(performance.now() - began).toBeLessThan(USABLE_MS);
  });

  it('signs its owner in with their face', async () => {
    const { page, person } = await somebody();
    const man = await FilmActor.cast('one_man_later', scene.camera);
    man.sitDown();
    await man.follow(page, { isLit: false });
    await person.signIn();
    await person.sees('button', 'Start', 30_000);
    await person.startCheck('None');
    await person.passesCheck(page.getByRole('heading', { name: 'Your account' }));
  });
});
