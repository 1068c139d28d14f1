import { afterAll, beforeAll, expect, it } from 'vitest';

import { ApiClient, PASSWORD } from '../support/api-client.js';
import { still } from '../support/faces.js';
import { handshake, protocols } from '../support/live-handshake.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

let server: RunningServer;
let api: ApiClient;
beforeAll(async () => {
  server = await startServer({ ATTEMPTS_BEFORE_DELAY: '2' });
  api = await ApiClient.for(server);
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

it('a known device opens its live session while strangers are kept waiting, and they do not', async () => {
  const franck = await still('franck_02159.jpg');
  const { email } = await api.enrolled(franck);
  const signIn = (headers: Record<string, string>) =>
    api.post('/user/auth/sign-in', { json: { email, password: PASSWORD }, headers });
  const first = await signIn({});
  const completed = await api.upload('/user/image/compare-faces', first.body.verification_token, franck);
  const headers = { 'vultus-device-token': completed.headers.get('vultus-device-token')! };
  const hers = (await signIn(headers)).body.verification_token;
  const strangers = (await signIn({})).body.verification_token;
  const ticketOf = async (token: string, more: Record<string, string>) =>
    (
      (await api.post('/user/live-verification', { token, headers: more })).body as unknown as {
        ticket: string;
      }
    ).ticket;
  const [known, unknown] = [await ticketOf(hers, headers), await ticketOf(strangers, {})];
  for (let i = 0; i < 2; i++) await api.signIn(email, 'a wrong password');

  const refused = await handshake(server.url, '/user/live-verification', protocols(unknown));
  expect(refused).toMatchObject({ status: 429, problem: { code: 'too_many_attempts' } });
  const opened = await handshake(server.url, '/user/live-verification', protocols(known));
  expect(opened.status).toBe(101);
  opened.socket?.destroy();
});
