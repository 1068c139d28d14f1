import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { ApiClient } from '../support/api-client.js';
import { sendRaw } from '../support/attacks/raw-request.js';
import { type JsonSchema, type Route, nameOf, pathOf, routesOf } from '../support/attacks/routes.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

/** In everything that is sent: whatever of it arrives in the log is found by this. */
const MARK = `mark${randomUUID().slice(0, 8)}`;
/** Ends a line, colours it, and begins one of its own; last, what a formatter would fill in. */
const FORGERY = `${MARK}\r\n\u001b[31m\u2028\u0085{"level":60,"msg":"forged by ${MARK}"}\n%s%d%o\${jndi:ldap://127.0.0.1/}`;
/** Of it, what may stand in a header. */
const HEADER_FORGERY = `${MARK} \t{"level":60,"msg":"forged"} %0d%0a %s \u0085`;

let server: RunningServer;
let routes: Route[];
let token: string;
beforeAll(async () => {
  server = await startServer({ LOG_LEVEL: 'trace' });
  routes = await routesOf(server);
  ({ token } = await (await ApiClient.for(server)).signUp());
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

const HEADERS = [
  'accept-language',
  'content-type',
  'cookie',
  'forwarded',
  'origin',
  'referer',
  'sec-fetch-site',
  'traceparent',
  'user-agent',
  'vultus-consent',
  'vultus-device',
  'vultus-token-transport',
  'x-forwarded-for',
  'x-request-id',
];

/** The forgery in each of the places that a schema has, at the top and one level below. */
function bodiesFor(schema: JsonSchema): unknown[] {
  const names = Object.keys(schema.properties ?? {});
  return [
    FORGERY,
    { [FORGERY]: FORGERY },
    Object.fromEntries(names.map((name) => [name, FORGERY])),
    Object.fromEntries(names.map((name) => [name, { [FORGERY]: [FORGERY] }])),
  ];
}

async function attack(route: Route): Promise<void> {
  const send = async (headers: Record<string, string>, body?: string | FormData) => {
    const response = await fetch(server.url + pathOf(route, { id: FORGERY.slice(0, 60) }), {
      method: route.method,
      headers: { authorization: `Bearer ${token}`, ...headers },
      ...(body === undefined || route.method === 'GET' ? {} : { body }),
    });
    await response.text();
    expect(response.status, nameOf(route)).toBeLessThan(500);
  };
  // Only of the account itself: what ends it would leave the rest without a token.
  const isFinal = route.path.includes('revoke') || (route.method === 'DELETE' && route.path === '/user');
  const authorization = isFinal ? `Bearer ${HEADER_FORGERY}` : `Bearer ${token}`;
  await send(Object.fromEntries(HEADERS.map((name) => [name, HEADER_FORGERY])));
  await send({ authorization: `Bearer ${HEADER_FORGERY}` });
  for (const body of route.bodyKind === 'json' ? bodiesFor(route.bodySchema!) : []) {
    const text = JSON.stringify(body);
    await send({ authorization, 'content-type': 'application/json' }, text);
    await send({ authorization, 'content-type': 'application/json' }, text.slice(0, -1));
  }
  if (route.bodyKind !== 'form') return;
  const form = new FormData();
  form.append('message', FORGERY);
  form.append(FORGERY, FORGERY);
  form.append('file', new Blob([FORGERY], { type: `image/${MARK}` }), FORGERY);
  await send({ authorization, 'vultus-consent': HEADER_FORGERY }, form);
}

// The attacker wants: lines in the log that say something that has not happened, or a credential to be read there.
it('nothing that a client sends ends a line of the log, or stands in one', async () => {
  for (const route of routes) await attack(route);
  for (const bytes of [
    `GET /?${MARK}=%0a HTTP/1.1\r\nHost: ${MARK}\r\nConnection: close\r\n\r\n`,
    `${MARK} / HTTP/1.1\r\nHost: x\r\n\r\n`,
    `GET /${MARK}\u0007\u001b[2J HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: x\r\nX-A: a\r{"level":60,"msg":"${MARK}"}\r\n\r\n`,
  ]) {
    await sendRaw(server.url, bytes, 500);
  }
  await server.stop();

  const lines = server.output.stderr.split('\n').filter((line) => line !== '');
  expect(lines.length).toBeGreaterThan(routes.length * 2);
  const records = lines.map((line) => JSON.parse(line) as { level: number; msg: unknown });
  for (const [i, { level, msg }] of records.entries()) {
    expect(level, lines[i]).toBeLessThan(50);
    expect(msg, lines[i]).toBeTypeOf('string');
    expect(lines[i]).not.toContain(MARK);
    // eslint-disable-next-line no-control-regex -- these are what is looked for
    expect(lines[i]).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]|\\u001b|jndi|forged/);
    for (const part of token.split('.')) expect(lines[i]).not.toContain(part);
  }
});
