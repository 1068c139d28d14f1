import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { FilmActor } from '../support/web/film-actor.js';
import { comesToRest } from '../support/web/accessibility.js';
import { AccountHolder } from '../support/web/account-holder.js';
import type { Visit } from '../support/web/chromium.js';
import { openNamedScene } from '../support/web/named-scene.js';
import type { Scene } from '../support/web/scene.js';
import { throughAllStates } from '../support/web/states.js';

const DOCUMENTED = new URL('../../docs/screenshots/', import.meta.url).pathname;
const MOST_BYTES = 60_000;
const isWanted = process.env['SCREENSHOTS'] !== undefined;

describe.skipIf(!isWanted)('pictures of the page', { timeout: 400_000 }, () => {
  let scene: Scene;
  let directory: string;
  beforeAll(async () => {
    scene = await openNamedScene({ FACE_WORKERS: '1' });
    directory = await mkdtemp(path.join(os.tmpdir(), 'vultus-screenshots-'));
    process.stdout.write(`Pictures of every state: ${directory}\n`);
  });
  afterEach(() => scene.chromium.endVisits());
  afterAll(() => scene.close());

  it.each([
    { device: 'desktop', colourScheme: 'light' },
    { device: 'desktop', colourScheme: 'dark' },
    { device: 'phone', colourScheme: 'light' },
    { device: 'phone', colourScheme: 'dark' },
  ] as const)('of every state: $device, $colourScheme', async (visit) => {
    (await FilmActor.cast('one_man', scene.camera)).sitDown();
    const visitor = await scene.chromium.visitor(visit);
    const person = new AccountHolder(scene, visitor.page);
    const folder = path.join(directory, `${visit.device}-${visit.colourScheme}`);
    await mkdir(folder);
    let count = 0;
    await throughAllStates(person, visitor, async (state) => {
      await comesToRest(visitor.page);
      const name = `${String(++count).padStart(2, '0')} ${state.replaceAll('/', '-')}.png`;
      // What lies before the page, or sticks to the window, is as large as the window.
      const fullPage = !/^(light|dialog|introduction|sign-in)/.test(state);
      await visitor.page.screenshot({ path: path.join(folder, name), fullPage });
    });
    expect(count).toBeGreaterThan(50);
  });

  it.each(documentedStates())('for the documentation: $name', async ({ name, visit, show }) => {
    const visitor = await scene.chromium.visitor(visit);
    const person = Object.assign(new AccountHolder(scene, visitor.page), { email: 'ada@example.org' });
    await show(person);
    await comesToRest(visitor.page);
    await mkdir(DOCUMENTED, { recursive: true });
    const picture = await small(await visitor.page.screenshot());
    expect(picture.length).toBeLessThan(MOST_BYTES);
    await writeFile(path.join(DOCUMENTED, `${name}.png`), picture);
  });
});

interface Documented {
  readonly name: string;
  readonly visit: Visit;
  readonly show: (person: AccountHolder) => Promise<void>;
}

/** Without anybody's face. The account of the second lives on in those after it. */
function documentedStates(): readonly Documented[] {
  return [
    {
      name: 'welcome',
      visit: {},
      show: async (person) => {
        await person.page.goto(person.home);
        await person.sees('button', 'Sign in');
      },
    },
    {
      name: 'account',
      visit: { colourScheme: 'dark' },
      show: async (person) => {
        await person.signUp();
        await person.reads('So far only your password protects this account');
        await person.reads('1 device');
      },
    },
    {
      name: 'introduction',
      visit: {},
      show: async (person) => {
        await person.signIn();
        await person.title('Your account');
        await person.agreeToEnrol();
      },
    },
    {
      name: 'recovery-codes',
      visit: { device: 'phone' },
      show: async (person) => {
        await person.signIn();
        await person.title('Your account');
        await person.opens('/account/recovery-codes');
        await person.sees('button', 'Make recovery codes');
      },
    },
    {
      name: 'camera-not-allowed',
      visit: { device: 'phone', colourScheme: 'dark', camera: 'denied' },
      show: async (person) => {
        await person.signIn();
        await person.title('Your account');
        await person.opens('/account/face/enrol');
        await person.startCheck();
        await person.reaches('permission_refused');
      },
    },
    {
      name: 'welcome-in-german',
      visit: { device: 'phone', locale: 'de-DE' },
      show: async (person) => {
        await person.page.goto(person.home);
        await person.sees('button', 'Anmelden');
      },
    },
  ];
}

/** Few colours are enough for a page, and a phone's picture need not have all its pixels. */
async function small(picture: Buffer): Promise<Buffer> {
  const image = sharp(picture);
  const { width } = await image.metadata();
  const size = width > 1000 ? 1000 : 390;
  return image
    .resize({ width: Math.min(width, size) })
    .png({ palette: true, colours: 64, effort: 10 })
    .toBuffer();
}
