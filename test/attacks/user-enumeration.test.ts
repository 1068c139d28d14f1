import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ApiClient, PASSWORD } from '../support/api-client.js';
import { median, rankTest } from '../support/attacks/rank-test.js';
import { createVictim } from '../support/attacks/victim.js';
import { still } from '../support/faces.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

const ACCOUNTS = 8;
/** Fewer than those after which further ones have to wait. */
const GUESSES = 8;
/** Standard score beyond which another sample is taken. */
const SUSPICIOUS = 2;
/** So many suspicious samples running, all to the same side, are no chance: it happens once in 40,000 runs. */
const PROOF = 3;

let server: RunningServer;
let api: ApiClient;
const known: string[] = [];
const unknown = Array.from({ length: 4 }, () => `${randomUUID()}@example.org`);
beforeAll(async () => {
  server = await startServer();
  api = await ApiClient.for(server);
  known.push((await createVictim(api, await still('franck_02159.jpg'))).email);
  known.push((await createVictim(api)).email);
  for (let i = 0; i < 2; i++) known.push((await api.signUp()).email);
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

const guess = (email: string) => api.signIn(email, 'not the password');

/** @returns milliseconds until the answer has been read */
async function timeOf(email: string): Promise<number> {
  const start = performance.now();
  const response = await fetch(`${server.url}/user/auth/sign-in`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email, password: 'not the password' }),
  });
  await response.arrayBuffer();
  return performance.now() - start;
}

/** One after the other in an order of chance, so that whatever else the machine does meets both alike. */
async function sample(): Promise<{ known: number[]; unknown: number[] }> {
  const accounts = [(await createVictim(api)).email];
  while (accounts.length < ACCOUNTS) accounts.push((await api.signUp()).email);
  const strangers = accounts.map(() => `${randomUUID()}@example.org`);
  const times = { known: [] as number[], unknown: [] as number[] };
  for (let i = 0; i < ACCOUNTS * GUESSES; i++) {
    const [account, stranger] = [accounts[i % ACCOUNTS]!, strangers[i % ACCOUNTS]!];
    const isAccountFirst = Math.random() < 0.5;
    if (isAccountFirst) times.known.push(await timeOf(account));
    times.unknown.push(await timeOf(stranger));
    if (!isAccountFirst) times.known.push(await timeOf(account));
  }
  return times;
}

// The attacker wants: to learn who has an account here, to know whom to attack, or just to know.
describe('a sign-in with a wrong password', () => {
  it('is answered the same for an address with an account and one without, in all but the id of the request', async () => {
    const answerTo = async (email: string) => {
      const { status, headers, body } = await guess(email);
      const others = { ...Object.fromEntries(headers), 'x-request-id': '', date: '' };
      return { status, headers: others, body: { ...body, request_id: '' } };
    };
    const expected = await answerTo(unknown[0]!);
    expect(expected.status).toBe(401);
    for (const email of known.slice(0, 3)) expect(await answerTo(email)).toEqual(expected);
    // Also to whoever shows a device token, which is of another account.
    const { headers } = await api.post('/user/auth/sign-up', {
      json: { email: `${randomUUID()}@example.org`, password: PASSWORD },
    });
    const device = { 'vultus-device-token': headers.get('vultus-device-token')! };
    for (const email of [known[3]!, unknown[3]!]) {
      const json = { email, password: 'not the password' };
      const { status, body } = await api.post('/user/auth/sign-in', { json, headers: device });
      expect({ status, body: { ...body, request_id: '' } }).toEqual({ status: 401, body: expected.body });
    }
  });

  it('takes the same time for both', { timeout: 90_000 }, async () => {
    const scores: number[] = [];
    let isSuspicious = true;
    while (isSuspicious && scores.length < PROOF) {
      const times = await sample();
      scores.push(rankTest(times.known, times.unknown));
      const sides = new Set(scores.map(Math.sign));
      isSuspicious = sides.size === 1 && Math.abs(scores.at(-1)!) > SUSPICIOUS;
      // It was a hash that was waited for, of both, and the test would have noticed half of one in these very answers.
      expect(Math.min(...times.known, ...times.unknown)).toBeGreaterThan(3);
      const slower = times.known.map((time) => time + median(times.unknown) / 2);
      expect(rankTest(slower, times.unknown)).toBeGreaterThan(SUSPICIOUS);
    }
    expect({ isSuspicious, scores }).toMatchObject({ isSuspicious: false });
  });

  it('has to wait after as many failures, and is answered the same then, without a hash for either', async () => {
    const answers: Record<string, unknown>[] = [];
    for (const email of [known.at(-1)!, unknown.at(-1)!]) {
      let answer = await guess(email);
      let failures = 0;
      for (; answer.status === 401; failures++) answer = await guess(email);
      answers.push({
        failures,
        status: answer.status,
        names: [...answer.headers.keys()].sort(),
        body: { ...answer.body, request_id: '' },
      });
    }
    expect(answers[0]).toMatchObject({ status: 429 });
    expect(answers[0]).toEqual(answers[1]);
    const [blocked, notLookedAt] = [[] as number[], [] as number[]];
    for (let i = 0; i < 20; i++) {
      blocked.push(await timeOf(known.at(-1)!));
      notLookedAt.push(await timeOf(unknown.at(-1)!));
    }
    expect(Math.abs(median(blocked) - median(notLookedAt))).toBeLessThan(3);
  });
});

describe('a sign-up', () => {
  it('tells that an address is taken, as the contract wants, and to nobody more than that', async () => {
    const json = { email: known[0]!, password: PASSWORD };
    const { status, body } = await api.post('/user/auth/sign-up', { json });
    expect({ status, code: body.code }).toEqual({ status: 409, code: 'email_taken' });
    expect(JSON.stringify(body)).not.toContain(known[0]);
  });

  it('says nothing about an address whose password would not do', async () => {
    const answers = [];
    for (const email of [known[0]!, unknown[0]!]) {
      const { status, body } = await api.post('/user/auth/sign-up', { json: { email, password: 'short' } });
      answers.push({ status, body: { ...body, request_id: '' } });
    }
    expect(answers[0]).toMatchObject({ status: 400 });
    expect(answers[0]).toEqual(answers[1]);
  });
});

describe('passkeys', () => {
  it('are not asked for by an address: nobody learns who has some', async () => {
    const answers = await Promise.all(
      [known[0]!, unknown[0]!].map(async (email) => {
        const { status, body } = await api.post('/user/auth/device/options', { json: { email } });
        return { status, names: Object.keys(body).sort() };
      }),
    );
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]!.names).not.toContain('allowCredentials');
  });
});

describe('the rank test', () => {
  const around = (middle: number) => Array.from({ length: 40 }, (_, i) => middle + ((i * 37) % 40) / 10);

  it('tells samples that differ from those that do not, whatever single values are like', () => {
    expect(rankTest(around(10), around(10))).toBe(0);
    expect(rankTest(around(12), around(10))).toBeGreaterThan(4);
    expect(rankTest(around(10), around(12))).toBeLessThan(-4);
    expect(Math.abs(rankTest([...around(10), 9999, 9999], around(10)))).toBeLessThan(1);
    expect(rankTest([1, 1, 1], [1, 1, 1])).toBe(0);
    // By hand: ranks 1, 2 and 4 of the one, 3, 5 and 6 of the other.
    expect(rankTest([1, 2, 4], [3, 5, 6])).toBeCloseTo((1 - 4.5) / Math.sqrt(5.25), 10);
  });
});
