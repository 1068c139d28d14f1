import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { filmFrame, groupPhotograph } from '../support/faces.js';
import { Chromium, type Visit } from '../support/web/chromium.js';
import { enrolledAccount } from '../support/web/enrolled-account.js';
import { FilmActor } from '../support/web/film-actor.js';
import { Person } from '../support/web/person.js';
import { type Scene, openScene } from '../support/web/scene.js';

/** Without movements in films; the machine may be slow all the same. */
const A_WHILE_MS = 30_000;

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ CONSENT: 'outside', VERIFICATION_TOKEN_TTL: '600' });
});
afterEach(() => scene.chromium.endVisits());
afterAll(() => scene.close());

/** Somebody with their password right and the face check before them. */
async function atTheFaceCheck(
  visit: Visit & { prepare?: (page: Page) => Promise<void>; chromium?: Chromium } = {},
) {
  const visitor = await (visit.chromium ?? scene.chromium).visitor(visit);
  await visit.prepare?.(visitor.page);
  const person = Object.assign(new Person(scene, visitor.page), await enrolledAccount(scene.server));
  const man = await FilmActor.cast('one_man', scene.camera);
  man.sitDown();
  await person.signIn();
  await person.sees('button', 'Start');
  return { ...visitor, person, man };
}

describe('a camera that is not there', () => {
  it('is not allowed: the person reads how to allow it, and once they have, goes on', async () => {
    const { context, person } = await atTheFaceCheck({ camera: 'denied' });
    await person.startCheck();
    await person.sees('heading', 'The camera is not allowed');
    await person.reads('Click the symbol beside the address of this page, allow the camera, and try again.');

    await person.press('Try again');
    await person.sees('heading', 'The camera is not allowed');
    await context.grantPermissions(['camera']);
    await person.press('Try again');
    await person.reaches('positioning', 'rest');
  });

  it('does not exist: the person reads what to do, and can choose another way', async () => {
    const withoutCamera = await Chromium.launch();
    try {
      const { person } = await atTheFaceCheck({ chromium: withoutCamera });
      await person.startCheck();
      await person.sees('heading', 'No camera found');
      await person.reads(/open this page on a device that has one/);
      await person.sees('button', 'Try again');
      await person.press('Go back');
      await person.sees('button', 'Start over');
      await withoutCamera.endVisits();
    } finally {
      await withoutCamera.close();
    }
  });

  it('is in use: the person closes the other program and goes on', async () => {
    const { page, person } = await atTheFaceCheck({ prepare: letAnotherProgramHaveTheCamera });
    await person.startCheck();
    await person.sees('heading', 'The camera is busy');
    await person.reads(/Close video calls and other tabs with a camera/);
    await page.evaluate('closeOtherProgram()');
    await person.press('Try again');
    await person.reaches('positioning', 'rest');
  });

  it('stops in the middle: the person reads that, and goes on with it when it is back', async () => {
    const { page, person } = await atTheFaceCheck({ prepare: rememberStreams });
    await person.startCheck();
    await person.reaches('positioning', 'rest');
    await page.evaluate('unplugCamera()');
    await person.sees('heading', 'The camera has stopped');
    await person.reads(/Check the camera, and try again/);
    await person.press('Try again');
    await person.reaches('positioning', 'rest');
  });
});

describe('who is before the camera', { retry: 2 }, () => {
  it('nobody, then several, then one: each time the person reads what is wanted, then it goes on', async () => {
    const { person, man } = await atTheFaceCheck();
    scene.camera.blank();
    await person.startCheck();
    await person.reads('Show your whole face', A_WHILE_MS);
    await scene.camera.show(await groupPhotograph('sample1.jpg'));
    await person.reads('Only one person, please', A_WHILE_MS);
    man.sitDown();
    await person.reaches('rest', 'movement');
  });

  it('nobody at all: the person reads what would help, and can try again', async () => {
    const { page, person, man } = await atTheFaceCheck();
    scene.camera.blank();
    await person.startCheck();
    await person.sees('heading', 'That did not work', A_WHILE_MS);
    await person.reads(/Look straight into the camera, near enough, in even light/);
    man.sitDown();
    await page.getByRole('button', { name: 'Try again' }).click();
    await person.reaches('rest', 'movement');
  });

  it('a photograph of the right person: it is not let in, and a person would read what is wrong', async () => {
    const { page, person } = await atTheFaceCheck();
    await scene.camera.show(await filmFrame('cap13_edit2.mp4', 14.2));
    await person.startCheck();
    await person.sees('heading', 'That did not work', A_WHILE_MS);
    await person.reads('The camera shows a frozen picture. Close other programs that use it.');
    await person.sees('button', 'Try again');
    expect(new URL(page.url()).pathname).toBe('/sign-in/verification');
  });
});

/** Chromium's camera is never taken by another program: the browser's answer is. */
async function letAnotherProgramHaveTheCamera(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const { mediaDevices } = navigator;
    const ask = mediaDevices.getUserMedia.bind(mediaDevices);
    let isTaken = true;
    mediaDevices.getUserMedia = (wanted) =>
      isTaken
        ? Promise.reject(new DOMException('Could not start video source', 'NotReadableError'))
        : ask(wanted);
    Object.assign(globalThis, { closeOtherProgram: () => void (isTaken = false) });
  });
}

/** Nor can it be unplugged: its stream is stopped, and the page told as when it were. */
async function rememberStreams(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const { mediaDevices } = navigator;
    const ask = mediaDevices.getUserMedia.bind(mediaDevices);
    let last: MediaStream | undefined;
    mediaDevices.getUserMedia = async (wanted) => (last = await ask(wanted));
    const unplugCamera = () => {
      for (const track of last?.getTracks() ?? []) {
        track.stop();
        track.dispatchEvent(new Event('ended'));
      }
    };
    Object.assign(globalThis, { unplugCamera });
  });
}
