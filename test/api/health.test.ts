import { once } from 'node:events';
import http from 'node:http';

import { afterAll, describe, expect, it } from 'vitest';

import { ApiClient } from '../support/api-client.js';
import { still } from '../support/faces.js';
import { removeTemporaryDirectories, startServer } from '../support/server.js';

afterAll(removeTemporaryDirectories);

/** Asks over a connection that was opened before, as a load balancer does. */
function keptConnection(url: string) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  return async (path: string) => {
    const request = http.get(url + path, { agent });
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    response.setEncoding('utf8');
    let text = '';
    for await (const part of response) text += part as string;
    const { status, headers } = { status: response.statusCode, headers: response.headers };
    return { status, headers, body: JSON.parse(text) as { code?: string }, reused: request.reusedSocket };
  };
}

describe('GET /health/ready', () => {
  it('says what was looked at', async () => {
    const server = await startServer();
    const api = await ApiClient.for(server);
    const { status, body } = await api.get('/health/ready');
    expect(status).toBe(200);
    expect(body).toEqual({ status: 'ready', checks: { storage: 'ok', models: 'ok', workers: 'ok' } });
    expect((await api.get('/health/live')).body).toEqual({ status: 'live' });
    await server.stop();
  });

  it('turns before the server stops, which finishes what it is doing and serves those who have not heard yet', async () => {
    const server = await startServer({ STOP_DELAY: '3' });
    const api = await ApiClient.for(server);
    const { email } = await api.enrolled(await still('franck_02159.jpg'));
    const verification = await api.verificationToken(email);
    const ask = keptConnection(server.url);
    expect((await ask('/health/ready')).status).toBe(200);

    const comparing = api.upload('/user/image/compare-faces', verification, await still('franck_02888.jpg'));
    await new Promise((resolve) => setTimeout(resolve, 30));
    const signalledAt = Date.now();
    const ended = server.stop('SIGTERM');
    await expect.poll(async () => (await ask('/health/ready')).status).toBe(503);
    expect(Date.now() - signalledAt).toBeLessThan(2900);
    const ready = await ask('/health/ready');
    expect(ready).toMatchObject({ status: 503, body: { code: 'stopping' }, reused: true });
    expect(ready.headers['retry-after']).toBe('5');
    // It is alive: nobody is to restart it now. Who has not heard yet is served, over a new connection, too.
    const newcomer = await keptConnection(server.url)('/health/live');
    expect(newcomer).toMatchObject({ status: 200, reused: false });
    expect((await comparing).status).toBe(200);

    expect(await ended).toBe(0);
    expect(Date.now() - signalledAt).toBeGreaterThan(2900);
    await expect(ask('/health/live')).rejects.toThrow();
  });
});
