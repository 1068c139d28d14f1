import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ApiClient } from '../support/api-client.js';
import { createVictim } from '../support/attacks/victim.js';
import { still } from '../support/faces.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

/** Failures before further ones have to wait, those of one sign-in, and of the face before it is not accepted. */
const BEFORE_DELAY = 10;
const OF_ONE_SIGN_IN = 5;
const BEFORE_SUSPENSION = 8;

let servers: RunningServer[];
/** Two processes on one database file: a burst is spread over both. */
let apis: ApiClient[];
let franck: Buffer;
let stranger: Buffer;
beforeAll(async () => {
  const environment = { FACE_QUEUE: '64', ATTEMPTS_BEFORE_SUSPENSION: String(BEFORE_SUSPENSION) };
  const first = await startServer(environment);
  servers = [first, await startServer({ ...environment, DATA_DIR: first.dataDirectory })];
  apis = await Promise.all(servers.map((server) => ApiClient.for(server)));
  [franck, stranger] = (await Promise.all(['franck_02159.jpg', 'cage.jpg'].map(still))) as [Buffer, Buffer];
});
afterAll(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  await removeTemporaryDirectories();
});

const one = () => apis[0]!;

/** All at once, at one server or at both in turn. @returns how often each outcome came */
async function burst(
  calls: readonly ((api: ApiClient) => Promise<{ status: number; body: { code: string } }>)[],
  at: readonly ApiClient[],
): Promise<Record<string, number>> {
  const answers = await Promise.all(calls.map((call, i) => call(at[i % at.length]!)));
  const counts: Record<string, number> = {};
  for (const { status, body } of answers) {
    const outcome = status < 300 ? 'accepted' : body.code;
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  return counts;
}

const times = <T>(count: number, of: T): T[] => Array.from({ length: count }, () => of);
const wrongPassword = (email: string) => (api: ApiClient) => api.signIn(email, 'not the password');
const wrongCode = (token: string) => (api: ApiClient) =>
  api.post('/user/auth/recovery-code', { token, json: { code: 'AAAA-AAAA-AAAA-AAAA' } });
const wrongFace = (token: string) => (api: ApiClient) =>
  api.uploadPatiently('/user/image/compare-faces', token, stranger);

// The attacker wants: more guesses than are allowed, by making them all before the first one has been counted.
describe.each([
  ['at one server', 1],
  ['at two servers on one database file', 2],
])('a burst %s', (_, count) => {
  const at = () => apis.slice(0, count);

  it('of passwords has ten, and the right one is not among what comes after', async () => {
    const { email } = await one().signUp();
    expect(await burst(times(30, wrongPassword(email)), at())).toEqual({
      invalid_credentials: BEFORE_DELAY,
      too_many_attempts: 30 - BEFORE_DELAY,
    });
    for (const api of apis) expect((await api.signIn(email)).status).toBe(429);
  });

  it('of recovery codes has ten, over as many sign-ins as one likes', async () => {
    const { email } = await createVictim(one());
    const tokens = [await one().verificationToken(email), await one().verificationToken(email)];
    const guesses = tokens.flatMap((token) => times(15, wrongCode(token)));
    expect(await burst(guesses, at())).toEqual({
      invalid_recovery_code: BEFORE_DELAY,
      too_many_attempts: 30 - BEFORE_DELAY,
    });
  });

  it('of faces has five in one sign-in', async () => {
    const { email } = await one().enrolled(franck);
    const token = await one().verificationToken(email);
    expect(await burst(times(12, wrongFace(token)), at())).toEqual({
      face_mismatch: OF_ONE_SIGN_IN,
      too_many_attempts: 12 - OF_ONE_SIGN_IN,
    });
    // The right face comes too late, whatever server is asked.
    for (const api of apis) {
      expect((await api.upload('/user/image/compare-faces', token, franck)).status).toBe(429);
    }
  });

  it('of faces has eight in many sign-ins, until the face is suspended', async () => {
    const { email } = await one().enrolled(franck);
    const tokens = [];
    for (let i = 0; i < 3; i++) tokens.push(await one().verificationToken(email));
    const guesses = tokens.flatMap((token) => times(OF_ONE_SIGN_IN, wrongFace(token)));
    expect(await burst(guesses, at())).toEqual({
      face_mismatch: BEFORE_SUSPENSION,
      face_suspended: guesses.length - BEFORE_SUSPENSION,
    });
    for (const api of apis) {
      const token = await api.verificationToken(email);
      const answer = await api.upload('/user/image/compare-faces', token, franck);
      expect(answer).toMatchObject({ status: 403, body: { code: 'face_suspended' } });
    }
  });

  it('of everything at once has ten together', async () => {
    const { email } = await createVictim(one(), franck);
    const tokens = [await one().verificationToken(email), await one().verificationToken(email)];
    const counts = await burst(
      Array.from({ length: 6 }, () => [
        wrongPassword(email),
        wrongCode(tokens[0]!),
        wrongFace(tokens[1]!),
        wrongCode(tokens[1]!),
      ]).flat(),
      at(),
    );
    const { too_many_attempts: waiting = 0, ...refused } = counts;
    expect(Object.values(refused).reduce((sum, count) => sum + count, 0)).toBe(BEFORE_DELAY);
    expect(waiting).toBe(24 - BEFORE_DELAY);
    expect(counts['accepted']).toBeUndefined();
  });

  it('at an address without an account has as many', async () => {
    expect(await burst(times(20, wrongPassword(`${randomUUID()}@example.org`)), at())).toEqual({
      invalid_credentials: BEFORE_DELAY,
      too_many_attempts: 20 - BEFORE_DELAY,
    });
  });
});
