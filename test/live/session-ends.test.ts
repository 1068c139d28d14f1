import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ApiClient } from '../support/api-client.js';
import { filmClip, still } from '../support/faces.js';
import { LiveClient, type Ticket } from '../support/live-client.js';
import { handshake, protocols } from '../support/live-handshake.js';
import { expectLogKeepsQuiet } from '../support/live-log.js';
import {
  type RunningServer,
  removeTemporaryDirectories,
  startServer,
  temporaryDirectory,
} from '../support/server.js';

const MAX_SESSIONS = 3;

interface Enrolled {
  readonly email: string;
  readonly token: string;
}

let server: RunningServer;
let api: ApiClient;
let face: Buffer;
let film: Buffer[];
let enrolled: Enrolled[];
const secrets: string[] = [];
beforeAll(async () => {
  const DATA_DIR = await temporaryDirectory();
  face = await still('franck_02159.jpg');
  film = await filmClip('cap13_edit2.mp4', 9, 8);
  // Faces that were enrolled with pictures, before the operator asked for more.
  const earlier = await startServer({ DATA_DIR, LIVENESS: 'passive' });
  const earlierApi = await ApiClient.for(earlier);
  enrolled = [];
  for (let i = 0; i < 3; i++) enrolled.push(await earlierApi.enrolled(face));
  await earlier.stop();
  server = await startServer({
    DATA_DIR,
    LIVENESS: 'active',
    FACE_MAX_FAILURES: '2',
    LIVE_MAX_SESSIONS: String(MAX_SESSIONS),
  });
  api = await ApiClient.for(server);
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

async function ticketFor(path: string, token: string): Promise<Ticket> {
  const { status, body } = await api.post(path, { token });
  expect(status).toBe(201);
  const given = body as unknown as Ticket;
  secrets.push(token, given.ticket);
  return given;
}

const verificationTicket = (token: string) => ticketFor('/user/live-verification', token);
const enrolmentTicket = async () => ticketFor('/user/live-enrolment', (await api.signUp()).token);
const knock = ({ socket, ticket }: Ticket) => handshake(server.url, socket, protocols(ticket));

describe('a sign-in whose challenges are broken off one after the other (challenge shopping)', () => {
  it('has no attempt left when as many have been shown as may fail, live or with a picture', async () => {
    const [{ email }] = enrolled as [Enrolled];
    const token = await api.verificationToken(email);
    const tickets = [
      await verificationTicket(token),
      await verificationTicket(token),
      await verificationTicket(token),
    ];
    // To hear only where one has to look costs nothing.
    const patient = await LiveClient.open(server.url, await verificationTicket(token));
    patient.start({ light: 'none' });
    await patient.hear(({ type }) => type === 'stage');
    patient.say({ type: 'stop' });
    await patient.closed;

    for (const ticket of tickets.slice(0, 2)) {
      const shopper = await LiveClient.open(server.url, ticket);
      shopper.start({ light: 'none' });
      const playing = shopper.play(film);
      await shopper.hear(({ type, stage }) => type === 'stage' && stage.kind === 'rest');
      shopper.socket.terminate();
      await Promise.all([playing, shopper.closed]);
    }

    const refused = await knock(tickets[2]!);
    expect(refused).toMatchObject({ status: 429, problem: { code: 'too_many_attempts' } });
    expect(refused.headers['retry-after']).toBe('1');
    const locked = { status: 429, body: { code: 'too_many_attempts' } };
    expect(await api.post('/user/live-verification', { token })).toMatchObject(locked);
    expect(await api.upload('/user/image/compare-faces', token, face)).toMatchObject(locked);
    // A new sign-in has its own attempts.
    const again = await knock(await verificationTicket(await api.verificationToken(email)));
    expect(again.status).toBe(101);
    again.socket?.destroy();
  });
});

describe('a second session for the same sign-in', () => {
  it('ends the first, so that nobody answers two challenges at once', async () => {
    const [, { email }] = enrolled as [Enrolled, Enrolled];
    const token = await api.verificationToken(email);
    const first = await LiveClient.open(server.url, await verificationTicket(token));
    first.start({ light: 'none' });
    const second = await LiveClient.open(server.url, await verificationTicket(token));
    expect(await first.closed).toBe(4002);
    expect(first.result?.problem).toMatchObject({ code: 'live_session_ended', reasons: ['superseded'] });
    second.start({ light: 'none' });
    expect(await second.hear(({ type }) => type === 'stage')).toMatchObject({ stage: { kind: 'position' } });
    second.say({ type: 'stop' });
    expect(await second.closed).toBe(1000);
    expect(second.result?.problem.reasons).toEqual(['gone']);
  });
});

describe('a session whose ground is taken away', () => {
  it('ends within the recheck time when the face is disabled, and when the person signs out', async () => {
    const [, , owner] = enrolled as [Enrolled, Enrolled, Enrolled];
    const verifying = await LiveClient.open(
      server.url,
      await verificationTicket(await api.verificationToken(owner.email)),
    );
    const other = await api.signUp();
    const enrolling = await LiveClient.open(server.url, await ticketFor('/user/live-enrolment', other.token));
    const unused = await ticketFor('/user/live-enrolment', other.token);
    for (const client of [verifying, enrolling]) client.start({ light: 'none' });
    const { status } = await api.post('/user/disable-face-verification', { token: owner.token });
    expect(status).toBe(200);
    expect((await api.post('/user/auth/revoke-token', { token: other.token })).status).toBe(200);
    const began = performance.now();

    expect(await Promise.all([verifying.closed, enrolling.closed])).toEqual([1008, 1008]);
    expect(performance.now() - began).toBeLessThan(7_000);
    for (const { result } of [verifying, enrolling]) {
      expect(result).toMatchObject({ outcome: 'failed', problem: { code: 'invalid_token' } });
    }
    // A ticket dies with the session that it was issued for.
    expect(await knock(unused)).toMatchObject({ status: 401, problem: { code: 'invalid_token' } });
  });
});

describe('more sessions than the server makes', () => {
  it('are refused with the time to wait, and the ticket is still good then', async () => {
    const open = await Promise.all(
      Array.from({ length: MAX_SESSIONS }, async () => LiveClient.open(server.url, await enrolmentTicket())),
    );
    const ticket = await enrolmentTicket();
    const refused = await knock(ticket);
    expect(refused).toMatchObject({ status: 503, problem: { code: 'busy' } });
    expect(refused.headers['retry-after']).toBe('10');
    open[0]!.say({ type: 'stop' });
    await open[0]!.closed;
    const admitted = await LiveClient.open(server.url, ticket);
    for (const { socket } of [admitted, ...open]) socket.close();
    await Promise.all([admitted, ...open].map(({ closed }) => closed));
  });
});

describe('a server that is stopped while sessions run', () => {
  it('tells each client, waits for none that does not listen, and ends well', async () => {
    const client = await LiveClient.open(server.url, await enrolmentTicket());
    client.start({ light: 'none' });
    const playing = client.play(film);
    await client.hear(({ type }) => type === 'guidance');
    const deaf = await knock(await enrolmentTicket());
    expect(deaf.status).toBe(101);

    const began = performance.now();
    const stopped = server.stop('SIGTERM');
    expect(await client.closed).toBe(1001);
    expect(client.result?.problem).toMatchObject({ code: 'live_session_ended', reasons: ['shutting_down'] });
    expect(await stopped).toBe(0);
    expect(performance.now() - began).toBeLessThan(6_000);
    await playing;
    deaf.socket?.destroy();
    expectLogKeepsQuiet(server.output.stderr, secrets);
    expect(server.output.stderr).not.toContain('"level":50');
  });
});
