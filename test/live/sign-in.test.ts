import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ApiClient } from '../support/api-client.js';
import { still } from '../support/faces.js';
import { LiveClient, type Ticket } from '../support/live-client.js';
import { type Answer, challengeOf, clipOf } from '../support/live-films.js';
import { type LiveServer, startLiveServer } from '../support/live-server.js';
import { removeTemporaryDirectories } from '../support/server.js';

let server: LiveServer;
let api: ApiClient;
const clips = {} as Record<Answer, Buffer[]>;
beforeAll(async () => {
  server = await startLiveServer({ LIVENESS: 'passive' });
  api = await ApiClient.for(server);
  for (const answer of ['cap13', 'cap12_briefly'] as const) clips[answer] = await clipOf(answer);
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

const openSession = async (path: string, token: string) => {
  const { status, body } = await api.post(path, { token });
  expect(status).toBe(201);
  return LiveClient.open(server.url, body as unknown as Ticket);
};
const signInLive = async (email: string, film: Answer) => {
  server.script = challengeOf(film);
  const client = await openSession('/user/live-verification', await api.verificationToken(email));
  client.start({ light: 'none' });
  return { client, result: await client.play(clips[film]) };
};

/**
 * In real time, with a film for a camera: what a person and their page would go through. A machine that is too busy
 * to look at the film while it lasts is given another try.
 */
describe('a live session', { retry: 2 }, () => {
  it('enrols a face and signs in with it; a film of an earlier session or of somebody else does not', async () => {
    const account = await api.signUp();
    server.script = challengeOf('cap13');
    const enrolment = await openSession('/user/live-enrolment', account.token);
    enrolment.start({ light: 'none' });
    const enrolled = await enrolment.play(clips.cap13);
    expect(enrolled).toMatchObject({ outcome: 'passed', user: { id: account.id } });
    expect(enrolled).not.toHaveProperty('token');
    expect(await enrolment.closed).toBe(1000);
    const stages = enrolment.messages
      .filter(({ type }) => type === 'stage')
      .map(({ stage }) => stage.movement ?? stage.kind);
    expect(stages).toEqual(['position', 'rest', 'open_mouth', 'rest', 'open_mouth', 'rest', 'turn_left']);

    const { client, result } = await signInLive(account.email, 'cap12_briefly');
    expect(result).toMatchObject({ outcome: 'passed', user: { id: account.id } });
    expect((await api.get('/user', { token: result!.token })).body.user.fv).toEqual(enrolled!.user.fv);
    // Scores never leave the server, neither on the way nor in the end.
    const said = JSON.stringify(client.messages.map((message) => ({ ...message, user: undefined })));
    expect(said).not.toMatch(/0\.\d{3}|score|similarity/);

    const replayed = await signInLive(account.email, 'cap12_briefly');
    expect(replayed.result).toMatchObject({ outcome: 'failed', problem: { code: 'face_mismatch' } });
  });

  it('is not passed with the film of somebody else, whose challenge it answers', async () => {
    const { email } = await api.enrolled(await still('franck_02159.jpg'));
    const { client, result } = await signInLive(email, 'cap13');
    expect(result).toMatchObject({ outcome: 'failed', problem: { code: 'face_mismatch', status: 401 } });
    expect(result).not.toHaveProperty('token');
    expect(await client.closed).toBe(1000);
  });
});
