import { randomUUID } from 'node:crypto';
import net from 'node:net';

import { afterAll, describe, expect, it } from 'vitest';

import { ApiClient, PASSWORD } from '../support/api-client.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

const running: RunningServer[] = [];
afterAll(async () => {
  await Promise.all(running.map((server) => server.stop()));
  await removeTemporaryDirectories();
});

async function start(environment: Record<string, string>): Promise<RunningServer> {
  const server = await startServer(environment);
  running.push(server);
  return server;
}

/** Reads to the end: a connection with something unread on it would keep the server from stopping. */
async function call(url: string, init?: RequestInit) {
  const response = await fetch(url, init);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const from = (address: string) => ({ 'x-forwarded-for': address });
const PROXIED = { TRUSTED_PROXIES: '127.0.0.1' };

describe('the budget of an address', () => {
  it('ends in 429 with the time to wait, also for what does not exist, and leaves health checks alone', async () => {
    const { url } = await start({ RATE_LIMIT_ADDRESS: '5', CORS_ORIGINS: 'https://app.example.org' });
    for (const path of ['/user', '/nothing', '/openapi.json', '//', '/health/unknown']) {
      expect((await call(url + path)).status).not.toBe(429);
    }
    for (const path of ['/user', '/nothing', '/openapi.json', '/health/unknown']) {
      const response = await call(url + path, { headers: { origin: 'https://app.example.org' } });
      expect(response.status, path).toBe(429);
      expect(response.headers.get('content-type')).toContain('application/problem+json');
      expect(JSON.parse(response.text)).toMatchObject({ code: 'too_many_requests', status: 429 });
      const wait = Number(response.headers.get('retry-after'));
      expect(wait).toBeGreaterThanOrEqual(1);
      expect(wait).toBeLessThanOrEqual(60);
      // The page must be able to read it.
      expect(response.headers.get('access-control-allow-origin')).toBe('https://app.example.org');
    }
    for (let i = 0; i < 10; i++) {
      expect((await call(`${url}/health/ready`)).status).toBe(200);
      expect((await call(`${url}/health/live`)).status).toBe(200);
    }
  });

  it('belongs to whom the trusted proxy names, whatever the client says itself', async () => {
    const { url, output } = await start({ RATE_LIMIT_ADDRESS: '2', ...PROXIED });
    const status = async (address: string) => (await call(`${url}/user`, { headers: from(address) })).status;
    const twice = async (address: string) => [await status(address), await status(address)];

    expect(await twice('192.0.2.1')).toEqual([401, 401]);
    expect(await status('192.0.2.1')).toBe(429);
    expect(await status('::ffff:192.0.2.1')).toBe(429);
    // What stands left of the address that the proxy has seen was written by the client.
    expect(await status('203.0.113.9, 192.0.2.1')).toBe(429);
    expect(await status('192.0.2.1, 203.0.113.9')).toBe(401);

    expect(await twice('2001:db8::1')).toEqual([401, 401]);
    expect(await status('2001:db8::ffff:1')).toBe(429);
    expect(await status('2001:db8:0:1::1')).toBe(401);
    expect(output.stderr).not.toContain('proxy');
  });

  it('cannot be multiplied by a header that nobody trusts; the log says once that there may be a proxy', async () => {
    const { url, output } = await start({ RATE_LIMIT_ADDRESS: '3' });
    const answers = [];
    for (let i = 1; i <= 5; i++) {
      answers.push((await call(`${url}/user`, { headers: from(`192.0.2.${i}`) })).status);
    }
    expect(answers).toEqual([401, 401, 401, 429, 429]);
    expect(output.stderr.match(/TRUSTED_PROXIES/g)).toHaveLength(1);
  });
});

describe('the budget for what is expensive', () => {
  it('is taken before anybody looks at the body, and leaves other calls alone', async () => {
    const { url } = await start({ RATE_LIMIT_EXPENSIVE: '3' });
    const signIn = () =>
      call(`${url}/user/auth/sign-in`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      });
    for (let i = 0; i < 3; i++) expect((await signIn()).status).toBe(400);
    const refused = await signIn();
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect((await call(`${url}/user`)).status).toBe(401);
  });

  it('is one for all addresses of an account, and one for all accounts of an address', async () => {
    const server = await start({ RATE_LIMIT_EXPENSIVE: '4', ...PROXIED });
    const api = await ApiClient.for(server);
    const signUp = async (address: string) => {
      const json = { email: `${randomUUID()}@example.org`, password: PASSWORD };
      const { status, body } = await api.post('/user/auth/sign-up', { json, headers: from(address) });
      expect(status).toBe(201);
      return body.token;
    };
    const enrol = async (token: string, address: string) => {
      const body = new FormData();
      body.set('note', 'no picture');
      const answer = await api.post('/user/image/image-embedding', { token, body, headers: from(address) });
      return answer.status;
    };
    const [alice, bob] = [await signUp('192.0.2.1'), await signUp('192.0.2.2')];

    for (let i = 10; i < 14; i++) expect(await enrol(alice, `192.0.2.${i}`)).toBe(400);
    expect(await enrol(alice, '192.0.2.14')).toBe(429);
    expect(await enrol(bob, '192.0.2.14')).toBe(400);

    for (let i = 0; i < 2; i++) expect(await enrol(bob, '192.0.2.15')).toBe(400);
    for (let i = 0; i < 2; i++) await enrol(alice, '192.0.2.15');
    expect(await enrol(bob, '192.0.2.15')).toBe(429);
    expect(await enrol(bob, '192.0.2.16')).toBe(400);
  });

  it('refuses an upload whose body has not been sent', async () => {
    const server = await start({ RATE_LIMIT_EXPENSIVE: '1' });
    const { token } = await (await ApiClient.for(server)).signUp();
    const { hostname, port } = new URL(server.url);
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = net.connect(Number(port), hostname);
      socket.setEncoding('utf8').once('error', reject);
      socket.once('data', (text: string) => {
        socket.destroy();
        resolve(text);
      });
      socket.write(
        `POST /user/image/image-embedding HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${token}\r\n` +
          'Content-Type: multipart/form-data; boundary=x\r\nContent-Length: 1000000\r\n\r\n',
      );
    });
    expect(answer).toMatch(/^HTTP\/1\.1 429 /);
  });
});
