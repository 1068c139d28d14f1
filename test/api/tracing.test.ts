import { randomBytes } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ApiClient } from '../support/api-client.js';
import { Collector } from '../support/collector.js';
import { still } from '../support/faces.js';
import { removeTemporaryDirectories, startServer, startServerInVain } from '../support/server.js';

const SERVER_KIND = 2;
const ENROL = '/user/image/image-embedding';

let collector: Collector;
beforeAll(async () => {
  collector = await Collector.start();
});
afterAll(async () => {
  await collector.stop();
  await removeTemporaryDirectories();
});

describe('with OTEL_EXPORTER_OTLP_ENDPOINT', () => {
  const caller = { traceId: randomBytes(16).toString('hex'), spanId: randomBytes(8).toString('hex') };
  const personal: string[] = [];
  let lines: Record<string, unknown>[];
  beforeAll(async () => {
    // Longer than the test: what arrives was sent when the server stopped.
    const server = await startServer({
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
      OTEL_BSP_SCHEDULE_DELAY: '60000',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test',
    });
    const api = await ApiClient.for(server);
    const { email, id, token } = await api.signUp();
    const traceparent = `00-${caller.traceId}-${caller.spanId}-01`;
    const headers = { traceparent, tracestate: 'own=marker', 'user-agent': 'marker/1.0' };
    const body = new FormData();
    body.set('file', new Blob([Uint8Array.from(await still('franck_02159.jpg'))]), 'marker.jpg');
    const enrolled = await api.post(ENROL, { token, body, headers });
    expect(enrolled.status).toBe(200);
    await api.get('/user', { headers: { traceparent: 'nonsense' } });
    await fetch(`${server.url}/user/sessions/${id}?email=${email}`, { method: 'DELETE' });
    await api.get('/health/ready');
    personal.push(email, id, token, 'marker', '127.0.0.1', String(enrolled.headers.get('x-request-id')));
    await server.stop();
    lines = server.output.stderr
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  });

  it('each request is a span with method, route and status, in the trace of whoever called', () => {
    const [enrolling] = collector.named(`POST ${ENROL}`);
    expect(enrolling).toMatchObject({
      traceId: caller.traceId,
      parentSpanId: caller.spanId,
      kind: SERVER_KIND,
      attributes: { 'http.request.method': 'POST', 'http.route': ENROL, 'http.response.status_code': 200 },
    });
    const [refused] = collector.named('GET /user');
    expect(refused?.parentSpanId).toBeUndefined();
    expect(refused?.attributes).toMatchObject({
      'http.response.status_code': 401,
      'vultus.problem': 'invalid_token',
    });
    expect(collector.named('DELETE /user/sessions/:id')).toHaveLength(1);
    expect(collector.resource).toMatchObject({ 'service.name': 'vultus', 'deployment.environment': 'test' });
  });

  it('the work of the engine is a span within, with the time of each stage', () => {
    const [enrolling] = collector.named(`POST ${ENROL}`);
    const engine = collector.named('engine capture');
    expect(engine).toHaveLength(1);
    expect(engine[0]).toMatchObject({ traceId: caller.traceId, parentSpanId: enrolling!.spanId });
    expect(engine[0]!.attributes).toMatchObject({ 'vultus.engine.outcome': 'captured' });
    expect(Number(engine[0]!.attributes['vultus.engine.recognition_ms'])).toBeGreaterThan(1);
    expect(engine[0]!.durationMs).toBeGreaterThan(1);
    expect(engine[0]!.durationMs).toBeLessThan(enrolling!.durationMs + 5);
  });

  it('lines of the log carry the trace beside the request id', () => {
    const requests = lines.filter(({ msg }) => msg === 'request');
    const enrolling = requests.find(({ route }) => route === ENROL);
    expect(enrolling).toMatchObject({ trace_id: caller.traceId, request_id: expect.any(String) as unknown });
    for (const line of requests.filter(({ route }) => route !== '/health/ready')) {
      expect(line['trace_id']).toMatch(/^[0-9a-f]{32}$/);
    }
  });

  it('nothing of who asked, from where, or for what address is in them', () => {
    expect(collector.spans.length).toBeGreaterThan(4);
    for (const secret of personal) expect(collector.text).not.toContain(secret);
    expect(collector.named('GET /health/ready')).toEqual([]);
  });
});

describe('a collector that is not there', () => {
  it('neither fails nor slows a request, nor keeps the server from stopping, and is complained of once', async () => {
    const silent = await Collector.start();
    silent.hang();
    const gone = await Collector.start();
    const { url } = gone;
    await gone.stop();
    for (const endpoint of [url, silent.url]) {
      const server = await startServer({
        OTEL_EXPORTER_OTLP_ENDPOINT: endpoint,
        OTEL_EXPORTER_OTLP_TIMEOUT: '300',
        OTEL_BSP_SCHEDULE_DELAY: '20',
      });
      const startedAt = Date.now();
      for (let i = 0; i < 60; i++) expect((await fetch(`${server.url}/user`)).status).toBe(401);
      expect(Date.now() - startedAt).toBeLessThan(6000);
      const complaints = () => server.output.stderr.split('\n').filter((line) => line.includes('Traces'));
      await expect.poll(() => complaints().length, { timeout: 8000 }).toBe(1);
      const stoppedAt = Date.now();
      expect(await server.stop()).toBe(0);
      expect(Date.now() - stoppedAt).toBeLessThan(6000);
      expect(complaints()).toHaveLength(1);
      expect(complaints()[0]).not.toContain(endpoint);
    }
    await silent.stop();
  });
});

it('a collector that cannot be one is refused at the start', async () => {
  const { code, stderr } = await startServerInVain({ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' });
  expect(code).toBe(1);
  expect(stderr).toContain('OTEL_EXPORTER_OTLP_ENDPOINT: must be the address of a collector');
});
