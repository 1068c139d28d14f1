import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { ApiClient } from '../support/api-client.js';
import { answerTime } from '../support/attacks/raw-request.js';
import { still } from '../support/faces.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

/** What SECURITY.md promises, with a second for the server to look and some for a busy machine. */
const HEADERS_MS = 10_000 + 4_000;
const WHOLE_MS = 30_000 + 5_000;

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

/** Sends `head` at once and then a byte now and again, for ever. @returns after how many milliseconds it was cut off */
function dribble(head: string, byte: string): Promise<number> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve) => {
    const began = performance.now();
    const socket = net.connect(Number(port), hostname, () => socket.write(head));
    const timer = setInterval(() => socket.write(byte), 400);
    socket.on('error', () => undefined);
    // Reads what comes, or it would never hear the end.
    socket.resume();
    socket.on('close', () => {
      clearInterval(timer);
      resolve(performance.now() - began);
    });
  });
}

// The attacker wants: all of the server's connections and places for the price of a few bytes a second.
it('whoever sends byte by byte is cut off in time, and others are answered meanwhile', async () => {
  const { token } = await api.signUp();
  const face = await still('franck_02159.jpg');
  const host = 'Host: x\r\nContent-Length: 60000\r\n';
  const many = (count: number, head: string, byte: string) =>
    Array.from({ length: count }, () => dribble(head, byte));
  const headers = many(150, 'POST /user/auth/sign-in HTTP/1.1\r\nHost: x\r\nX-A: ', 'a');
  const bodies = [
    ...many(60, `POST /user/auth/sign-in HTTP/1.1\r\n${host}Content-Type: application/json\r\n\r\n{`, ' '),
    ...many(
      60,
      'POST /user/auth/sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
      '1\r\n \r\n',
    ),
    // One place of those for pictures: an account can have that, for as long as a request may take.
    dribble(
      `POST /user/image/image-embedding HTTP/1.1\r\n${host}Authorization: Bearer ${token}\r\n` +
        'Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n',
      'a',
    ),
  ];
  // Without a token there is no place to be had.
  const strangers = many(
    60,
    `POST /user/image/compare-faces HTTP/1.1\r\n${host}Content-Type: multipart/form-data; boundary=b\r\n\r\n--b\r\n`,
    'a',
  );
  const everything = Promise.all([Promise.all(headers), Promise.all([...bodies, ...strangers])]);

  await sleep(1_000);
  for (let i = 0; i < 10; i++) {
    expect(await answerTime(server.url)).toBeLessThan(1_000);
    expect((await api.upload('/user/image/image-embedding', token, face)).status).toBe(200);
    await sleep(200);
  }

  const [ofHeaders, ofBodies] = await everything;
  expect(Math.max(...ofHeaders)).toBeLessThan(HEADERS_MS);
  expect(Math.max(...ofBodies)).toBeLessThan(WHOLE_MS);
  // It was the server's patience that ended, not the first byte's.
  expect(Math.min(...ofHeaders)).toBeGreaterThan(5_000);
  expect(await answerTime(server.url)).toBeLessThan(1_000);
});
