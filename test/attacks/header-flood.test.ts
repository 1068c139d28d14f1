import { afterAll, beforeAll, expect, it } from 'vitest';

import { ApiClient } from '../support/api-client.js';
import { answerTime, sendRaw } from '../support/attacks/raw-request.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

/** Node takes that many bytes of names and values in all. */
const HEADER_BYTES = 16 * 1024;

let server: RunningServer;
let token: string;
beforeAll(async () => {
  server = await startServer();
  ({ token } = await (await ApiClient.for(server)).signUp());
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

const get = (headers: string) =>
  sendRaw(server.url, `GET /user HTTP/1.1\r\nHost: x\r\nConnection: close\r\n${headers}\r\n`, 3_000);
const numbered = (count: number, name: string) =>
  Array.from({ length: count }, (_, i) => `${name}${i}: b\r\n`).join('');
const authorization = () => `Authorization: Bearer ${token}\r\n`;

// The attacker wants: time and memory for headers, or a header that is seen by a proxy and lost behind the flood.
it.each<[string, () => string]>([
  ['one that is too long', () => `X-A: ${'a'.repeat(HEADER_BYTES)}\r\n`],
  ['a name that is too long', () => `${'a'.repeat(HEADER_BYTES)}: a\r\n`],
  ['too many of them', () => numbered(4_000, 'X-')],
  ['too many cookies', () => `Cookie: ${'a=b; '.repeat(4_000)}\r\n`],
  ['a token that is too long', () => `Authorization: Bearer ${'a'.repeat(HEADER_BYTES)}\r\n`],
])('%s is a bad request, and the connection ends', async (_, headers) => {
  const { statuses, closed, text } = await get(headers());
  expect(statuses).toEqual([400]);
  expect(closed).toBe(true);
  expect(text).toMatch(/application\/problem\+json/i);
});

it.each<[string, () => string]>([
  ['cookies', () => `Cookie: ${'a=b; '.repeat(3_000)}\r\n`],
  ['cookies of one name', () => `Cookie: ${'__Host-vultus-authorization=x; '.repeat(400)}\r\n`],
  ['addresses of proxies', () => `X-Forwarded-For: ${'1.2.3.4, '.repeat(1_500)}1.2.3.4\r\n`],
  ['ranges', () => `Range: bytes=${'0-1,'.repeat(3_000)}0-1\r\n`],
  ['languages', () => `Accept-Language: ${'a;q=0.1,'.repeat(1_500)}\r\n`],
  ['types', () => `Accept: ${'text/html;q=0.1,'.repeat(800)}\r\n`],
  ['a program that says much', () => `User-Agent: ${'Mozilla/5.0 ('.repeat(1_000)}\r\n`],
  ['headers of one name', () => 'X-A: b\r\n'.repeat(1_900)],
])('as many %s as fit are answered soon', async (_, headers) => {
  const began = performance.now();
  const { statuses } = await get(headers());
  expect(statuses).toEqual([401]);
  expect(performance.now() - began).toBeLessThan(1_000);
});

it('of two tokens none is chosen by chance: the first counts, or none', async () => {
  const wrong = 'Authorization: Bearer x\r\n';
  expect((await get(wrong + authorization())).statuses).toEqual([401]);
  expect((await get(authorization() + wrong)).statuses).toEqual([200]);
});

it('what comes behind more headers than are looked at gives no rights', async () => {
  const { statuses } = await get(numbered(2_100, 'A') + authorization());
  expect(statuses[0]).toBeGreaterThanOrEqual(400);
  expect(statuses[0]).toBeLessThan(500);
});

it('others are answered while many of them arrive', async () => {
  const flood = Promise.all(Array.from({ length: 80 }, () => get('X-A: b\r\n'.repeat(1_900))));
  const waited: number[] = [];
  for (let i = 0; i < 10; i++) waited.push(await answerTime(server.url));
  expect(Math.max(...waited)).toBeLessThan(1_000);
  for (const { statuses } of await flood) expect(statuses).toEqual([401]);
});
