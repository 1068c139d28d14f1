import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ApiClient, PASSWORD } from '../support/api-client.js';
import { FILM_STARS, FRANCK_STILLS, still } from '../support/faces.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';
import { type RunningExample, installExample, run, serveExample } from './example.js';

const READY = /(http:\/\/localhost:\d+)\/private/;

let vultus: RunningServer;
let api: ApiClient;
let folder: string;
let app: RunningExample;
beforeAll(async () => {
  vultus = await startServer();
  api = await ApiClient.for(vultus);
  folder = await installExample('express');
  app = await appOver(vultus.url);
}, 180_000);
afterAll(async () => {
  await app.stop();
  await vultus.stop();
  await removeTemporaryDirectories();
});

const appOver = (vultusUrl: string) =>
  serveExample(folder, ['server.js'], { VULTUS_URL: vultusUrl, PORT: '0' }, READY);

async function answerOf(response: Response) {
  const body = (await response.json()) as Record<string, unknown>;
  return { status: response.status, headers: response.headers, body };
}

const visit = async (authorization?: string, url = app.url) =>
  answerOf(await fetch(`${url}/private`, { headers: authorization === undefined ? {} : { authorization } }));

const sendForm = async (fields: Record<string, string>) =>
  answerOf(await fetch(`${app.url}/sign-in`, { method: 'POST', body: new URLSearchParams(fields) }));

describe('the Express example', () => {
  it('is free of type errors', async () => {
    await expect(run(folder, 'npm', ['run', 'typecheck'])).resolves.toBeUndefined();
  });

  it.each([undefined, 'Bearer ', 'Bearer made-up', 'Basic YTpi', 'Bearer a b'])(
    'refuses %s',
    async (header) => {
      const { status, headers, body } = await visit(header);
      expect(status).toBe(401);
      expect(headers.get('www-authenticate')).toBe('Bearer');
      expect(body).toMatchObject({ code: 'invalid_token', detail: expect.any(String) as string });
    },
  );

  it('serves who has signed in with its form', async () => {
    const { email } = await api.signUp();
    const { status, headers, body } = await sendForm({ email, password: PASSWORD });
    expect({ status, body }).toEqual({
      status: 200,
      body: { next: 'private', token: expect.any(String) as string },
    });
    expect(headers.get('cache-control')).toBe('no-store');
    expect(await visit(`Bearer ${body['token'] as string}`)).toMatchObject({
      status: 200,
      body: { message: `Hello, ${email}.` },
    });
  });

  it('hands on why a sign-in was refused', async () => {
    const { email } = await api.signUp();
    expect(await sendForm({ email, password: 'not the password' })).toMatchObject({
      status: 401,
      body: { code: 'invalid_credentials' },
    });
    expect(await sendForm({})).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
    const nothing = await answerOf(await fetch(`${app.url}/sign-in`, { method: 'POST' }));
    expect(nothing).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
  });

  it('says that a face is wanted where one is enrolled, and serves once it was shown', async () => {
    const { email } = await api.enrolled(await still(FRANCK_STILLS[2]));
    const { status, body } = await sendForm({ email, password: PASSWORD });
    expect(status).toBe(200);
    expect(body).toMatchObject({ next: 'verification', methods: ['face'] });
    expect(body).not.toHaveProperty('token');
    const verification = body['verification_token'] as string;
    expect(await visit(`Bearer ${verification}`)).toMatchObject({ status: 401 });

    const compare = async (picture: string) =>
      api.upload('/user/image/compare-faces', verification, await still(picture));
    expect(await compare(FILM_STARS[1][0])).toMatchObject({ status: 401, body: { code: 'face_mismatch' } });
    const matched = await compare(FRANCK_STILLS[3]);
    expect(matched.status).toBe(200);
    expect(await visit(`Bearer ${matched.body.result.token}`)).toMatchObject({
      status: 200,
      body: { message: `Hello, ${email}.` },
    });
  });

  it('refuses a session as soon as it was revoked', async () => {
    const { token } = await api.signUp();
    expect(await visit(`Bearer ${token}`)).toMatchObject({ status: 200 });
    expect(await api.post('/user/auth/revoke-token', { token })).toMatchObject({ status: 200 });
    expect(await visit(`Bearer ${token}`)).toMatchObject({ status: 401 });
  });
});

describe('while Vultus cannot say who somebody is, the Express example', () => {
  const UNAVAILABLE = { status: 503, body: { code: 'vultus_unreachable' } };

  it('answers 503 where nobody listens, and serves again when Vultus is back', async () => {
    const { email, token } = await api.signUp();
    await vultus.stop();
    const answer = await visit(`Bearer ${token}`);
    expect(answer).toMatchObject(UNAVAILABLE);
    expect(answer.headers.get('retry-after')).toBe('5');
    expect(await sendForm({ email, password: PASSWORD })).toMatchObject(UNAVAILABLE);

    vultus = await startServer({ DATA_DIR: vultus.dataDirectory, PORT: new URL(vultus.url).port });
    expect(await visit(`Bearer ${token}`)).toMatchObject({ status: 200 });
  });

  it('answers 503 where Vultus hangs', async () => {
    const { token } = await api.signUp();
    process.kill(vultus.pid, 'SIGSTOP');
    try {
      expect(await visit(`Bearer ${token}`)).toMatchObject(UNAVAILABLE);
    } finally {
      process.kill(vultus.pid, 'SIGCONT');
    }
    expect(await visit(`Bearer ${token}`)).toMatchObject({ status: 200 });
  });

  const problem = (status: number, code: string) => ({
    status,
    type: 'application/problem+json',
    body: JSON.stringify({
      type: `urn:vultus:problem:${code}`,
      status,
      code,
      title: '',
      detail: '',
      request_id: '',
    }),
  });
  it.each([
    ['its storage is away', problem(503, 'storage_unavailable'), 'storage_unavailable'],
    ['it has a fault', problem(500, 'internal_error'), 'internal_error'],
    [
      'a page of somebody else answers',
      { status: 200, type: 'text/html', body: '<p>' },
      'vultus_unreachable',
    ],
    ['a proxy refuses', { status: 403, type: 'text/html', body: '<p>' }, 'vultus_unreachable'],
  ])('answers 503 where %s', async (_name, { status, type, body }, code) => {
    const stranger = http.createServer((_request, response) => {
      response.writeHead(status, { 'content-type': type, 'retry-after': '2' }).end(body);
    });
    await once(stranger.listen(0, 'localhost'), 'listening');
    const misled = await appOver(`http://localhost:${(stranger.address() as AddressInfo).port}`);
    try {
      expect(await visit('Bearer whatever', misled.url)).toMatchObject({ status: 503, body: { code } });
    } finally {
      await misled.stop();
      stranger.close();
    }
  });
});
