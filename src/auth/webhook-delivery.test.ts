import { once } from 'node:events';
import { type IncomingHttpHeaders, type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { Storage } from '../storage/port.js';
import { openSqliteStorage } from '../storage/sqlite/sqlite-storage.js';
import { AuditTrail } from './audit-trail.js';
import { MAX_DELIVERIES, WebhookDelivery, retryAfter } from './webhook-delivery.js';
import { WebhookSigner } from './webhook-signature.js';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

let storage: Storage;
let receiver: Server;
let received: Received[];
/** How the receiver answers the n-th request, from 0; null: not at all. */
let answer: (n: number) => number | null;
const warnings: string[] = [];
const running: WebhookDelivery[] = [];
let clock: number;

beforeEach(async () => {
  clock = Date.now();
  storage = openSqliteStorage(':memory:');
  received = [];
  warnings.length = 0;
  answer = () => 204;
  receiver = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const status = answer(received.push({ headers: request.headers, body }) - 1);
      if (status === null) return;
      response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end();
    });
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((delivery) => delivery.stop()));
  receiver.closeAllConnections();
  receiver.close();
  await storage.close();
});

function deliver(changes: Partial<ConstructorParameters<typeof WebhookDelivery>[0]> = {}): WebhookDelivery {
  const delivery = new WebhookDelivery({
    outbox: storage.outbox,
    audit: new AuditTrail(storage.audit, 'an audit key of thirty-two letters'),
    signer: new WebhookSigner(SECRET),
    url: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/secret-path`,
    warn: (sentence) => warnings.push(sentence),
    now: () => clock,
    pollMs: 10,
    ...changes,
  });
  running.push(delivery);
  delivery.start();
  return delivery;
}

const put = (id: string, changes: { dueAt?: number; attempts?: number } = {}) =>
  storage.outbox.put({
    id,
    body: `{"type":"test","é":"${id}"}`,
    createdAt: clock,
    dueAt: clock,
    attempts: 0,
    ...changes,
  });

const waiting = () => storage.archive.outbox.page(null, 1000);

describe('WebhookDelivery', () => {
  it('sends what is due, signed so that any Standard Webhooks library verifies it, and forgets it', async () => {
    await put('event:1');
    await put('flow:2', { dueAt: clock + 60_000 });
    deliver();
    await vi.waitFor(async () => {
      expect(await waiting()).toMatchObject([{ id: 'flow:2', attempts: 0 }]);
    });
    expect(received).toHaveLength(1);
    const [{ headers, body }] = received as [Received];
    expect(headers).toMatchObject({ 'webhook-id': 'event:1', 'content-type': 'application/json' });
    const verifier = new Webhook(SECRET);
    expect(verifier.verify(body, headers as Record<string, string>)).toEqual({ type: 'test', é: 'event:1' });
    expect(() => verifier.verify(`${body} `, headers as Record<string, string>)).toThrow();
  });

  it('sends again what was not taken, under the same id, later each time', async () => {
    answer = (n) => (n < 2 ? 503 : 200);
    await put('event:1');
    deliver();
    for (const pauseAtLeast of [10_000, 30_000]) {
      await vi.waitFor(async () => {
        const [message] = await waiting();
        expect(message!.dueAt - clock).toBeGreaterThanOrEqual(pauseAtLeast);
        expect(message!.dueAt - clock).toBeLessThanOrEqual(pauseAtLeast * 1.2);
      });
      clock += pauseAtLeast * 1.2;
    }
    await vi.waitFor(async () => {
      expect(await waiting()).toEqual([]);
    });
    expect(received.map(({ headers }) => headers['webhook-id'])).toEqual(['event:1', 'event:1', 'event:1']);
    expect(new Set(received.map(({ body }) => body)).size).toBe(1);
    // Where it is sent to may be a secret.
    expect(warnings.join('\n')).toMatch(/event:1 .* the answer was 503/);
    expect(warnings.join('\n')).not.toContain('secret-path');
  });

  it('follows no redirect', async () => {
    answer = () => 302;
    await put('event:1');
    deliver();
    await vi.waitFor(() => {
      expect(warnings).toHaveLength(1);
    });
    await pause(50);
    expect(received).toHaveLength(1);
    expect(await waiting()).toMatchObject([{ id: 'event:1', attempts: 1 }]);
  });

  it('gives up after two days, and says so in the log and the audit log', async () => {
    const pauses = Array.from({ length: MAX_DELIVERIES - 1 }, (_, i) => retryAfter(i + 1));
    const days = pauses.reduce((sum, milliseconds) => sum + milliseconds, 0) / 86_400_000;
    expect(days).toBeGreaterThan(1.7);
    expect(days).toBeLessThan(2.5);
    answer = () => 500;
    await put('event:1', { attempts: MAX_DELIVERIES - 1 });
    deliver();
    await vi.waitFor(async () => {
      expect((await storage.audit.last())?.record).toContain('"webhook_abandoned"');
    });
    expect((await storage.audit.last())?.record).toContain('event:1');
    expect(await waiting()).toEqual([]);
    expect(warnings[0]).toMatch(/given up/);
  });

  it('sends nothing twice when several servers share an outbox', async () => {
    const ids = Array.from({ length: 40 }, (_, i) => `event:${i}`);
    for (const id of ids) await put(id);
    deliver();
    deliver();
    await vi.waitFor(async () => {
      expect(await waiting()).toEqual([]);
    });
    expect(received.map(({ headers }) => String(headers['webhook-id'])).toSorted()).toEqual(ids.toSorted());
  });

  it('leaves what a server has taken and not sent to the next one, after a while', async () => {
    await put('event:1');
    await storage.outbox.take(clock, clock + 60_000);
    deliver();
    await pause(50);
    expect(received).toEqual([]);
    clock += 60_000;
    await vi.waitFor(() => {
      expect(received).toHaveLength(1);
    });
  });

  it('ends in time although the receiver does not answer, and leaves the messages where they are', async () => {
    answer = () => null;
    for (let i = 0; i < 6; i++) await put(`event:${i}`);
    const delivery = deliver();
    await vi.waitFor(() => {
      expect(received).toHaveLength(4);
    });
    const start = Date.now();
    await delivery.stop();
    expect(Date.now() - start).toBeLessThan(5000);
    expect(await waiting()).toHaveLength(6);
    expect(warnings).toEqual([]);
  });

  it('waits for the answer to what it has sent before it ends', async () => {
    await put('event:1');
    receiver.removeAllListeners('request').on('request', (request, response) => {
      received.push({ headers: request.headers, body: '' });
      setTimeout(() => response.end(), 300);
    });
    const delivery = deliver();
    await vi.waitFor(() => {
      expect(received).toHaveLength(1);
    });
    await delivery.stop();
    expect(await waiting()).toEqual([]);
  });

  it('survives an outbox that cannot be reached', async () => {
    let isAway = true;
    const outbox = {
      ...storage.outbox,
      take: (now: number, retryAt: number) =>
        isAway ? Promise.reject(new Error('away')) : storage.outbox.take(now, retryAt),
    };
    deliver({ outbox });
    await vi.waitFor(() => {
      expect(warnings).toHaveLength(1);
    });
    isAway = false;
    await put('event:1');
    // It asks again after ten seconds; a stop does not wait for that.
    const start = Date.now();
    await running.pop()!.stop();
    expect(Date.now() - start).toBeLessThan(1000);
    expect(await waiting()).toHaveLength(1);
  });
});
