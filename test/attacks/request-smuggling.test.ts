import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ApiClient, PASSWORD } from '../support/api-client.js';
import { sendRaw } from '../support/attacks/raw-request.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

let server: RunningServer;
let api: ApiClient;
beforeAll(async () => {
  server = await startServer();
  api = await ApiClient.for(server);
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

const HEAD = 'POST /user/auth/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';
const BODY = '{"email":"a@example.org","password":"x"}';
/** What must never be executed: it would make an account. */
const smuggled = (email: string) => {
  const body = JSON.stringify({ email, password: PASSWORD });
  return `POST /user/auth/sign-up HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
};
const chunked = `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`;

// The attacker wants: a second request in the first one, which a proxy in front has not seen.
describe('a request of two minds about its length', () => {
  it.each<[string, (inner: string) => string]>([
    [
      'Content-Length beside Transfer-Encoding',
      (inner) =>
        `${HEAD}Content-Length: ${chunked.length + inner.length}\r\nTransfer-Encoding: chunked\r\n\r\n${chunked}${inner}`,
    ],
    [
      'Transfer-Encoding beside a short Content-Length',
      (inner) => `${HEAD}Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n${chunked}${inner}`,
    ],
    [
      'two lengths',
      (inner) =>
        `${HEAD}Content-Length: ${BODY.length}\r\nContent-Length: ${BODY.length + inner.length}\r\n\r\n${BODY}${inner}`,
    ],
    [
      'a list of lengths',
      (inner) => `${HEAD}Content-Length: ${BODY.length}, ${BODY.length}\r\n\r\n${BODY}${inner}`,
    ],
    ['a length with a sign', (inner) => `${HEAD}Content-Length: +${BODY.length}\r\n\r\n${BODY}${inner}`],
    [
      'another kind of Transfer-Encoding',
      (inner) =>
        `${HEAD}Transfer-Encoding: xchunked\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}${inner}`,
    ],
    [
      'Transfer-Encoding twice',
      (inner) => `${HEAD}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n${chunked}${inner}`,
    ],
    [
      'a space before the colon',
      (inner) =>
        `${HEAD}Transfer-Encoding : chunked\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}${inner}`,
    ],
    [
      'a folded header',
      (inner) =>
        `${HEAD}Transfer-Encoding:\r\n chunked\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}${inner}`,
    ],
    [
      'lines that end with LF only',
      (inner) =>
        `${HEAD.replaceAll('\r\n', '\n')}Content-Length: ${BODY.length}\nTransfer-Encoding: chunked\n\n${chunked}${inner}`,
    ],
    [
      'a size of a chunk with rubbish',
      (inner) =>
        `${HEAD}Transfer-Encoding: chunked\r\n\r\n${BODY.length.toString(16)}xyz\r\n${BODY}\r\n0\r\n\r\n${inner}`,
    ],
    [
      'a negative size of a chunk',
      (inner) => `${HEAD}Transfer-Encoding: chunked\r\n\r\n-1\r\n${BODY}\r\n0\r\n\r\n${inner}`,
    ],
  ])('%s: what hangs behind it is not executed', async (name, make) => {
    const email = `${name.replaceAll(/\W/g, '')}@example.org`;
    const { statuses, closed } = await sendRaw(server.url, make(smuggled(email)));
    expect(statuses.length).toBeLessThanOrEqual(1);
    for (const status of statuses) expect(status).toBe(400);
    expect(closed).toBe(true);
    expect((await api.signIn(email)).status).toBe(401);
  });

  it('two honest requests in one go are two', async () => {
    const email = 'pipelined@example.org';
    const first = `${HEAD}Content-Length: ${BODY.length}\r\n\r\n${BODY}`;
    const { statuses } = await sendRaw(server.url, first + smuggled(email));
    expect(statuses).toEqual([401, 201]);
  });
});

describe('a request that is no request', () => {
  it.each([
    ['no Host', 'GET /user HTTP/1.1\r\n\r\n'],
    ['an absolute address of another host', 'GET http://elsewhere.example/user HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['CONNECT', 'CONNECT internal:22 HTTP/1.1\r\nHost: internal:22\r\n\r\n'],
    ['TRACE', 'TRACE /user HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer secret-token\r\n\r\n'],
    ['a NUL in a header', 'GET /user HTTP/1.1\r\nHost: x\r\nX-A: a\0b\r\n\r\n'],
    ['a header without a name', 'GET /user HTTP/1.1\r\nHost: x\r\n: a\r\n\r\n'],
    ['HTTP/0.9', 'GET /user\r\n\r\n'],
    ['HTTP/2 without being asked', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a header of 100 kB', `GET /user HTTP/1.1\r\nHost: x\r\nX-A: ${'a'.repeat(100_000)}\r\n\r\n`],
    ['3,000 headers', `GET /user HTTP/1.1\r\nHost: x\r\n${'X-A: b\r\n'.repeat(3000)}\r\n`],
  ])('%s gets no more than a refusal', async (_, request) => {
    const { statuses, text } = await sendRaw(server.url, request, 1_000);
    for (const status of statuses) {
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
    }
    expect(text).not.toContain('secret-token');
    expect((await fetch(`${server.url}/health/live`)).status).toBe(200);
  });
});
