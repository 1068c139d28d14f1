import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import http from 'node:http';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import {
  SERVICE_KEY,
  ServiceClient,
  startFaceService,
  startFaceServiceInVain,
} from '../support/face-service.js';
import { still } from '../support/faces.js';
import { type RunningServer, removeTemporaryDirectories } from '../support/server.js';
import { WrittenFiles } from '../support/written-files.js';

const NEW_KEY = 'new-key-of-the-face-service-in-these-tests';

const OTHER_KEY = NEW_KEY.replace('new', 'wrong');
const METRICS_TOKEN = 'token-of-whoever-reads-the-metrics';
const metricsHeaders = { authorization: `Bearer ${METRICS_TOKEN}` };

let franck: Buffer;
beforeAll(async () => {
  franck = await still('franck_02159.jpg');
});
afterAll(removeTemporaryDirectories);

describe('a face recognition service does not start', () => {
  it('without a key, or with one that can be guessed, and says how to make one', async () => {
    for (const FACE_API_KEY of ['', 'short']) {
      const { code, stderr } = await startFaceServiceInVain({ FACE_API_KEY });
      expect(code).toBe(1);
      expect(stderr).toMatch(/^The configuration cannot be used:\n {2}FACE_API_KEY.*openssl rand -hex 32\n$/);
      expect(stderr).not.toContain('short');
    }
  });

  it('where its port is in use', async () => {
    const taken = net.createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as net.AddressInfo;
    const { code, stderr } = await startFaceServiceInVain({ FACE_API_KEY: SERVICE_KEY, PORT: String(port) });
    taken.close();
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The port is in use by another program\. Stop that one, or set PORT\.$/m);
  });
});

describe('a face recognition service', () => {
  let service: RunningServer;
  let client: ServiceClient;
  beforeAll(async () => {
    service = await startFaceService({ LOG_LEVEL: 'trace', METRICS_TOKEN });
    client = new ServiceClient(service.url);
  });
  afterAll(() => service.stop());

  it('introduces itself without its keys', () => {
    expect(service.output.stdout).toMatch(/faces {6}fr_feature@\w+ in 1 worker\n {2}keys {7}1\n/);
    expect(service.output.stdout).not.toContain(SERVICE_KEY);
  });

  it('leaves nothing on the disk', async () => {
    const files = new WrittenFiles(service.pid, [service.dataDirectory]);
    expect((await client.embed(franck)).status).toBe(200);
    expect((await client.look('/capture?purpose=verification', franck)).status).toBe(200);
    expect(await files.stop()).toEqual([]);
    expect(await readdir(service.dataDirectory)).toEqual([]);
  });

  it('asks for the key before anything of a picture is read', async () => {
    for (const headers of [
      {},
      { key: 'wrong' },
      { key: `${SERVICE_KEY}x` },
      { authorization: SERVICE_KEY },
    ]) {
      const request = http.request(`${service.url}/image-embedding`, {
        method: 'POST',
        headers: { 'content-type': 'multipart/form-data; boundary=b', ...headers },
      });
      // Not a byte of the form has been sent when it is answered.
      request.flushHeaders();
      const [answer] = (await once(request, 'response')) as [http.IncomingMessage];
      const body = (await answer.setEncoding('utf8').toArray()).join('');
      request.destroy();
      expect(answer.statusCode).toBe(401);
      expect(answer.headers['www-authenticate']).toBe('ApiKey header="key"');
      expect(JSON.parse(body)).toMatchObject({ status: 401, code: 'invalid_token' });
      expect(body).toContain('in the header \\"key\\"');
    }
  });

  it.each([
    ['/model', 401],
    ['/docs', 200],
    ['/openapi.json', 200],
    ['/health/live', 200],
    ['/health/ready', 200],
    ['/nothing', 404],
  ])('guards what is asked of the engine, and nothing else: %s', async (path, status) => {
    expect((await new ServiceClient(service.url, null).get(path)).status).toBe(status);
  });

  it('counts pictures by what became of them, for whoever has the token', async () => {
    const counted = async (outcome: string) => {
      const { text } = await client.get('/metrics', metricsHeaders);
      const name = `vultus_engine_pictures_total{kind="capture",outcome="${outcome}"}`;
      return Number(text.split(`${name} `)[1]?.split('\n')[0]);
    };
    const before = [await counted('captured'), await counted('unsupported_image')] as const;
    await client.embed(franck);
    await client.embed(Buffer.from('no picture'));
    expect(await counted('captured')).toBe(before[0] + 1);
    expect(await counted('unsupported_image')).toBe(before[1] + 1);
    expect((await client.get('/metrics')).status).toBe(401);
    const { text } = await client.get('/metrics', metricsHeaders);
    expect(text).toMatch(
      /vultus_engine_stage_duration_seconds_count\{kind="capture",stage="recognition"\} \d/,
    );
    expect(text).toContain('vultus_engine_workers 1\n');
    expect(text).toContain('vultus_uploads_capacity 33\n');
    expect(text).toContain('vultus_health_check_up{check="workers"} 1\n');
    expect(text).not.toContain(SERVICE_KEY);
  });

  it('logs each call under the ids of its caller, and nothing of what was sent', async () => {
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    const ids = { 'x-request-id': 'request-of-the-caller', traceparent: `00-${trace}-00f067aa0ba902b7-01` };
    const { headers } = await client.look('/capture?purpose=verification', franck, ids);
    expect(headers.get('x-request-id')).toBe('request-of-the-caller');
    const { body } = await client.embed(franck);
    await client.compare(franck, body.fv);
    await new ServiceClient(service.url, OTHER_KEY).embed(franck);
    await service.stop();
    const lines = service.output.stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    const ofCaller = { request_id: 'request-of-the-caller', trace_id: trace };
    expect(lines).toContainEqual(
      expect.objectContaining({ ...ofCaller, route: '/capture', status: 200, msg: 'request' }),
    );
    expect(lines).toContainEqual(expect.objectContaining({ route: '/image-embedding', status: 401 }));
    for (const secret of [SERVICE_KEY, OTHER_KEY, METRICS_TOKEN, ...body.fv.slice(0, 8).map(String)]) {
      expect(service.output.stderr).not.toContain(secret);
    }
  });
});

describe('a service with two keys and a short queue', () => {
  let service: RunningServer;
  let client: ServiceClient;
  beforeAll(async () => {
    service = await startFaceService({
      FACE_API_KEY: `${SERVICE_KEY},${NEW_KEY}`,
      FACE_QUEUE: '2',
      STOP_DELAY: '1',
    });
    client = new ServiceClient(service.url);
  });
  afterAll(() => service.stop());

  const accepted = (url: string) =>
    Promise.all(
      [SERVICE_KEY, NEW_KEY].map(async (key) => (await new ServiceClient(url, key).get('/model')).status),
    );

  it('takes either while one replaces the other, and counts who still uses which', async () => {
    expect(await accepted(service.url)).toEqual([200, 200]);
    await client.get('/model');
    const { text } = await client.get('/metrics');
    expect(text).toContain('vultus_face_service_calls_by_key_total{key="1"} 2\n');
    expect(text).toContain('vultus_face_service_calls_by_key_total{key="2"} 1\n');
  });

  it('answers busy beyond its queue, and is well again afterwards', async () => {
    const burst = await Promise.all([
      ...Array.from({ length: 5 }, () => client.embed(franck)),
      ...Array.from({ length: 5 }, () => client.look('/capture?purpose=verification', franck)),
    ]);
    const refused = burst.filter(({ status }) => status === 503);
    expect(refused.length).toBeGreaterThan(0);
    expect(burst.filter(({ status }) => status === 200)).toHaveLength(burst.length - refused.length);
    expect(refused.length).toBeLessThanOrEqual(burst.length - 3);
    for (const { body, headers } of refused) {
      expect(body).toMatchObject({ code: 'busy', status: 503 });
      expect(headers.get('retry-after')).toBe('1');
    }
    expect((await client.embed(franck)).status).toBe(200);
  });

  it('says that it stops while it still serves, finishes what it has begun, and ends with 0', async () => {
    expect((await client.get('/health/ready')).text).toBe(
      '{"status":"ready","checks":{"models":"ok","workers":"ok"}}',
    );
    const ended = service.stop('SIGTERM');
    await waitFor(async () => (await client.get('/health/ready')).body.code === 'stopping');
    expect((await client.get('/health/ready')).status).toBe(503);
    const pictures = [client.embed(franck), client.look('/capture?purpose=verification', franck)];
    for (const { status } of await Promise.all(pictures)) expect(status).toBe(200);
    expect(await ended).toBe(0);
    await expect(fetch(service.url)).rejects.toThrow();
  });
});

it('a service that was started without the old key takes the new one only, and finishes on SIGTERM what is under way', async () => {
  const service = await startFaceService({ FACE_API_KEY: NEW_KEY });
  const client = new ServiceClient(service.url, NEW_KEY);
  expect((await new ServiceClient(service.url).get('/model')).status).toBe(401);
  const upload = http.request(`${service.url}/capture?purpose=verification`, {
    method: 'POST',
    headers: { key: NEW_KEY, 'content-type': 'application/octet-stream', 'content-length': franck.length },
  });
  upload.write(franck.subarray(0, 1000));
  await waitFor(async () => (await client.get('/metrics')).text.includes('vultus_uploads_in_use 1\n'));
  const ended = service.stop('SIGTERM');
  await waitFor(() =>
    client.get('/health/live').then(
      () => false,
      () => true,
    ),
  );
  upload.end(franck.subarray(1000));
  const [answer] = (await once(upload, 'response')) as [http.IncomingMessage];
  const body = (await answer.setEncoding('utf8').toArray()).join('');
  expect(answer.statusCode).toBe(200);
  expect(JSON.parse(body)).toMatchObject({ outcome: { outcome: 'captured' } });
  expect(await ended).toBe(0);
});

async function waitFor(isThere: () => Promise<boolean>): Promise<void> {
  while (!(await isThere())) await sleep(5);
}
