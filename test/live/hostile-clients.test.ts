import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { ClientOptions } from 'ws';

import { ApiClient } from '../support/api-client.js';
import { filmFrame } from '../support/faces.js';
import { HonestVisitor } from '../support/honest-visitor.js';
import { LiveClient, type Ticket, frameMessage } from '../support/live-client.js';
import { abandon } from '../support/abandoned-connections.js';
import { connect, drain, maskedFrame } from '../support/live-handshake.js';
import { expectLogKeepsQuiet } from '../support/live-log.js';
import { pngBomb } from '../support/pictures.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

let server: RunningServer;
let api: ApiClient;
let visitor: HonestVisitor;
let face: Buffer;
let abandoned: ReturnType<typeof abandon>;
const secrets: string[] = [];
beforeAll(async () => {
  server = await startServer({ LIVENESS: 'active', LIVE_MAX_SESSIONS: '64' });
  api = await ApiClient.for(server);
  face = await filmFrame('cap13_edit2.mp4', 9);
  abandoned = abandon(server.url, ticket);
  visitor = await HonestVisitor.of(api);
});
// Whatever the others do.
afterEach(() => visitor.isServed());
afterAll(async () => {
  await visitor.leave();
  await server.stop();
  await removeTemporaryDirectories();
});

/** A ticket of somebody of their own, so that no session supersedes another. */
async function ticket(): Promise<Ticket> {
  const account = await api.signUp();
  const answer = await api.post('/user/live-enrolment', { token: account.token });
  const given = answer.body as unknown as Ticket;
  secrets.push(account.token, account.email, given.ticket);
  return given;
}

const open = async (options?: ClientOptions) => LiveClient.open(server.url, await ticket(), options);

async function started(options?: ClientOptions): Promise<LiveClient> {
  const client = await open(options);
  client.start({ light: 'none' });
  await client.hear(({ type }) => type === 'stage');
  return client;
}

const rawConnection = async () => connect(server.url, await ticket());

const errorsOf = ({ messages }: LiveClient) =>
  messages.filter(({ type }) => type === 'error').map(({ code }) => code);

describe('frames that are no pictures', () => {
  const garbage: [string, () => Uint8Array][] = [
    ['random bytes', () => randomBytes(30_000)],
    ['a JPEG that breaks off', () => face.subarray(0, face.length >> 1)],
    ['a single byte', () => Buffer.from([0xff])],
    ['a PNG bomb of 30,000 × 30,000 pixels', () => pngBomb(30_000, 30_000)],
    ['a picture of 12,000,000 × 2 pixels', () => pngBomb(12_000_000, 2)],
    ['a picture of 1 × 24,000,000 pixels', () => pngBomb(1, 24_000_000)],
    [
      'an SVG that asks for a file',
      () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'),
    ],
  ];

  it('are answered one by one with what is missing, and the session goes on to see a face', async () => {
    const client = await started();
    for (const [what, make] of garbage) {
      const sequence = client.sendFrame(make());
      const answer = await client.hear((message) => message.sequence === sequence);
      expect(answer, what).toMatchObject({ type: 'guidance', hint: 'show_face' });
    }
    const sequence = client.sendFrame(face);
    const { hint } = await client.hear((message) => message.sequence === sequence);
    expect(hint).toBe('hold_still');
    client.say({ type: 'stop' });
    expect(await client.closed).toBe(1000);
  });

  it('cannot be as large as to fill the memory', async () => {
    const [tooLarge, enormous] = await Promise.all([started(), started()]);
    tooLarge.sendFrame(Buffer.alloc(1_500_000));
    await tooLarge.hear(({ code }) => code === 'frame_too_large');
    tooLarge.say({ type: 'stop' });
    expect(await tooLarge.closed).toBe(1000);
    // Cut off while it arrives; the reset may come before the code.
    enormous.sendFrame(Buffer.alloc(10_000_000));
    expect([1009, 1006]).toContain(await enormous.closed);
  });
});

describe('messages that are none', () => {
  const nonsense: [string, string][] = [
    ['no JSON', '{"type":"start"'],
    ['an unknown type', '{"type":"pass"}'],
    ['no type', '{}'],
    ['a list', '[{"type":"start"}]'],
    ['null', 'null'],
    ['an unknown key', '{"type":"start","outcome":"passed"}'],
    ['an unknown movement', '{"type":"start","abilities":{"movements":["stand_still"]}}'],
    ['an unknown light', '{"type":"start","abilities":{"light":"off"}}'],
    [
      'a movement a thousand times',
      JSON.stringify({ type: 'start', abilities: { movements: Array(1000).fill('nod') } }),
    ],
    ['a poisoned prototype', '{"type":"start","__proto__":{"started":true}}'],
    ['a poisoned constructor', '{"type":"start","constructor":{"prototype":{"started":true}}}'],
    ['poisoned abilities', '{"type":"start","abilities":{"__proto__":{"light":"none"}}}'],
    ['depth without end', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['an object of a megabyte', `{"type":"start","${'x'.repeat(1_000_000)}":1}`],
  ];

  it('are answered, and do not start anything', async () => {
    // A client is told eight times at most.
    const halves = [nonsense.slice(0, 7), nonsense.slice(7)];
    await Promise.all(
      halves.map(async (half) => {
        const client = await open();
        for (const [, text] of half) client.socket.send(text);
        await client.hear(() => errorsOf(client).length === half.length);
        expect(new Set(errorsOf(client))).toEqual(new Set(['malformed_message']));
        client.start();
        await client.hear(({ type }) => type === 'stage');
        client.socket.close();
        await client.closed;
      }),
    );
  });

  it('are answered also where text stands in the place of a frame, and a frame in that of text', async () => {
    const client = await started();
    client.socket.send(face.toString('latin1'));
    await client.hear(({ code }) => code === 'malformed_message');
    client.socket.send(Buffer.from('{"type":"stop"}'));
    client.socket.send(Buffer.alloc(0));
    client.socket.send(frameMessage(1, 1, client.stage!.nonce, Buffer.alloc(0)));
    // Another version of the header.
    client.socket.send(
      Buffer.concat([Buffer.from([2]), frameMessage(1, 1, client.stage!.nonce, face).subarray(1)]),
    );
    await client.hear(() => errorsOf(client).length === 5);
    expect(errorsOf(client).slice(1)).toEqual(Array(4).fill('malformed_frame'));
    expect(client.result).toBeUndefined();
    client.socket.close();
    await client.closed;
  });

  it('end the session when they do not stop', async () => {
    const client = await open();
    for (let i = 0; i < 20; i++) client.say({ type: 'please' });
    expect(await client.closed).toBe(1008);
    expect(errorsOf(client)).toHaveLength(8);
    expect(client.result?.problem).toMatchObject({
      code: 'live_session_ended',
      reasons: ['protocol_violated'],
    });
  });

  it('end the session at once when they are no UTF-8', async () => {
    const client = await open();
    client.socket.send(Buffer.from([0xc3, 0x28]), { binary: false });
    expect(await client.closed).toBe(1007);
  });
});

describe('a client that keeps to no order', () => {
  it('has no frame looked at before it has started, and cannot start twice', async () => {
    const client = await open();
    client.sendFrame(face, 'AAAAAAAAAAA');
    await client.hear(({ code }) => code === 'unexpected_message');
    client.start({ light: 'none' });
    client.start({ light: 'none', movements: ['blink', 'nod'] });
    await client.hear(() => errorsOf(client).length === 2);
    expect(errorsOf(client)).toEqual(['unexpected_message', 'unexpected_message']);
    expect(client.messages.filter(({ type }) => type === 'stage')).toHaveLength(1);
    client.socket.close();
    await client.closed;
  });

  it('does not have a frame judged a second time, nor one from before', async () => {
    const client = await started();
    const { nonce } = client.stage!;
    client.socket.send(frameMessage(7, 1000, nonce, face));
    await client.hear(({ sequence }) => sequence === 7);
    for (const sequence of [7, 6, 0]) client.socket.send(frameMessage(sequence, 1100, nonce, face));
    client.socket.send(frameMessage(8, 1100, nonce, face));
    await client.hear(({ sequence }) => sequence === 8);
    expect(errorsOf(client)).toEqual(Array(3).fill('frame_out_of_order'));
    expect(client.messages.filter(({ type }) => type === 'guidance')).toHaveLength(2);
    client.socket.close();
    await client.closed;
  });

  it('gains nothing with a good face under a nonce that was never given out', async () => {
    const client = await started();
    // Enough of them, over enough time, for the position to be taken.
    for (let i = 0; i < 8; i++) {
      const sequence = client.sendFrame(face, 'AAAAAAAAAAA');
      const { hint } = await client.hear((message) => message.sequence === sequence);
      expect(hint).toBeNull();
      await sleep(100);
    }
    expect(client.messages.filter(({ type }) => type === 'stage')).toHaveLength(1);
    client.socket.close();
    await client.closed;
  });
});

describe('a client that sends too much', () => {
  it('is cut off when it floods the server with 1,000 messages a second', async () => {
    const clients = await Promise.all([started(), started()]);
    const [frames, texts] = clients;
    for (let i = 0; i < 1000; i++) {
      frames.sendFrame(face);
      texts.socket.send('{"type":"start"}');
    }
    expect(await Promise.all(clients.map(({ closed }) => closed))).toEqual([1008, 1008]);
    expect(errorsOf(frames)).toEqual(['too_many_messages']);
    expect(frames.result?.problem.reasons).toEqual(['protocol_violated']);
  });

  it('is cut off when it floods the server with pings, whether it reads the answers or not', async () => {
    const [reader, other] = await Promise.all([rawConnection(), rawConnection()]);
    const ping = maskedFrame('ping', Buffer.alloc(125));
    const pings = Buffer.concat(Array<Buffer>(10_000).fill(ping));
    other.write(pings);
    // Too slow for the library's own limit, which is on answers that cannot be sent.
    const slow = setInterval(() => reader.write(ping), 10);
    const began = performance.now();
    await drain(reader);
    clearInterval(slow);
    expect(await drain(other)).toBeLessThan(pings.length / 2);
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});

describe('a connection on which nobody is left', () => {
  it('is given up though it was never closed (half-open)', async () => {
    // Ten seconds without a picture, two for the other side to close as well.
    expect(await abandoned.halfOpen).toBeLessThan(16_000);
  });

  it('is given up though its client reads nothing, not even that it is cut off (slow reader)', async () => {
    expect(await abandoned.slowReader).toBeLessThan(500);
  });

  it('is given up when it sends nothing', async () => {
    expect(await abandoned.silent).toEqual({ code: 4000, reasons: ['idle'] });
  });
});

describe('after all that', () => {
  it('no honest session was broken off, and the server is well', async () => {
    expect(visitor.troubles).toEqual([]);
    expect((await api.get('/health/ready')).status).toBe(200);
  });

  it('the log has neither pictures, tickets nor scores, and no fault', () => {
    expectLogKeepsQuiet(server.output.stderr, secrets);
    expect(server.output.stderr).not.toContain('"level":50');
    expect(server.output.stderr).toContain('"reason":"protocol_violated"');
  });
});
