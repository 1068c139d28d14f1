import { randomUUID } from 'node:crypto';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { ApiClient } from '../support/api-client.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

let server: RunningServer;
let api: ApiClient;

beforeAll(async () => {
  server = await startServer({ ATTEMPTS_BEFORE_DELAY: '1' });
  api = await ApiClient.for(server);
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

it('more passwords at once than may wait are answered busy, count for nothing, and are taken later', async () => {
  const emails = Array.from({ length: 80 }, () => `${randomUUID()}@example.org`);
  const answers = await Promise.all(emails.map((email) => api.signIn(email)));
  const busy = emails.filter((_, i) => answers[i]!.status === 503);
  expect(busy.length).toBeGreaterThan(0);
  for (const { status, headers, body } of answers) {
    expect([body.code, status]).toEqual(status === 503 ? ['busy', 503] : ['invalid_credentials', 401]);
    if (status === 503) expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
  }
  // One failure is allowed: whoever had been counted would have to wait now.
  expect((await api.signIn(busy[0]!)).status).toBe(401);
  expect((await api.signIn(busy[0]!)).status).toBe(429);
});
