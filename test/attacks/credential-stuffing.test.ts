import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ApiClient, PASSWORD } from '../support/api-client.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

/** Hashes that one address may ask for in a minute. */
const BUDGET = 30;
const BEFORE_DELAY = 3;

let server: RunningServer;
let api: ApiClient;
beforeAll(async () => {
  server = await startServer({
    RATE_LIMIT_EXPENSIVE: String(BUDGET),
    ATTEMPTS_BEFORE_DELAY: String(BEFORE_DELAY),
  });
  api = await ApiClient.for(server);
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

const signIn = (email: string, password: string, headers: Record<string, string> = {}) =>
  api.post('/user/auth/sign-in', { json: { email, password }, headers });

// The attacker wants: to find out, from a list of addresses and passwords that was stolen elsewhere, which fit here.
describe('a list of stolen passwords', () => {
  it('is stopped after a few for one account, however its address is spelt, the right one among them too', async () => {
    const email = `${randomUUID()}@example.org`;
    const json = { email, password: PASSWORD };
    const owner = await api.post('/user/auth/sign-up', { json });
    const spellings = [email, email.toUpperCase(), ` ${email} `, email.replace('example', 'Example')];
    const answers = [];
    for (const [i, spelling] of spellings.entries()) answers.push(await signIn(spelling, `stolen ${i}`));
    answers.push(await signIn(email.toUpperCase(), PASSWORD));
    expect(answers.map(({ body }) => body.code)).toEqual([
      ...Array.from({ length: BEFORE_DELAY }, () => 'invalid_credentials'),
      'too_many_attempts',
      'too_many_attempts',
    ]);
    expect(Number(answers.at(-1)!.headers.get('retry-after'))).toBeGreaterThan(25);
    // Its owner is not kept out by that.
    const known = { 'vultus-device-token': owner.headers.get('vultus-device-token')! };
    expect((await signIn(email, PASSWORD, known)).status).toBe(200);
    // Nor has the owner's success reset anything for the attacker.
    expect((await signIn(email, PASSWORD)).body.code).toBe('too_many_attempts');
  });

  it('finds no account with a password that is on such lists', async () => {
    for (const password of ['password1', 'Password1', 'qwertyuiop', 'iloveyou2']) {
      const json = { email: `${randomUUID()}@example.org`, password };
      const { status, body } = await api.post('/user/auth/sign-up', { json });
      expect({ password, status, code: body.errors[0]?.code }).toEqual({
        password,
        status: 400,
        code: 'too_common',
      });
    }
  });

  it('is stopped for an address that tries many accounts, which no header makes another address', async () => {
    const codes: string[] = [];
    for (let i = 0; i <= BUDGET && !codes.includes('too_many_requests'); i++) {
      const { body, headers } = await signIn(`${randomUUID()}@example.org`, PASSWORD, {
        'x-forwarded-for': `203.0.113.${i}`,
        forwarded: `for=203.0.113.${i}`,
        'x-real-ip': `203.0.113.${i}`,
        'cf-connecting-ip': `203.0.113.${i}`,
      });
      codes.push(body.code);
      if (body.code === 'too_many_requests') expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    }
    expect(new Set(codes)).toEqual(new Set(['invalid_credentials', 'too_many_requests']));
    // Without a hash, and so without finding out: also what would have been right.
    expect((await signIn(`${randomUUID()}@example.org`, PASSWORD)).body.code).toBe('too_many_requests');
  });
});
