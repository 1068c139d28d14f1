import { afterAll, beforeAll, expect, it } from 'vitest';

import { ApiClient } from '../support/api-client.js';
import { answerTime } from '../support/attacks/raw-request.js';
import { type Route, nameOf, pathOf, routesOf } from '../support/attacks/routes.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

/** As much as is read of a body. */
const LIMIT = 64 * 1024;
/** For one request that is refused, on a busy machine. */
const SOON_MS = 1_000;

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

/** As many keys as the limit lets in. */
function keys(key: (i: number) => string): string {
  const entries: string[] = [];
  for (let i = 0, size = 2; ; i++) {
    const entry = `"${key(i)}":0`;
    size += entry.length + 1;
    if (size > LIMIT) return `{${entries.join()}}`;
    entries.push(entry);
  }
}

/** Of a Java-like string hash all of these are equal; of any hash, they differ in few places. */
const colliding = (i: number) =>
  i
    .toString(2)
    .padStart(13, '0')
    .replaceAll(/[01]/g, (bit) => (bit === '0' ? 'Aa' : 'BB'));

const BODIES: readonly [string, string][] = [
  ['small numbers', keys((i) => String(i))],
  ['numbers far apart', keys((i) => String(i * 524_287))],
  // Numbers that are indices of an array are hashed by another rule: equal in what decides the bucket.
  ['numbers with equal low bits', keys((i) => String(((i % 255) + 1) * 16_777_216 + (i >> 8)))],
  ['equal hashes', keys(colliding)],
  ['the same key', keys(() => 'a')],
  ['empty and short keys', keys((i) => i.toString(36))],
  ['names of what every object has', keys((i) => ['toString', 'valueOf', 'hasOwnProperty', `h${i}`][i % 4]!)],
];

async function send(route: Route, body: string) {
  const began = performance.now();
  const response = await fetch(server.url + pathOf(route, { id: 'x' }), {
    method: route.method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body,
  });
  const text = await response.text();
  return { status: response.status, text, time: performance.now() - began };
}

// The attacker wants: seconds of the server's one thread for a body that is within its limits.
it.each(BODIES)('a body of keys that are %s is refused soon, in a short answer', async (_, body) => {
  expect(body.length).toBeLessThanOrEqual(LIMIT);
  for (const route of routes) {
    const { status, text, time } = await send(route, body);
    expect([400, 401], `${nameOf(route)}: ${text.slice(0, 300)}`).toContain(status);
    expect(time, nameOf(route)).toBeLessThan(SOON_MS);
    // Else a small request would make a large answer, and a large message.
    expect(text.length, nameOf(route)).toBeLessThan(4_096);
  }
});

it('keys within a field that takes any are taken soon, too', async () => {
  const route = routes.find(({ path }) => path === '/user/passkeys')!;
  const inner = keys((i) => String(i * 524_287)).slice(0, LIMIT - 2_000);
  const cut = `${inner.slice(0, inner.lastIndexOf(','))}}`;
  const response = `{"id":"AA","rawId":"AA","type":"public-key","response":{"clientDataJSON":"AA","attestationObject":"AA"},"clientExtensionResults":${cut}}`;
  const { status, time } = await send(route, `{"name":"a","response":${response}}`);
  expect([400, 401, 422]).toContain(status);
  expect(time).toBeLessThan(SOON_MS);
});

it('others are answered while many of them arrive', async () => {
  const signIn = routes.find(({ path }) => path === '/user/auth/sign-in')!;
  const flood = Promise.all(
    Array.from({ length: 60 }, (_, i) => send(signIn, BODIES[i % BODIES.length]![1])),
  );
  const waited: number[] = [];
  for (let i = 0; i < 10; i++) waited.push(await answerTime(server.url));
  expect(Math.max(...waited)).toBeLessThan(SOON_MS);
  for (const { status } of await flood) expect(status).toBe(400);
});
