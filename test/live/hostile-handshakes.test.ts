import { once } from 'node:events';
import net from 'node:net';
import { setTimeout } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ApiClient } from '../support/api-client.js';
import { LiveClient, type Ticket } from '../support/live-client.js';
import { handshake, protocols } from '../support/live-handshake.js';
import { expectLogKeepsQuiet } from '../support/live-log.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

let server: RunningServer;
let api: ApiClient;
const secrets: string[] = [];
beforeAll(async () => {
  server = await startServer({ LIVENESS: 'active', CORS_ORIGINS: 'https://app.example.org' });
  api = await ApiClient.for(server);
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

interface Visitor {
  readonly token: string;
  readonly given: Ticket;
}

async function visitor(): Promise<Visitor> {
  const { token, email } = await api.signUp();
  const answer = await api.post('/user/live-enrolment', { token });
  const given = answer.body as unknown as Ticket;
  secrets.push(token, email, given.ticket);
  return { token, given };
}

const knock = ({ socket, ticket }: Ticket, headers: Record<string, string> = {}) =>
  handshake(server.url, socket, protocols(ticket), headers);

/** One call of the other transport, with nothing to say. */
async function call({ id, ticket }: Ticket): Promise<{ status: number; code: string }> {
  const body = new FormData();
  body.append('message', '{"type":"start"}');
  const response = await fetch(`${server.url}/user/live-enrolment/${id}/frames`, {
    method: 'POST',
    headers: { authorization: `Bearer ${ticket}` },
    body,
  });
  return { status: response.status, code: ((await response.json()) as { code: string }).code };
}

describe('a client that never hangs up', () => {
  it('does not keep the connection of a refused handshake open', async () => {
    const { hostname, port } = new URL(server.url);
    const lingering = Array.from({ length: 20 }, async (_, i) => {
      const socket = net.connect({ host: hostname, port: Number(port), allowHalfOpen: true });
      socket.write(
        `GET ${i % 2 === 0 ? '/nowhere' : '/user/live-verification'} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n` +
          'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
      );
      socket.resume();
      await once(socket, 'end');
      // Our half stays open: what the other side has destroyed answers the first byte with a reset, which the
      // second one meets.
      socket.on('error', () => undefined);
      for (let tries = 0; tries < 20 && !socket.destroyed; tries++) {
        await setTimeout(250);
        socket.write('x');
      }
      expect(socket.destroyed).toBe(true);
    });
    await Promise.all(lingering);
  });
});

describe('an account that would fill all places', () => {
  it('has three sessions at once, and no more', async () => {
    const { email, token } = await api.signUp();
    const tokens = [token];
    for (let i = 0; i < 3; i++) tokens.push((await api.signIn(email)).body.token);
    const answers = [];
    for (const bearer of tokens) {
      const given = (await api.post('/user/live-enrolment', { token: bearer })).body as unknown as Ticket;
      answers.push(await knock(given));
    }
    expect(answers.map(({ status }) => status)).toEqual([101, 101, 101, 503]);
    for (const { socket } of answers) socket?.destroy();
  });
});

describe("a page of another site, in a visitor's browser", () => {
  it.each([
    ['another origin', 'https://evil.example.org'],
    ['an origin that begins like an allowed one', 'https://app.example.org.evil.example'],
    ['an allowed host without TLS', 'http://app.example.org'],
    ['an opaque origin', 'null'],
    ['another port of this host', 'http://127.0.0.1:1'],
  ])('is refused before the upgrade: %s', async (_, origin) => {
    const { given } = await visitor();
    const refused = await knock(given, { origin });
    expect(refused).toMatchObject({
      status: 403,
      headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store' },
      problem: { code: 'origin_not_allowed' },
    });
    expect(refused.headers['x-request-id']).toBe(refused.problem?.request_id);
    // Nor can it spend the ticket.
    const allowed = await knock(given);
    expect(allowed.status).toBe(101);
    allowed.socket?.destroy();
  });

  it('is no obstacle to pages that the operator allows, to those of the server itself, and to programs', async () => {
    for (const origin of ['https://app.example.org', server.url]) {
      const { status, headers, socket } = await knock((await visitor()).given, { origin });
      expect({ status, protocol: headers['sec-websocket-protocol'] }).toEqual({
        status: 101,
        protocol: 'vultus.live.v1',
      });
      socket?.destroy();
    }
  });
});

describe('a handshake without a good ticket', () => {
  it.each<[string, (visitor: Visitor) => string | undefined]>([
    ['no subprotocol', () => undefined],
    ['the subprotocol alone', () => 'vultus.live.v1'],
    ['the ticket alone', ({ given }) => `vultus.ticket.${given.ticket}`],
    ['another version', ({ given }) => `vultus.live.v2, vultus.ticket.${given.ticket}`],
    ['an empty ticket', () => protocols('')],
    ['no ticket of anybody', () => protocols('bm90aGluZw')],
    ['a ticket with another signature', ({ given }) => protocols(`${given.ticket.slice(0, -8)}AAAAAAAA`)],
    ['the authorization token', ({ token }) => protocols(token)],
    ['a megabyte', () => protocols('a'.repeat(12_000))],
  ])('is refused: %s', async (_, offered) => {
    const someone = await visitor();
    const { status, headers, problem } = await handshake(
      server.url,
      '/user/live-enrolment',
      offered(someone),
    );
    expect({ status, code: problem?.code }).toEqual({ status: 401, code: 'invalid_token' });
    expect(headers['www-authenticate']).toBe('Bearer');
  });

  it('is refused with a ticket of the other purpose', async () => {
    const { given } = await visitor();
    const refused = await handshake(server.url, '/user/live-verification', protocols(given.ticket));
    expect(refused).toMatchObject({ status: 401, problem: { code: 'invalid_token' } });
  });

  it('is refused with a ticket in the address, where it would be logged', async () => {
    const { given } = await visitor();
    const path = `/user/live-enrolment?ticket=${given.ticket}`;
    expect((await handshake(server.url, path, 'vultus.live.v1')).status).toBe(401);
  });

  it('is refused where there is no socket', async () => {
    const { given } = await visitor();
    for (const path of ['/', '/user', '/user/live-enrolment/', '//']) {
      const refused = await handshake(server.url, path, protocols(given.ticket));
      expect(refused, path).toMatchObject({ status: 404, problem: { code: 'not_found' } });
    }
  });

  it('is no upgrade when another protocol is offered: clients that try HTTP/2 are served as ever', async () => {
    const { status, problem } = await handshake(server.url, '/user', undefined, {
      connection: 'Upgrade, HTTP2-Settings',
      upgrade: 'h2c',
      'http2-settings': 'AAMAAABkAARAAAAAAAIAAAAA',
    });
    // The call's own answer, not that of an upgrade that nobody knows.
    expect({ status, code: problem?.code }).toEqual({ status: 401, code: 'invalid_token' });
  });
});

describe('a ticket that is used again', () => {
  it('opens no second socket', async () => {
    const { given } = await visitor();
    const client = await LiveClient.open(server.url, given);
    expect(await knock(given)).toMatchObject({ status: 401, problem: { code: 'invalid_token' } });
    expect(client.result).toBeUndefined();
    client.socket.close();
    await client.closed;
    expect((await knock(given)).status).toBe(401);
  });

  it('carries no calls after a socket, and no socket after calls', async () => {
    const first = await visitor();
    const client = await LiveClient.open(server.url, first.given);
    expect(await call(first.given)).toEqual({ status: 404, code: 'live_session_not_found' });
    client.socket.close();
    await client.closed;
    const second = await visitor();
    expect((await call(second.given)).status).toBe(200);
    expect(await knock(second.given)).toMatchObject({ status: 401, problem: { code: 'invalid_token' } });
  });

  it('opens exactly one of twenty sockets that are opened at once', async () => {
    const { given } = await visitor();
    const knocks = await Promise.all(Array.from({ length: 20 }, () => knock(given)));
    expect(knocks.filter(({ status }) => status === 101)).toHaveLength(1);
    expect(knocks.filter(({ problem }) => problem?.code === 'invalid_token')).toHaveLength(19);
    for (const { socket } of knocks) socket?.destroy();
  });

  it('opens one session at most when sockets and calls are opened with it at once', async () => {
    const { given } = await visitor();
    const [knocks, calls] = await Promise.all([
      Promise.all(Array.from({ length: 10 }, () => knock(given))),
      // No more than one account's share of the places for pictures.
      Promise.all(Array.from({ length: 8 }, () => call(given))),
    ]);
    const sockets = knocks.filter(({ status }) => status === 101);
    // Several calls may be of one and the same session.
    const carried = calls.filter(({ status }) => status === 200);
    expect(sockets.length + Math.min(carried.length, 1)).toBe(1);
    for (const { status } of [...knocks, ...calls]) expect([101, 200, 401, 404]).toContain(status);
    for (const { socket } of knocks) socket?.destroy();
  });
});

describe('the log of all that', () => {
  it('has no ticket, no token and no fault', () => {
    expectLogKeepsQuiet(server.output.stderr, secrets);
    expect(server.output.stderr).not.toContain('"level":50');
  });
});
