import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ApiClient, PASSWORD } from '../support/api-client.js';
import { still } from '../support/faces.js';
import { LiveClient, type Ticket } from '../support/live-client.js';
import { TEST_MONGODB_URL, mongoInstallation } from '../support/mongodb.js';
import {
  type RunningServer,
  removeTemporaryDirectories,
  startServer,
  startServerInVain,
} from '../support/server.js';

const RACERS = 20;

describe.skipIf(TEST_MONGODB_URL === undefined)('two servers on one MongoDB', () => {
  let servers: RunningServer[];
  let one: ApiClient;
  let other: ApiClient;
  let franck: Buffer;
  let another: Buffer;
  let stranger: Buffer;
  beforeAll(async () => {
    const installation = { ...mongoInstallation(), FACE_QUEUE: '64' };
    servers = await Promise.all([startServer(installation), startServer(installation)]);
    [one, other] = (await Promise.all(servers.map((server) => ApiClient.for(server)))) as [
      ApiClient,
      ApiClient,
    ];
    [franck, another, stranger] = (await Promise.all(
      ['franck_02159.jpg', 'franck_02888.jpg', 'cage.jpg'].map(still),
    )) as [Buffer, Buffer, Buffer];
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await removeTemporaryDirectories();
  });

  /** The same call from many clients at once, half of them at each server. */
  const times = <T>(count: number, call: (api: ApiClient, i: number) => Promise<T>) =>
    Promise.all(Array.from({ length: count }, (_, i) => call(i % 2 === 0 ? one : other, i)));
  const compare = (api: ApiClient, token: string, picture: Uint8Array) =>
    api.uploadPatiently('/user/image/compare-faces', token, picture);

  it('are one: sign up here, enrol there, sign in here, show the face there, sign out here', async () => {
    const { email, token } = await one.signUp();
    expect((await other.upload('/user/image/image-embedding', token, franck)).status).toBe(200);
    const verification = await one.verificationToken(email);
    const matched = await compare(other, verification, another);
    expect(matched.status).toBe(200);
    const session = matched.body.result.token;
    expect((await one.get('/user', { token: session })).body.user.fv).toHaveLength(512);
    expect((await one.post('/user/auth/revoke-token', { token: session })).status).toBe(200);
    expect((await other.get('/user', { token: session })).body.code).toBe('invalid_token');
    expect((await compare(one, verification, another)).body.code).toBe('invalid_token');
  });

  it('open a live session with a ticket that the other one issued, once', async () => {
    const { email } = await one.enrolled(franck);
    const answer = await one.post('/user/live-verification', { token: await one.verificationToken(email) });
    expect(answer.status).toBe(201);
    const ticket = answer.body as unknown as Ticket;
    const openings = await Promise.allSettled(
      Array.from({ length: RACERS }, (_, i) => LiveClient.open(servers[i % 2 === 0 ? 1 : 0]!.url, ticket)),
    );
    const opened = openings.filter((opening) => opening.status === 'fulfilled');
    expect(opened).toHaveLength(1);
    const { value: client } = opened[0]!;
    client.start({ light: 'none' });
    expect((await client.hear(({ type }) => type === 'stage')).stage.kind).toBe('position');
    client.say({ type: 'stop' });
    await client.closed;
  });

  it('count the failures of one sign-in together, and lock it for both', async () => {
    const { email } = await one.enrolled(franck);
    const token = await other.verificationToken(email);
    for (let i = 0; i < 5; i++) {
      expect((await compare(i % 2 ? one : other, token, stranger)).body.code).toBe('face_mismatch');
    }
    for (const api of [one, other]) expect((await compare(api, token, franck)).status).toBe(429);
  });

  it('give an address to one of 20 concurrent sign-ups', async () => {
    const email = `${randomUUID()}@example.org`;
    const answers = await times(RACERS, (api) =>
      api.post('/user/auth/sign-up', { json: { email, password: PASSWORD } }),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ body }) => body.code === 'email_taken')).toHaveLength(RACERS - 1);
  });

  it('make one session of 20 concurrent matches', async () => {
    const { email } = await one.enrolled(franck);
    const token = await one.verificationToken(email);
    const answers = await times(RACERS, (api) => compare(api, token, another));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter(({ body }) => body.code === 'invalid_token')).toHaveLength(RACERS - 1);
  });

  it('allow five failures to a burst of 20', async () => {
    const { email } = await other.enrolled(franck);
    const token = await other.verificationToken(email);
    const answers = await times(RACERS, (api) => compare(api, token, stranger));
    expect(answers.filter(({ body }) => body.code === 'face_mismatch')).toHaveLength(5);
    expect(answers.filter(({ body }) => body.code === 'too_many_attempts')).toHaveLength(RACERS - 5);
  });

  it('answer one of 20 concurrent revocations', async () => {
    const { token } = await one.signUp();
    const answers = await times(RACERS, (api) => api.post('/user/auth/revoke-token', { token }));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const api of [one, other]) expect((await api.get('/user', { token })).status).toBe(401);
  });

  it('let no guarded operation succeed twice while clients do everything at once', async () => {
    const accounts = await Promise.all(Array.from({ length: 4 }, () => one.enrolled(franck)));
    const rounds = await Promise.all(
      accounts.map(async ({ email, token }) => {
        const verification = await other.verificationToken(email);
        const fresh = `${randomUUID()}@example.org`;
        const [matches, signUps, revocations] = await Promise.all([
          times(6, (api, i) => compare(api, verification, i === 3 ? stranger : another)),
          times(6, (api) => api.post('/user/auth/sign-up', { json: { email: fresh, password: PASSWORD } })),
          times(6, (api) => api.post('/user/auth/revoke-token', { token })),
        ]);
        return { matches, signUps, revocations };
      }),
    );
    for (const { matches, signUps, revocations } of rounds) {
      expect(matches.filter(({ status }) => status === 200)).toHaveLength(1);
      expect(signUps.filter(({ status }) => status === 201)).toHaveLength(1);
      expect(revocations.filter(({ status }) => status === 200)).toHaveLength(1);
    }
  });
});

describe('a server on a MongoDB', () => {
  it('refuses to start on secrets of its own making, and says what to set', async () => {
    const { code, stderr } = await startServerInVain({ DATABASE_URL: 'mongodb://127.0.0.1:1/vultus' });
    expect(code).toBe(1);
    for (const name of ['JWT_SECRET', 'FACE_AUTH_SECRET', 'TEMPLATE_KEY']) {
      expect(stderr).toMatch(new RegExp(`${name}: is not set; make one with: openssl rand`));
    }
    expect(stderr).not.toContain('    at ');
  });
});
