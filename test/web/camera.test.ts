import { readFile } from 'node:fs/promises';

import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { ApiClient } from '../support/api-client.js';
import { still } from '../support/faces.js';
import {
  type RunningServer,
  removeTemporaryDirectories,
  startServer,
  temporaryDirectory,
} from '../support/server.js';
import { Chromium } from '../support/web/chromium.js';
import { FilmActor } from '../support/web/film-actor.js';
import { FilmCamera } from '../support/web/film-camera.js';
import { clipOf } from '../support/web/film-clips.js';
import { type PageServer, servePage } from '../support/web/page-server.js';

let pages: PageServer;
let camera: FilmCamera;
let chromium: Chromium;
beforeAll(async () => {
  pages = await servePage(await readFile(new URL('./live-page.html', import.meta.url)));
  camera = FilmCamera.create(await temporaryDirectory());
  chromium = await Chromium.launch(camera);
});
afterEach(() => chromium.endVisits());
afterAll(async () => {
  await chromium.close();
  camera.close();
  await pages.stop();
  await removeTemporaryDirectories();
});

describe('the camera of the browser', () => {
  let page: Page;
  beforeAll(() => {
    camera.blank();
  });
  const open = async () => {
    ({ page } = await chromium.visitor());
    await page.goto(pages.url);
    return page.evaluate('openCamera()');
  };
  const glance = () => page.evaluate<number[]>('glance(16, 12)');
  /** Mean difference of two glances, 0…255. */
  const difference = (a: readonly number[], b: readonly number[]) =>
    a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;
  /** Some 40 ms are what the browser takes for a picture. */
  const aMoment = () => new Promise((resolve) => setTimeout(resolve, 300));

  it('gives pictures of 640×480, 25 a second, which show nobody at first', async () => {
    expect(await open()).toMatchObject({ width: 640, height: 480, frameRate: 25 });
    expect(Math.max(...(await glance()).map((grey) => Math.abs(grey - 130)))).toBeLessThan(4);
  });

  it('shows what the test shows it, while it runs', async () => {
    await open();
    const shown: Record<string, number[]> = {};
    for (const name of ['franck_01829.jpg', 'audrey.jpg']) {
      await camera.show(await still(name));
      await aMoment();
      shown[name] = await glance();
    }
    expect(difference(shown['audrey.jpg']!, shown['franck_01829.jpg']!)).toBeGreaterThan(20);
    await camera.show(await still('franck_01829.jpg'));
    await aMoment();
    expect(difference(await glance(), shown['franck_01829.jpg']!)).toBeLessThan(1);
    camera.blank();
    await aMoment();
    expect(difference(await glance(), shown['audrey.jpg']!)).toBeGreaterThan(20);
  });

  it('shows a film at its speed, then what is to come after it', async () => {
    await open();
    const clip = await clipOf({ film: 'cap13_edit2.mp4', from: 15, seconds: 1 });
    const glances: number[][] = [];
    camera.play(clip, { then: await clipOf({ film: 'franck.mp4', from: 92, seconds: 1 }) });
    for (let i = 0; i < 4; i++) {
      await aMoment();
      glances.push(await glance());
    }
    expect(difference(glances[0]!, glances[1]!)).toBeGreaterThan(0.2);
    expect(difference(glances[0]!, glances[1]!)).toBeLessThan(10);
    expect(difference(glances[1]!, glances[3]!)).toBeGreaterThan(20);
  });

  it('is not given to a page that may not have it', async () => {
    ({ page } = await chromium.visitor({ camera: 'denied' }));
    await page.goto(pages.url);
    await expect(page.evaluate('openCamera()')).rejects.toThrow('NotAllowedError');
  });
});

describe('somebody before the camera', { retry: 2 }, () => {
  let server: RunningServer;
  let api: ApiClient;
  beforeAll(async () => {
    server = await startServer({ LIVENESS: 'active', CORS_ORIGINS: pages.url });
    api = await ApiClient.for(server);
  });
  afterAll(() => server.stop());

  const visit = async () => {
    const { page } = await chromium.visitor();
    await page.goto(pages.url);
    await page.evaluate('openCamera()');
    return page;
  };
  const hold = (page: Page, path: string, token: string, light: 'full' | 'low' | 'none') =>
    page.evaluate<{ outcome: string; stages: string[] }>(
      `holdSession('${server.url}', '${path}', '${token}', { light: '${light}' })`,
    );
  const enrol = async (page: Page, light: 'full' | 'low' | 'none') => {
    const { token, email } = await api.signUp();
    return { email, session: await hold(page, '/user/live-enrolment', token, light) };
  };
  const signIn = async (page: Page, email: string) =>
    hold(page, '/user/live-verification', await api.verificationToken(email), 'none');

  it('does what a server asks for that nobody has told what to ask', async () => {
    const page = await visit();
    const actor = await FilmActor.cast('one_man', camera);
    actor.sitDown();
    await actor.follow(page);
    const { session } = await enrol(page, 'none');
    expect(session.outcome).toBe('passed');
    expect(session.stages.filter((stage) => /turn|mouth/.test(stage))).toHaveLength(6);
    expect(actor.asked).toEqual(session.stages);
  });

  it.each(['full', 'low'] as const)('is lit by the screen: %s', async (light) => {
    const page = await visit();
    const actor = await FilmActor.cast('one_man', camera);
    actor.sitDown();
    await actor.follow(page);
    const { session } = await enrol(page, light);
    expect(session.outcome).toBe('passed');
    expect(actor.asked).toEqual(session.stages);
  });

  it('is not there for a challenge of light when the screen does not light them', async () => {
    const page = await visit();
    const actor = await FilmActor.cast('one_man', camera);
    actor.sitDown();
    await actor.follow(page, { isLit: false });
    const { session } = await enrol(page, 'full');
    expect(session.outcome).toBe('live_check_failed light_not_reflected');
  });

  it('has to move when they are asked to', async () => {
    const page = await visit();
    (await FilmActor.cast('one_man', camera)).sitDown();
    const { session } = await enrol(page, 'none');
    expect(session.outcome).toBe('live_check_failed step_timed_out');
  });

  it('is known again at another moment, and nobody else is taken for them', async () => {
    const appear = async (role: 'one_man' | 'one_man_later' | 'another_man') => {
      const page = await visit();
      const actor = await FilmActor.cast(role, camera);
      actor.sitDown();
      await actor.follow(page);
      return page;
    };
    const { email, session } = await enrol(await appear('one_man'), 'none');
    expect(session.outcome).toBe('passed');
    await chromium.endVisits();
    expect((await signIn(await appear('one_man_later'), email)).outcome).toBe('passed');
    await chromium.endVisits();
    expect((await signIn(await appear('another_man'), email)).outcome).toBe('face_mismatch');
  });
});
