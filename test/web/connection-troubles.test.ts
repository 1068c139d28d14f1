import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { ApiClient } from '../support/api-client.js';
import { LiveCallsClient } from '../support/live-calls-client.js';
import type { Ticket } from '../support/live-client.js';
import { type RunningServer, startServer } from '../support/server.js';
import type { Complaints } from '../support/web/complaints.js';
import { enrolledAccount } from '../support/web/enrolled-account.js';
import { FilmActor } from '../support/web/film-actor.js';
import { CHECK_MS, Person } from '../support/web/person.js';
import { type Scene, openScene } from '../support/web/scene.js';
import { WeakLine } from '../support/web/weak-line.js';

const SETTINGS = { CONSENT: 'outside', VERIFICATION_TOKEN_TTL: '600', FACE_WORKERS: '2' };
/** What browsers say of a network that is away, and of a server that has no room. */
const NO_ANSWER = /WebSocket connection to|net::ERR_|status of 503/;
/** A server reads its models anew. */
const RESTART_MS = 30_000;

let scene: Scene;
afterEach(() => scene.chromium.endVisits());

interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly complaints: Complaints;
  readonly person: Person;
}

/** Somebody who has an account with a face, sits before the camera, and comes to the page at `url`. */
async function somebody(url = scene.server.url): Promise<Visit> {
  const account = await enrolledAccount(scene.server);
  const visitor = await scene.chromium.visitor();
  const man = await FilmActor.cast('one_man_later', scene.camera);
  man.sitDown();
  await man.follow(visitor.page, { isLit: false });
  visitor.complaints.expect(NO_ANSWER);
  const person = Object.assign(new Person({ server: { ...scene.server, url } }, visitor.page), account);
  return { ...visitor, person };
}

async function somebodyInTheMiddle(url?: string): Promise<Visit> {
  const visit = await somebody(url);
  await visit.person.signIn();
  await visit.person.startCheck('None');
  await visit.person.reaches('movement');
  return visit;
}

const isSignedIn = (person: Person) => person.sees('heading', 'Your account', CHECK_MS);

describe('a line that is weak', { retry: 2 }, () => {
  let line: WeakLine;
  beforeAll(async () => {
    scene = await openScene(SETTINGS);
    line = await WeakLine.to(scene.server.url);
  });
  afterEach(() => {
    line.letsSocketsThrough = true;
    line.bringUp();
  });
  afterAll(async () => {
    line.close();
    await scene.close();
  });

  it('is cut in the middle of a check: the person sees it, and the check begins anew by itself', async () => {
    const { person } = await somebodyInTheMiddle(line.url);
    expect(line.cutSockets()).toBe(1);
    await person.sees('heading', 'The connection was lost');
    await person.reads('Trying again by itself. There is nothing to do.');
    await isSignedIn(person);
  });

  it('lets no sockets through: the person notices nothing', async () => {
    line.letsSocketsThrough = false;
    const { page, person } = await somebody(line.url);
    let calls = 0;
    page.on('response', (response) => {
      if (new URL(response.url()).pathname.endsWith('/frames') && response.ok()) calls++;
    });
    const texts: string[] = [];
    await page.exposeFunction('noteState', (state: string) => texts.push(state));
    await page.addInitScript(`addEventListener('vultus-state', ({ detail }) => noteState(detail.state))`);
    await person.signIn();
    await person.startCheck('None');
    await isSignedIn(person);
    expect(calls).toBeGreaterThan(10);
    expect(texts).toContain('movement');
    expect(texts).not.toContain('connection_lost');
  });

  it('is down at the sign-in: what was typed is still there, and the same button works when it is up', async () => {
    const { page, person } = await somebody(line.url);
    await page.goto(line.url);
    await person.sees('button', 'Sign in');
    line.takeDown();
    await page.getByLabel('E-mail address').fill(person.email);
    await page.getByLabel('Password', { exact: true }).fill(person.password);
    await person.press('Sign in');
    await person.reads(/The server does not answer.*nothing that you typed is lost/);
    expect(await page.getByLabel('E-mail address').inputValue()).toBe(person.email);
    expect(await page.getByLabel('Password', { exact: true }).inputValue()).toBe(person.password);

    line.bringUp();
    await person.press('Sign in');
    await person.sees('button', 'Start');
  });
});

describe('a server that goes away and comes back', { retry: 2 }, () => {
  let server: RunningServer;
  beforeAll(async () => {
    scene = await openScene(SETTINGS);
    server = scene.server;
  });
  afterAll(async () => {
    await server.stop();
    await scene.close();
  });
  beforeEach(async () => {
    await server.stop();
    await comesBack();
  });
  const comesBack = async (settings: Record<string, string> = SETTINGS) => {
    const { port } = new URL(scene.server.url);
    server = await startServer({ ...settings, PORT: port, DATA_DIR: scene.server.dataDirectory });
  };
  /** Whether the person had to press a button for it. */
  const getsThrough = async ({ page, person }: Visit): Promise<boolean> => {
    const again = page.getByRole('button', { name: 'Try again' });
    await page.getByRole('heading', { name: 'Your account' }).or(again).waitFor({ timeout: CHECK_MS });
    const hadTo = await again.isVisible();
    if (hadTo) await again.click();
    await isSignedIn(person);
    return hadTo;
  };

  it('is killed in the middle of a check: the person is through with one press of a button', async () => {
    const visit = await somebodyInTheMiddle();
    await server.stop('SIGKILL');
    await visit.person.sees('heading', 'The connection was lost');
    await visit.person.reads(/The server cannot be reached/);
    await visit.person.sees('button', 'Try again');
    await comesBack();
    expect(await getsThrough(visit)).toBe(true);
  });

  it('is stopped in an orderly way: the person is through with one press at the most', async () => {
    const visit = await somebodyInTheMiddle();
    const stopped = server.stop('SIGTERM');
    await visit.person.sees('heading', 'The connection was lost');
    await stopped;
    await comesBack();
    await getsThrough(visit);
  });

  it('comes back when the sign-in has expired: the person is led to the password, their address is kept', async () => {
    await server.stop();
    await comesBack({ ...SETTINGS, VERIFICATION_TOKEN_TTL: '15' });
    const { page, person } = await somebodyInTheMiddle();
    await server.stop('SIGKILL');
    await person.reads(/The server cannot be reached/, 20_000);
    await page.getByText('left for this sign-in').waitFor({ state: 'hidden', timeout: 20_000 });
    await comesBack();
    await person.press('Try again');
    await person.sees('heading', 'This sign-in is over', RESTART_MS);
    await person.press('Start over');
    expect(await page.getByLabel('E-mail address').inputValue()).toBe(person.email);
  });
});

describe('a server without room', () => {
  beforeAll(async () => {
    scene = await openScene({ ...SETTINGS, LIVE_MAX_SESSIONS: '1' });
  });
  afterAll(() => scene.close());

  it('lets the person wait with a countdown, and goes on by itself', async () => {
    const api = await ApiClient.for(scene.server);
    const { email } = await enrolledAccount(scene.server);
    const token = await api.verificationToken(email);
    const { body } = await api.post('/user/live-verification', { token });
    const somebodyElse = await LiveCallsClient.for(api, body as unknown as Ticket);
    await somebodyElse.say([{ type: 'start' }]);
    const { person } = await somebody();
    await person.signIn();
    await person.startCheck('None');
    await person.sees('heading', 'The server is busy');
    await person.reads(/It goes on by itself in [1-9]\d* s/);
    await somebodyElse.say([{ type: 'stop' }]);
    await person.reads('It goes on by itself in 2 s', 20_000);
    await person.reaches('positioning', 'rest', 'movement');
  });
});

describe('a sign-in that expires while the person waits', () => {
  beforeAll(async () => {
    scene = await openScene({ ...SETTINGS, VERIFICATION_TOKEN_TTL: '5' });
  });
  afterAll(() => scene.close());

  it('leads them back to the password, with a sentence and their address', async () => {
    const { page, person } = await somebody();
    await person.signIn();
    await person.reads(/[1-5] seconds? left for this sign-in/);
    await person.sees('heading', 'This sign-in is over');
    await person.reads('Start again with your e-mail address and password.');
    await person.press('Start over');
    expect(await page.getByLabel('E-mail address').inputValue()).toBe(person.email);
    await page.getByLabel('Password', { exact: true }).fill(person.password);
    await person.press('Sign in');
    await person.sees('button', 'Start');
  });
});

describe('a server that makes no live checks', () => {
  beforeAll(async () => {
    scene = await openScene({ LIVENESS: 'off' });
  });
  afterAll(() => scene.close());

  it('takes a picture when the person presses the shutter, and knows them by another one', async () => {
    const { page } = await scene.chromium.visitor();
    const person = new Person(scene, page);
    const man = await FilmActor.cast('one_man', scene.camera);
    man.sitDown();
    await person.signUp();
    await person.agreeToEnrol();
    await person.startCheck('None');
    await person.reads('Fit your face into the oval');
    await person.press('Take the picture');
    await person.reads('The face check is set up', 20_000);
    await person.signOut();

    (await FilmActor.cast('one_man_later', scene.camera)).sitDown();
    await person.signIn();
    await person.sees('button', 'Start');
    await person.startCheck('None');
    await person.sees('heading', 'Your account', 30_000);
  });
});
