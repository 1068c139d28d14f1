import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { Complaints } from '../support/web/complaints.js';
import { FilmActor } from '../support/web/film-actor.js';
import { Person } from '../support/web/person.js';
import { type Scene, openScene } from '../support/web/scene.js';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterEach(() => scene.chromium.endVisits());
afterAll(() => scene.close());

/** Films in real time, on a machine that may have other things to do: another try is a person's, too. */
describe('a person with a camera', { retry: 2 }, () => {
  it.each([
    { device: 'desktop', light: 'None' },
    { device: 'phone', light: 'Strong' },
  ] as const)(
    'signs up, enrols, signs out, and signs in with their face: $device',
    async ({ device, light }) => {
      const { page, complaints } = await scene.chromium.visitor({ device });
      const first = await FilmActor.cast('one_man', scene.camera);
      const person = new Person(scene, page);
      first.sitDown();
      await first.follow(page);
      await person.signUp();
      await person.enrol(light);
      expect(first.asked).toContain(light === 'None' ? 'open_mouth' : 'rest');
      await person.reads('Keep another way in');
      await person.signOut();

      await page.close();
      const again = await page.context().newPage();
      const complaintsAgain = new Complaints(again);
      const later = await FilmActor.cast('one_man_later', scene.camera);
      later.sitDown();
      await later.follow(again);
      const back = Object.assign(new Person(scene, again), { email: person.email });
      await back.signIn();
      await back.sees('button', 'Start');
      await back.startCheck(light);
      await back.passesCheck(back.page.getByRole('heading', { name: 'Your account' }));
      await back.reads(person.email);
      expect(again.url()).toBe(`${scene.server.url}/account`);
      await again.reload();
      await back.sees('heading', 'Your account');
      // A journey in which nothing goes wrong leaves no error in the console, not even of a call that was refused.
      expect([complaints.refusedCalls, complaintsAgain.refusedCalls]).toEqual([0, 0]);
      expect(complaintsAgain.all).toEqual([]);
    },
  );
});
