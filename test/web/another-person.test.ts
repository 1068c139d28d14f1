import { afterAll, afterEach, beforeAll, describe, it } from 'vitest';

import { enrolledAccount, recoveryCodesOf } from '../support/web/enrolled-account.js';
import { FilmActor } from '../support/web/film-actor.js';
import { CHECK_MS, Person } from '../support/web/person.js';
import { type Scene, openScene } from '../support/web/scene.js';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ CONSENT: 'outside', VERIFICATION_TOKEN_TTL: '600' });
});
afterEach(() => scene.chromium.endVisits());
afterAll(() => scene.close());

describe('another person who knows the password', { retry: 2 }, () => {
  const visit = async (locale: 'en-GB' | 'de-DE' = 'en-GB') => {
    const account = await enrolledAccount(scene.server);
    const codes = await recoveryCodesOf(scene.server, account);
    const { page } = await scene.chromium.visitor({ locale });
    const stranger = await FilmActor.cast('another_man', scene.camera);
    stranger.sitDown();
    await stranger.follow(page, { isLit: false });
    return { account, codes, page, stranger };
  };

  it('is not let in before the camera and is told so; the owner is, at the next try', async () => {
    const { account, page, stranger } = await visit();
    const person = Object.assign(new Person(scene, page), account);
    await person.signIn();
    await person.startCheck('None');
    await person.sees('heading', 'Your face was not recognised', CHECK_MS);
    await person.reads('The face does not match the one that is set up.');
    await person.reads(/Nothing bright behind you/);
    await person.sees('button', 'Try again');
    await person.sees('button', 'Use a recovery code');

    stranger.leave();
    const owner = await FilmActor.cast('one_man_later', scene.camera);
    owner.sitDown();
    await owner.follow(page, { isLit: false });
    await person.press('Try again');
    await person.sees('heading', 'Your account', CHECK_MS);
    await person.reads(account.email);
  });

  it('is told so in German; who has a recovery code goes on with that', async () => {
    const { account, codes, page } = await visit('de-DE');
    await page.goto(scene.server.url);
    await page.getByLabel('E-Mail-Adresse').fill(account.email);
    await page.getByLabel('Passwort', { exact: true }).fill(account.password);
    const person = new Person(scene, page);
    await person.press('Anmelden');
    await page.getByRole('radio', { name: 'Ohne' }).check();
    await person.press('Beginnen');
    await person.sees('heading', 'Ihr Gesicht wurde nicht erkannt', CHECK_MS);
    await person.reads('Das Gesicht stimmt nicht mit dem eingerichteten überein.');
    await person.sees('button', 'Noch einmal versuchen');

    await person.press('Wiederherstellungscode verwenden');
    await page.getByLabel('Wiederherstellungscode').fill(codes[0]!);
    await person.press('Weiter mit Code');
    await person.sees('heading', 'Ihr Konto');
  });
});
