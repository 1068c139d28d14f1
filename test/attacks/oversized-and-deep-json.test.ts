import { gzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ApiClient } from '../support/api-client.js';
import { answerTime, sendRaw } from '../support/attacks/raw-request.js';
import { type JsonSchema, type Route, nameOf, pathOf, routesOf } from '../support/attacks/routes.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

const LIMIT = 64 * 1024;
const SIGN_IN = '/user/auth/sign-in';

let server: RunningServer;
let routes: Route[];
let token: string;
beforeAll(async () => {
  server = await startServer();
  routes = (await routesOf(server)).filter(({ bodyKind }) => bodyKind === 'json');
  ({ token } = await (await ApiClient.for(server)).signUp());
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

async function send(
  route: Pick<Route, 'method' | 'path'>,
  body: string | Uint8Array<ArrayBuffer> | ReadableStream,
  more: Record<string, string> = {},
) {
  const response = await fetch(server.url + pathOf(route as Route, { id: 'x' }), {
    method: route.method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...more },
    body,
    signal: AbortSignal.timeout(10_000),
  });
  const text = await response.text();
  const { code } = JSON.parse(text) as { code?: string };
  return { status: response.status, code, text };
}
const signIn = { method: 'POST', path: SIGN_IN } as const;

const arrays = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const objects = (depth: number) => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);

// The attacker wants: a stack that overflows, memory that runs out, or a parser and a check that read differently.
describe('JSON that goes deep', () => {
  const DEEP: readonly [string, string][] = [
    ['arrays', arrays(30_000)],
    ['objects', objects(9_000)],
    ['arrays without an end', '['.repeat(60_000)],
    ['objects without an end', '{"a":'.repeat(12_000)],
  ];

  it.each(DEEP)('by %s is refused at every call, and in each of its fields', async (_, deep) => {
    for (const route of routes) {
      const fields = Object.keys((route.bodySchema as JsonSchema).properties ?? {});
      for (const body of [deep, ...fields.map((field) => `{"${field}":${deep}}`)]) {
        const { status, text } = await send(route, body);
        expect([400, 401], `${nameOf(route)}: ${text.slice(0, 200)}`).toContain(status);
        expect(text.length).toBeLessThan(4_096);
      }
    }
    expect(server.output.stderr).not.toMatch(/call stack|heap/i);
  });
});

describe('JSON that is large', () => {
  it('is refused from the first byte over the limit', async () => {
    const bodyOf = (size: number) => `{"email":"${'a'.repeat(size - '{"email":""}'.length)}"}`;
    expect(await send(signIn, bodyOf(LIMIT))).toMatchObject({ status: 400, code: 'validation_failed' });
    expect(await send(signIn, bodyOf(LIMIT + 1))).toMatchObject({ status: 413, code: 'body_too_large' });
  });

  it('is refused by its length alone, before it is sent', async () => {
    const head = `POST ${SIGN_IN} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 9999999999\r\n\r\n{`;
    const { statuses } = await sendRaw(server.url, head, 700);
    expect(statuses).toEqual([413]);
  });

  it('is not read to its end when it comes without a length', async () => {
    const endless = `10000\r\n${' '.repeat(0x10000)}\r\n`.repeat(40);
    const head = `POST ${SIGN_IN} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const { statuses } = await sendRaw(server.url, head + endless, 700);
    expect(statuses).toEqual([413]);
  });

  it('is not unpacked', async () => {
    const packed = gzipSync(Buffer.from(`{"email":"${'a'.repeat(20_000_000)}"}`));
    for (const encoding of ['gzip', 'deflate', 'br']) {
      const { status } = await send(signIn, new Uint8Array(packed), { 'content-encoding': encoding });
      expect([400, 415]).toContain(status);
    }
  });
});

it('a list of thousands of faults gets a short answer', async () => {
  const list = `{"ids":[${Array.from({ length: 30_000 }, () => '1').join()}]}`;
  const { status, text } = await send({ method: 'POST', path: '/user/notices/seen' }, list);
  expect(status).toBe(400);
  expect(text.length).toBeLessThan(4_096);
});

describe('JSON that can be read in two ways', () => {
  it.each<[string, string | Uint8Array<ArrayBuffer>]>([
    ['a number of 60,000 digits', `{"email":${'9'.repeat(60_000)},"password":"x"}`],
    ['an endless number', '{"email":1e999999,"password":"x"}'],
    ['comments', '{"email":"a@example.org",/* */"password":"x"}'],
    ['single quotes', "{'email':'a@example.org','password':'x'}"],
    ['a comma at the end', '{"email":"a@example.org","password":"x",}'],
    ['NaN', '{"email":NaN,"password":"x"}'],
    ['two documents', '{"email":"a@example.org","password":"x"}{}'],
    ['half a character', '{"email":"\\ud800@example.org","password":"x"}'],
    ['UTF-16', new Uint8Array(Buffer.from('{"email":"a@example.org","password":"x"}', 'utf16le'))],
  ])('for %s is refused', async (_, body) => {
    expect((await send(signIn, body)).status).toBe(400);
  });
});

it('after all that others are answered at once', async () => {
  expect(await answerTime(server.url)).toBeLessThan(500);
});
