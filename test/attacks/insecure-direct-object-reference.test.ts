import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ApiClient } from '../support/api-client.js';
import { attempt, bearer } from '../support/attacks/calls.js';
import { type Route, nameOf, routesOf } from '../support/attacks/routes.js';
import { type Victim, createVictim, stateOf } from '../support/attacks/victim.js';
import { still } from '../support/faces.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

interface Ticket {
  readonly id: string;
  readonly ticket: string;
}

let server: RunningServer;
let api: ApiClient;
/** All that take the id of something in their path. */
let routes: Route[];
let victim: Victim;
let attacker: Victim;
/** A ticket of each, for each of both purposes. */
let tickets: Record<'victim' | 'attacker', Record<'verification' | 'enrolment', Ticket>>;
beforeAll(async () => {
  server = await startServer();
  api = await ApiClient.for(server);
  routes = (await routesOf(server)).filter(({ parameters }) =>
    parameters.some(({ in: place }) => place === 'path'),
  );
  const franck = await still('franck_02159.jpg');
  [victim, attacker] = [await createVictim(api, franck), await createVictim(api, franck)];
  const ticketsOf = async ({ email, token }: Victim) => ({
    verification: await ticket('/user/live-verification', await api.verificationToken(email)),
    enrolment: await ticket('/user/live-enrolment', token),
  });
  tickets = { victim: await ticketsOf(victim), attacker: await ticketsOf(attacker) };
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

async function ticket(path: string, token: string): Promise<Ticket> {
  const { status, body } = await api.post(path, { token });
  expect(status).toBe(201);
  return body as unknown as Ticket;
}

/** The best that somebody has for a call: genuine, and their own. */
function credentialOf(route: Route, who: 'victim' | 'attacker'): string {
  if (route.security === 'authorization') return { victim, attacker }[who].token;
  return tickets[who][route.path.includes('verification') ? 'verification' : 'enrolment'].ticket;
}

// The attacker, who has an account of their own, wants: to name what belongs to somebody else, and to be served.
describe('the id of something that belongs to another account', () => {
  it('is worth nothing at any call that takes one', async () => {
    expect(routes.length).toBeGreaterThanOrEqual(4);
    const before = await stateOf(server.url, victim.token);
    const ids = [
      victim.id,
      victim.email,
      victim.sessionId,
      victim.authenticator.id,
      victim.noticeId,
      tickets.victim.verification.id,
      tickets.victim.enrolment.id,
    ];
    for (const route of routes) {
      for (const id of ids) {
        const headers = bearer(credentialOf(route, 'attacker'));
        const { status } = await attempt(server.url, route, { ids: { id }, headers });
        expect({ call: nameOf(route), id, status }).toEqual({
          call: nameOf(route),
          id,
          status: expect.toBeOneOf([401, 404]) as number,
        });
      }
    }
    expect(await stateOf(server.url, victim.token)).toEqual(before);
  });

  it('is answered as one that does not exist: nobody learns that it does', async () => {
    for (const route of routes.filter(({ security }) => security === 'authorization')) {
      const headers = bearer(attacker.token);
      const answers = [];
      const theirs = route.path.includes('passkeys') ? victim.authenticator.id : victim.sessionId;
      for (const id of [theirs, 'A'.repeat(theirs.length)]) {
        const { status, body } = await attempt(server.url, route, { ids: { id }, headers });
        answers.push({ status, body: { ...body, request_id: '' } });
      }
      expect(answers[0]).toEqual(answers[1]);
    }
  });

  it('is worth nothing in a body', async () => {
    const before = await stateOf(server.url, victim.token);
    const mine = await stateOf(server.url, attacker.token);
    const json = { ids: [victim.noticeId] };
    const { body } = await api.post('/user/notices/seen', { token: attacker.token, json });
    expect(body).toEqual(mine['/user/notices']);
    expect(await stateOf(server.url, victim.token)).toEqual(before);
  });

  it('is worth nothing in the address or a header of a call that takes none', async () => {
    const before = await stateOf(server.url, victim.token);
    const mine = await stateOf(server.url, attacker.token);
    const response = await fetch(
      `${server.url}/user?id=${victim.id}&user_id=${victim.id}&email=${victim.email}`,
      {
        headers: { ...bearer(attacker.token), 'x-user-id': victim.id, 'x-account-id': victim.id },
      },
    );
    expect(await response.json()).toEqual(mine['/user']);
    expect(await stateOf(server.url, victim.token)).toEqual(before);
  });
});

describe('what is no id', () => {
  it('names neither everything nor anything', async () => {
    const before = await stateOf(server.url, attacker.token);
    const strange = [
      '*',
      '%',
      '_',
      '.',
      '0',
      '-1',
      'null',
      'true',
      '[object Object]',
      "' OR '1'='1",
      '{"$ne":null}',
      'a'.repeat(2000),
    ];
    for (const route of routes) {
      for (const id of [...strange, '\u0000', '../sessions', 'é']) {
        const headers = bearer(credentialOf(route, 'attacker'));
        const { status } = await attempt(server.url, route, { ids: { id }, headers });
        expect({ call: nameOf(route), id, status }).toEqual({
          call: nameOf(route),
          id,
          status: expect.toBeOneOf([400, 404, 414]) as number,
        });
      }
    }
    expect(await stateOf(server.url, attacker.token)).toEqual(before);
  });
});

describe('a text that no store can look for', () => {
  it('is no id in a body either', async () => {
    for (const id of ['\u0000', `${victim.noticeId}\u0000`, '\u001b[2J']) {
      const { status } = await api.post('/user/notices/seen', { token: attacker.token, json: { ids: [id] } });
      expect({ id, status }).toEqual({ id, status: 400 });
    }
  });
});

describe('the owner', () => {
  it('is served by the same ids: it was nothing else that refused them', async () => {
    const of = (name: string) => routes.find((route) => nameOf(route) === name)!;
    for (const [name, id] of [
      ['POST /user/live-verification/{id}/frames', tickets.victim.verification.id],
      ['POST /user/live-enrolment/{id}/frames', tickets.victim.enrolment.id],
      ['DELETE /user/passkeys/{id}', victim.authenticator.id],
      ['DELETE /user/sessions/{id}', victim.sessionId],
    ] as const) {
      const headers = bearer(credentialOf(of(name), 'victim'));
      const { status } = await attempt(server.url, of(name), { ids: { id }, headers });
      expect({ name, status }).toEqual({ name, status: 200 });
    }
  });
});
