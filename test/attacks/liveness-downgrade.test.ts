import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ApiClient } from '../support/api-client.js';
import { attempt, bearer } from '../support/attacks/calls.js';
import { type Route, nameOf, routesOf } from '../support/attacks/routes.js';
import { still } from '../support/faces.js';
import { LiveClient, type Ticket } from '../support/live-client.js';
import { rephotograph } from '../support/rephotograph.js';
import {
  type RunningServer,
  removeTemporaryDirectories,
  startServer,
  startServerInVain,
} from '../support/server.js';

/** Ways in which a request might ask for less. */
const ASKING = [
  'liveness',
  'LIVENESS',
  'x-liveness',
  'vultus-liveness',
  'live',
  'policy',
  'mode',
  'skip_liveness',
];
const LESS = ['off', 'passive', 'none', 'false', '0'];

let server: RunningServer;
let api: ApiClient;
/** All that take a single picture. */
let stills: Route[];
let franck: Buffer;
let account: { email: string; token: string };
beforeAll(async () => {
  franck = await still('franck_02159.jpg');
  // A face that was enrolled before the policy was made stricter.
  const before = await startServer({ LIVENESS: 'passive' });
  account = await (await ApiClient.for(before)).enrolled(franck);
  await before.stop();
  server = await startServer({ LIVENESS: 'active', DATA_DIR: before.dataDirectory });
  api = await ApiClient.for(server);
  stills = (await routesOf(server)).filter(
    ({ bodySchema }) => bodySchema?.properties?.['file'] !== undefined,
  );
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

// The attacker, who has a good picture of the owner, wants: a server that asks for a live check to make do with it.
describe('LIVENESS=active', () => {
  it('accepts a still at no call, whatever the request asks for', async () => {
    expect(stills.map(nameOf)).toEqual(
      expect.arrayContaining(['POST /user/image/image-embedding', 'POST /user/image/compare-faces']),
    );
    const verification = await api.verificationToken(account.email);
    for (const route of stills) {
      const token = route.security === 'verification' ? verification : account.token;
      for (const less of LESS) {
        const query = new URLSearchParams(ASKING.map((name): [string, string] => [name, less])).toString();
        const body = new FormData();
        for (const name of ASKING) body.set(name, less);
        body.set('file', new Blob([Uint8Array.from(franck)], { type: 'image/jpeg' }), 'face.jpg');
        const response = await fetch(`${server.url}${route.path}?${query}`, {
          method: route.method,
          headers: {
            ...bearer(token),
            ...Object.fromEntries(ASKING.map((name) => [name.replaceAll('_', '-'), less])),
            cookie: ASKING.map((name) => `${name}=${less}`).join('; '),
          },
          body,
        });
        const { code } = (await response.json()) as { code: string };
        const call = { call: nameOf(route), less };
        expect({ ...call, status: response.status, code }).toEqual({
          ...call,
          status: 403,
          code: 'live_verification_required',
        });
      }
      const other = await attempt(server.url, route, { headers: bearer(token), picture: new Uint8Array(10) });
      expect(other.code).toBe('live_verification_required');
    }
    // None of them was an attempt.
    expect((await api.get('/user/auth/verification', { token: verification })).status).toBe(200);
  });

  it('does not take a still at a live session for its answers', async () => {
    const token = await api.verificationToken(account.email);
    const { body } = await api.post('/user/live-verification', { token });
    const given = body as unknown as Ticket;
    const message = new FormData();
    message.append('message', '{"type":"start"}');
    message.append('file', new Blob([Uint8Array.from(franck)]));
    const response = await fetch(server.url + given.frames, {
      method: 'POST',
      headers: bearer(given.ticket),
      body: message,
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'malformed_upload' });
  });

  it('has something to ask also of whoever says that they can do nothing, or passes nobody', async () => {
    const started: object[] = [
      { type: 'start', abilities: { movements: [], light: 'none' } },
      { type: 'start', abilities: { movements: ['nod'], light: 'none' } },
      { type: 'start', abilities: {}, liveness: 'off' },
      { type: 'start', liveness: 'passive' },
      { type: 'skip' },
      { type: 'result', outcome: 'passed' },
    ];
    for (const start of started) {
      const token = await api.verificationToken(account.email);
      const { body } = await api.post('/user/live-verification', { token });
      const client = await LiveClient.open(server.url, body as unknown as Ticket);
      client.say(start);
      for (let i = 0; i < 3; i++) client.sendFrame(franck);
      client.say({ type: 'stop' });
      await client.closed;
      const passed = client.messages.filter(({ outcome, token: session }) => outcome === 'passed' || session);
      expect({ start, passed }).toEqual({ start, passed: [] });
    }
  });
});

describe('LIVENESS=passive', () => {
  it('looks at every picture, whatever the request asks for', async () => {
    const passive = await startServer({ LIVENESS: 'passive' });
    const client = await ApiClient.for(passive);
    const { token } = await client.signUp();
    const onScreen = await rephotograph(await still('franck_02888.jpg'), { fill: 0.95, moire: 0.08 });
    const body = new FormData();
    for (const name of ASKING) body.set(name, 'off');
    body.set('file', new Blob([Uint8Array.from(onScreen)], { type: 'image/jpeg' }));
    const headers = Object.fromEntries(ASKING.map((name) => [name.replaceAll('_', '-'), 'off']));
    const answer = await client.post('/user/image/image-embedding', { token, body, headers });
    expect(answer).toMatchObject({ status: 401, body: { code: 'presentation_attack' } });
    expect((await client.get('/user', { token })).body.user.fv).toEqual([]);
    await passive.stop();
  });
});

describe('the setting', () => {
  it('is not turned off by a word that is none', async () => {
    for (const word of ['OFF', 'false', 'disabled']) {
      const { code, stderr } = await startServerInVain({ LIVENESS: word });
      expect({ word, code }).toEqual({ word, code: 1 });
      expect(stderr).toContain('LIVENESS');
    }
  });
});
