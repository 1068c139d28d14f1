import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { FilmActor } from '../support/web/film-actor.js';
import { Person } from '../support/web/person.js';
import { type Scene, openScene } from '../support/web/scene.js';

let scene: Scene;
beforeAll(async () => {
  scene = await openScene({ CONSENT: 'outside' });
});
afterEach(() => scene.chromium.endVisits());
afterAll(() => scene.close());

/** Somebody who is signed in at a page of the server's origin, which uses the element in its own way. */
async function somebody(): Promise<{ page: Page; person: Person; lightAskedFor: Promise<unknown> }> {
  const { page } = await scene.chromium.visitor();
  const man = await FilmActor.cast('one_man', scene.camera);
  man.sitDown();
  const person = new Person(scene, page);
  await person.signUp();
  const lightAskedFor = new Promise<unknown>((resolve) => {
    page.on('websocket', (socket) => {
      socket.on('framesent', ({ payload }) => {
        if (typeof payload !== 'string') return;
        const message = JSON.parse(payload) as { type: string; abilities?: { light?: unknown } };
        if (message.type === 'start') resolve(message.abilities?.light);
      });
    });
  });
  await page.addScriptTag({ url: '/vultus-face-check.js', type: 'module' });
  return { page, person, lightAskedFor };
}

/** @param starts how often the page starts it, one right after the other */
async function embed(page: Page, attributes: Record<string, string>, starts = 0): Promise<void> {
  await page.evaluate(
    async ([given, times]) => {
      await customElements.whenDefined('vultus-face-check');
      const element = document.createElement('vultus-face-check');
      for (const [name, value] of Object.entries(given)) element.setAttribute(name, value);
      document.querySelector('main')!.replaceChildren(element);
      for (let i = 0; i < times; i++) element.start();
    },
    [{ transport: 'cookie', purpose: 'enrolment', ...attributes }, starts] as const,
  );
}

describe('an element in a page of its own', () => {
  it('shows no coloured light to somebody whom nobody has warned, whatever the page wants', async () => {
    const { page, lightAskedFor } = await somebody();
    await embed(page, { light: 'full', autostart: '' });
    await page.getByRole('button', { name: 'Start' }).waitFor();
    await embed(page, { light: 'full' }, 1);
    expect(await lightAskedFor).toBe('none');
  });

  it('asks for no more light than the page allows, nor than the person wants', async () => {
    const { page, person, lightAskedFor } = await somebody();
    await embed(page, { light: 'low' });
    const offered = page.getByRole('main').getByRole('radio');
    expect(await offered.evaluateAll((all) => all.map((one) => (one as HTMLInputElement).value))).toEqual([
      'low',
      'none',
    ]);
    await person.startCheck('Gentle');
    expect(await lightAskedFor).toBe('low');
  });

  it('begins anew when it is started again while the camera is asked for', async () => {
    const { page, person } = await somebody();
    await embed(page, {}, 3);
    await person.reaches('positioning', 'rest', 'movement');
  });

  it('switches the camera off when it is taken out of the page', async () => {
    const { page, person } = await somebody();
    await embed(page, {}, 1);
    await person.reaches('positioning', 'rest', 'movement');
    const isLive = await page.evaluate(() => {
      const element = document.querySelector('vultus-face-check')!;
      const video = element.shadowRoot!.querySelector('video')!;
      const track = (video.srcObject as MediaStream).getVideoTracks()[0]!;
      const before = track.readyState;
      element.remove();
      return [before, track.readyState];
    });
    expect(isLive).toEqual(['live', 'ended']);
  });
});
