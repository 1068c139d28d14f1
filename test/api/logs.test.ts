import { randomUUID } from 'node:crypto';
import net from 'node:net';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { form } from '../support/api-client.js';
import { Browser } from '../support/browser.js';
import { still } from '../support/faces.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

/** In everything that is a secret or says who somebody is. */
const MARKER = `marker${randomUUID().slice(0, 8)}`;
/** Text that would end a line and begin another, if lines were put together by hand. */
const FORGED = '\\u001b[31m{"level":60,"msg":"forged"}';

let server: RunningServer;
let lines: string[];
let tokens: string[];
beforeAll(async () => {
  server = await startServer({ LOG_LEVEL: 'trace' });
  tokens = await journey(server.url);
  await server.stop();
  lines = server.output.stderr.split('\n').filter((line) => line !== '');
});
afterAll(removeTemporaryDirectories);

/** All that clients do, rightly and wrongly. @returns every token that was issued on the way */
async function journey(url: string): Promise<string[]> {
  const email = `${MARKER}@example.org`;
  const password = `${MARKER} horse battery`;
  const franck = await still('franck_02159.jpg');
  const headers = {
    'user-agent': `${MARKER}/1.0 (X11; Linux) ${FORGED}`,
    'x-request-id': `${MARKER} ${FORGED}`,
    referer: `https://example.org/?${MARKER}`,
  };
  const issued: string[] = [];
  const browser = new Browser(url);
  const send = async (method: string, path: string, call: Parameters<Browser['send']>[2] = {}) => {
    const answer = await browser.send(method, path, { ...call, headers: { ...headers, ...call.headers } });
    issued.push(...browser.cookies.values());
    return answer;
  };
  const post = (path: string, json?: unknown) => send('POST', path, json === undefined ? {} : { json });

  expect((await post('/user/auth/sign-up', { email, password })).status).toBe(201);
  await post('/user/auth/sign-up', { email, password });
  await post('/user/auth/sign-up', { email: MARKER, password: MARKER, [MARKER]: MARKER });
  const enrolled = await send('POST', '/user/image/image-embedding', {
    body: form(franck, 'file', `${MARKER}.jpg`),
  });
  expect(enrolled.status).toBe(200);
  await send('POST', '/user/image/image-embedding', { body: form(Buffer.from(MARKER)) });
  await send('GET', `/user?token=${MARKER}`);
  await send('GET', `/user/${MARKER}%0a%7B%22level%22:60%7D`);
  await send('GET', '/user', { headers: { authorization: `Bearer ${MARKER}` } });
  await send('GET', '/user', { headers: { cookie: `__Host-vultus-authorization=${MARKER}` } });
  await post('/user/auth/refresh');
  expect((await post('/user/auth/revoke-token')).status).toBe(200);
  await post('/user/auth/sign-in', { email, password: `${MARKER} wrong` });
  expect((await post('/user/auth/sign-in', { email, password })).status).toBe(210);
  expect((await send('POST', '/user/image/compare-faces', { body: form(franck) })).status).toBe(200);

  const { token } = (await (
    await fetch(`${url}/user/auth/sign-up`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({ email: `second-${email}`, password }),
    })
  ).json()) as { token: string };
  await fetch(`${url}/user`, { headers: { authorization: `Bearer ${token}` } });
  for (const shape of [
    `GET /%zz${MARKER} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    `GET //${MARKER} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    `GET http://[${MARKER}/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
    `${MARKER} / HTTP/1.1\r\n\r\n`,
    `GET / HTTP/1.1\r\nHost: x\r\nX-${MARKER}\r\n: ${MARKER}\r\n\r\n`,
    `POST /user/auth/sign-in HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: ${MARKER.length}\r\n\r\n${MARKER}`,
    `GET /user/live-verification HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: vultus.live.v1, vultus.ticket.${MARKER}\r\n\r\n`,
  ]) {
    await rawRequest(url, shape);
  }
  return [...issued, token].filter((value) => value !== '');
}

function rawRequest(url: string, text: string): Promise<void> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = net.connect(Number(port), hostname, () => socket.write(text));
    socket
      .on('error', () => undefined)
      .on('close', () => {
        resolve();
      });
    socket.resume();
  });
}

it('the log of a journey has a line for each request, and not one for what nobody asked', () => {
  const records = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(records.filter(({ msg }) => msg === 'request')).toHaveLength(18);
  expect(records.map(({ level }) => level)).not.toContain(60);
  expect(records.filter(({ status }) => Number(status) >= 500)).toEqual([]);
  for (const record of records.filter(({ msg }) => msg === 'request')) {
    expect(Object.keys(record).sort()).toEqual([
      'level',
      'method',
      'ms',
      'msg',
      'request_id',
      'route',
      'status',
      'time',
    ]);
  }
});

it('no line holds a password, an address, a token, a file, or anything else that a client has sent', () => {
  for (const line of lines) {
    expect(line.toLowerCase()).not.toContain(MARKER);
    expect(line).not.toMatch(/forged|u001b|eyJ[\w-]+\./);
  }
  expect(tokens.length).toBeGreaterThan(5);
  const log = lines.join('\n');
  for (const token of tokens) {
    expect(log).not.toContain(token);
    for (const part of token.split('.')) expect(log).not.toContain(part);
  }
});
