import { createHash, randomBytes } from 'node:crypto';

import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ApiClient } from '../support/api-client.js';
import { attempt, bearer } from '../support/attacks/calls.js';
import { encoded } from '../support/attacks/forged-tokens.js';
import { type Route, nameOf, routesOf } from '../support/attacks/routes.js';
import { type Victim, createVictim } from '../support/attacks/victim.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

const GUESSES = 300;
/** Failed attempts of an account before further ones have to wait. */
const BEFORE_DELAY = 10;

let server: RunningServer;
let api: ApiClient;
let routes: Route[];
let victim: Victim;
beforeAll(async () => {
  server = await startServer();
  api = await ApiClient.for(server);
  routes = (await routesOf(server)).filter(({ security }) => security === 'verification');
  victim = await createVictim(api);
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

/** As its owner's, with another reference or signature at the place of the one that has to be guessed. */
function guessAt(genuine: string): string {
  const [header, , signature] = genuine.split('.') as [string, string, string];
  const claims = decodeJwt(genuine);
  const payload = encoded({ ...claims, jti: randomBytes(24).toString('base64url') });
  const guessed = createHash('sha256').update(randomBytes(8)).digest('base64url');
  return [`${header}.${payload}.${signature}`, `${header}.${payload}.${guessed}`][
    Math.random() < 0.5 ? 0 : 1
  ]!;
}

// The attacker wants: to guess the token of a sign-in that waits for its second factor, or the code that completes it.
describe('guessing', () => {
  it('finds no token, tells nothing by its answers, and does not use up the sign-in of the owner', async () => {
    const genuine = await api.verificationToken(victim.email);
    const answers = new Set<string>();
    for (let i = 0; i < GUESSES; i += routes.length) {
      await Promise.all(
        routes.map(async (route) => {
          const { status, body } = await attempt(server.url, route, { headers: bearer(guessAt(genuine)) });
          answers.add(JSON.stringify({ status, ...body, request_id: '' }));
        }),
      );
    }
    expect([...answers]).toEqual([expect.stringContaining('invalid_token')]);
    expect(answers.size).toBe(1);
    const json = { code: victim.codes[0]! };
    expect((await api.post('/user/auth/recovery-code', { token: genuine, json })).status).toBe(200);
  });

  it('has nothing to hold on to: references and codes are long, random and never alike', async () => {
    const tokens = await Promise.all(Array.from({ length: 3 }, () => api.verificationToken(victim.email)));
    const references = tokens.map((token) => decodeJwt(token).jti!);
    expect(new Set(references).size).toBe(references.length);
    for (const reference of references) expect(Buffer.from(reference, 'base64url')).toHaveLength(24);
    const { codes } = victim;
    expect(new Set(codes).size).toBe(10);
    // 16 of 32 letters are 80 bits.
    for (const code of codes) expect(code).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}$/);
    const places = codes.map((code) => Array.from(code, (letter, i) => `${i}${letter}`)).flat();
    expect(new Set(places).size).toBeGreaterThan(80);
  });

  it('at a recovery code ends after ten, over all sign-ins, and none is right by a part of it', async () => {
    const owner = await createVictim(api);
    const [right] = owner.codes as [string];
    const guesses = [
      right.slice(0, -1),
      `${right}0`,
      right.slice(0, 4),
      '*',
      `${right}\u0000`,
      `${right.slice(0, -1)}${right.endsWith('7') ? '8' : '7'}`,
    ];
    const codes: string[] = [];
    for (let i = 0; i < BEFORE_DELAY + 2; i++) {
      // A new sign-in each time gives no new attempts.
      const token = await tokenOf(owner.email);
      if (token === null) break;
      const json = { code: guesses[i % guesses.length]! };
      codes.push((await api.post('/user/auth/recovery-code', { token, json })).body.code);
    }
    expect(codes).toEqual(Array.from({ length: BEFORE_DELAY }, () => 'invalid_recovery_code'));
    expect(await tokenOf(owner.email)).toBeNull();
  });

  it('at a passkey is counted with them', async () => {
    const owner = await createVictim(api);
    const token = await api.verificationToken(owner.email);
    const { body } = await api.post('/user/auth/passkey/options', { token });
    const forged = { ...owner.authenticator.get(body as unknown as { challenge: string }) };
    const json = {
      response: {
        ...forged,
        response: { ...forged.response, signature: randomBytes(70).toString('base64url') },
      },
    };
    const codes: string[] = [];
    for (let i = 0; i < BEFORE_DELAY + 1; i++) {
      const answer =
        i % 2 === 0
          ? await api.post('/user/auth/passkey', { token, json })
          : await api.post('/user/auth/recovery-code', { token, json: { code: 'AAAA-AAAA-AAAA-AAAA' } });
      codes.push(answer.body.code);
    }
    expect(codes.filter((code) => code !== 'too_many_attempts')).toHaveLength(BEFORE_DELAY);
    expect(codes.at(-1)).toBe('too_many_attempts');
  });
});

/** @returns null when the account has no attempts left */
async function tokenOf(email: string): Promise<string | null> {
  const { status, body } = await api.signIn(email);
  if (status === 429) return null;
  expect(status).toBe(210);
  return body.verification_token;
}

it('the calls that are guessed at are all that take such a token', () => {
  expect(routes.map(nameOf)).toContain('POST /user/auth/recovery-code');
  expect(routes.length).toBeGreaterThanOrEqual(7);
});
