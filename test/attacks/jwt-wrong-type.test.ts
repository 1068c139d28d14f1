import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type TokenType, TokenSigner } from '../../src/auth/tokens.js';
import { ApiClient, PASSWORD } from '../support/api-client.js';
import { bearer } from '../support/attacks/calls.js';
import { SECRETS, expectRefused } from '../support/attacks/forged-tokens.js';
import { type Route, routesOf } from '../support/attacks/routes.js';
import { createVictim, stateOf } from '../support/attacks/victim.js';
import { still } from '../support/faces.js';
import { handshake, protocols } from '../support/live-handshake.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

interface Ticket {
  readonly id: string;
  readonly ticket: string;
}

let server: RunningServer;
let api: ApiClient;
let routes: Route[];
let owner: string;
/** Genuine ones of one account, of every type that there is. */
let tokens: Record<TokenType, string>;
let enrolment: Ticket;
let verification: Ticket;
beforeAll(async () => {
  server = await startServer(SECRETS);
  api = await ApiClient.for(server);
  routes = await routesOf(server);
  const { email, token, id } = await createVictim(api, await still('franck_02159.jpg'));
  owner = token;
  const second = await api.signIn(email);
  const ticketOf = async (path: string, bearerToken: string) =>
    (await api.post(path, { token: bearerToken })).body as unknown as Ticket;
  enrolment = await ticketOf('/user/live-enrolment', token);
  verification = await ticketOf('/user/live-verification', second.body.verification_token);
  // A completion is answered by a passed live session only, a device token in a header.
  tokens = {
    authorization: token,
    verification: second.body.verification_token,
    live_verification: verification.ticket,
    live_enrolment: enrolment.ticket,
    live_completion: await made('live_completion', id, verification.id),
    device: await made('device', id),
  };
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

/** A token as the server makes it. */
async function made(type: TokenType, accountId: string, boundTo?: string): Promise<string> {
  const { JWT_SECRET, FACE_AUTH_SECRET } = SECRETS;
  const secret = type === 'authorization' || type === 'device' ? JWT_SECRET : FACE_AUTH_SECRET;
  const grant = { accountId, methods: ['pwd'], lifetimeSeconds: 300, now: Date.now() };
  const live = boundTo === undefined ? {} : { live: { bound_to: boundTo } };
  return new TokenSigner(type, secret).issue({ ...grant, ...live }).token;
}

const without = (...types: TokenType[]) =>
  Object.fromEntries(Object.entries(tokens).filter(([type]) => !types.includes(type as TokenType)));
const needing = (kind: Route['security']) => routes.filter(({ security }) => security === kind);

// The attacker wants: a token that is easy to come by, of a password alone or a device, to be taken for a session.
describe('a genuine token of another type', () => {
  it('opens no call that needs a session', async () => {
    const before = await stateOf(server.url, owner);
    await expectRefused(server.url, needing('authorization'), without('authorization'));
    expect(await stateOf(server.url, owner)).toEqual(before);
  });

  it('completes no sign-in', async () => {
    await expectRefused(server.url, needing('verification'), without('verification'));
    // The sign-in is still there to be completed.
    const pending = await api.get('/user/auth/verification', { token: tokens.verification });
    expect(pending.status).toBe(200);
  });

  it('is no ticket, nor is the ticket of an enrolment one of a sign-in', async () => {
    for (const purpose of ['verification', 'enrolment'] as const) {
      const own = needing('ticket').filter(({ path }) => path.includes(purpose));
      const { id } = purpose === 'verification' ? verification : enrolment;
      await expectRefused(server.url, own, without(`live_${purpose}`), { ids: { id } });
      for (const token of Object.values(without(`live_${purpose}`))) {
        const refused = await handshake(server.url, `/user/live-${purpose}`, protocols(token));
        expect(refused).toMatchObject({ status: 401, problem: { code: 'invalid_token' } });
      }
    }
  });

  it('is no completion beside a genuine verification token', async () => {
    for (const completion of Object.values(without('live_completion'))) {
      const json = { completion };
      const { status, body } = await api.post('/user/live-verification/completion', {
        token: tokens.verification,
        json,
      });
      expect({ status, code: body.code }).toEqual({ status: 401, code: 'invalid_token' });
    }
  });

  it('makes no known device', async () => {
    const { email, id } = await api.signUp();
    const knownBy = async (token: string) => {
      const headers = { 'vultus-device-token': token };
      const { status, headers: answered } = await api.post('/user/auth/sign-in', {
        json: { email, password: PASSWORD },
        headers,
      });
      expect(status).toBe(200);
      // Whoever is not known is given a token to be known by.
      return !answered.has('vultus-device-token');
    };
    for (const type of ['authorization', 'verification', 'live_completion'] as const) {
      expect({ type, known: await knownBy(await made(type, id)) }).toEqual({ type, known: false });
    }
    expect(await knownBy(tokens.device)).toBe(false);
    // One of its own, but of no password that the account has.
    expect(await knownBy(await made('device', id))).toBe(false);
    const { headers } = await api.post('/user/auth/sign-in', { json: { email, password: PASSWORD } });
    expect(await knownBy(headers.get('vultus-device-token')!)).toBe(true);
  });

  it('was no bad token: each opens what it is for', async () => {
    expect((await api.get('/user', { headers: bearer(tokens.authorization) })).status).toBe(200);
    for (const purpose of ['verification', 'enrolment'] as const) {
      const ticket = tokens[`live_${purpose}`];
      const { status, socket } = await handshake(server.url, `/user/live-${purpose}`, protocols(ticket));
      expect(status).toBe(101);
      socket?.destroy();
    }
  });
});
