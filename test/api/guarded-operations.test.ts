import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ApiClient, PASSWORD } from '../support/api-client.js';
import { still } from '../support/faces.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

const RACERS = 20;

let server: RunningServer;
let api: ApiClient;
let franck: Buffer;
let another: Buffer;
let stranger: Buffer;
beforeAll(async () => {
  server = await startServer({ FACE_WORKERS: '2', FACE_QUEUE: '96' });
  api = await ApiClient.for(server);
  [franck, another, stranger] = await Promise.all(
    ['franck_02159.jpg', 'franck_02888.jpg', 'cage.jpg'].map(still) as [
      Promise<Buffer>,
      Promise<Buffer>,
      Promise<Buffer>,
    ],
  );
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

const times = <T>(count: number, call: (i: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, i) => call(i)));
const compare = (token: string, picture: Uint8Array) =>
  api.uploadPatiently('/user/image/compare-faces', token, picture);

describe('sign-up', () => {
  it('gives an address to exactly one of 20 concurrent sign-ups, however it is spelt', async () => {
    const answers = await times(RACERS, (i) =>
      api.post('/user/auth/sign-up', {
        json: { email: i % 2 ? 'race@example.org' : 'RACE@Example.org', password: PASSWORD },
      }),
    );
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(answers.filter(({ body }) => body.code === 'email_taken')).toHaveLength(RACERS - 1);
  });
});

describe('a verification token', () => {
  it('makes exactly one session of 20 concurrent matches', async () => {
    const { email } = await api.enrolled(franck);
    const token = await api.verificationToken(email);
    const answers = await times(RACERS, () => compare(token, another));
    const matches = answers.filter(({ status }) => status === 200);
    expect(matches).toHaveLength(1);
    expect(answers.filter(({ body }) => body.code === 'invalid_token')).toHaveLength(RACERS - 1);
    expect((await api.get('/user', { token: matches[0]!.body.result.token })).status).toBe(200);
  });

  it('allows five failed comparisons, one after another', async () => {
    const { email } = await api.enrolled(franck);
    const token = await api.verificationToken(email);
    for (let i = 0; i < 5; i++) {
      expect((await compare(token, stranger)).body.code).toBe('face_mismatch');
    }
    const locked = await compare(token, franck);
    expect(locked).toMatchObject({ status: 429, body: { code: 'too_many_attempts' } });
    expect(Number(locked.headers.get('retry-after'))).toBeGreaterThan(0);
    // Only this sign-in is over: its owner may start another one.
    expect((await compare(await api.verificationToken(email), franck)).status).toBe(200);
  });

  it('allows no more to a concurrent burst', async () => {
    const { email } = await api.enrolled(franck);
    const token = await api.verificationToken(email);
    const answers = await times(RACERS, () => compare(token, stranger));
    expect(answers.filter(({ body }) => body.code === 'face_mismatch')).toHaveLength(5);
    expect(answers.filter(({ body }) => body.code === 'too_many_attempts')).toHaveLength(RACERS - 5);
    expect((await compare(token, franck)).status).toBe(429);
  });

  it('is not used up by pictures without a usable face', async () => {
    const { email } = await api.enrolled(franck);
    const token = await api.verificationToken(email);
    const helmet = await still('ironman.jpg');
    for (let i = 0; i < 7; i++) expect((await compare(token, helmet)).body.code).toBe('no_face');
    expect((await compare(token, another)).status).toBe(200);
  });

  it('is spent by its first match', async () => {
    const { email } = await api.enrolled(franck);
    const token = await api.verificationToken(email);
    expect((await compare(token, another)).status).toBe(200);
    expect((await compare(token, another)).body.code).toBe('invalid_token');
  });

  it('belongs to one sign-in: another one of the same account does not spend it', async () => {
    const { email } = await api.enrolled(franck);
    const [first, second] = [await api.verificationToken(email), await api.verificationToken(email)];
    expect((await compare(first, another)).status).toBe(200);
    expect((await compare(second, another)).status).toBe(200);
  });

  it('belongs to one account: the face of another account does not help', async () => {
    const victim = await api.enrolled(await still('audrey.jpg'));
    await api.enrolled(franck);
    expect((await compare(await api.verificationToken(victim.email), franck)).body.code).toBe(
      'face_mismatch',
    );
  });
});

describe('a revocation', () => {
  it('is answered to exactly one of 20 concurrent ones', async () => {
    const { token } = await api.signUp();
    const answers = await times(RACERS, () => api.post('/user/auth/revoke-token', { token }));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });
});
