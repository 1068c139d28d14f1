import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

import { captureAnswerSchema, observeAnswerSchema } from '../../src/face/remote/wire-format.js';

type Answer = (request: http.IncomingMessage, response: http.ServerResponse, body: Buffer) => void;

/** A face recognition service that can be made to fail in every way that a real one would not fail on demand. */
export interface ScriptedService {
  readonly url: string;
  /** Paths of the calls that have come, without their query. */
  readonly calls: string[];
  /** What the calls with a picture are answered with from now on. */
  answer: Answer;
  /** What `GET /model` is answered with. */
  model: Answer;
  /** Connections are cut, and new ones refused. */
  stop(): Promise<void>;
  /** Listens again, where it did before. */
  restart(): Promise<void>;
}

export const KEY = 'k'.repeat(32);

export const MODEL = {
  model_id: 'scripted@0123456789ab',
  recognition_model: 'scripted',
  pipeline_sha256: 'a'.repeat(64),
  workers: 1,
  checks: { presentation: true, live: true },
  limits: { max_bytes: 10_000_000, max_pixels: 25_000_000 },
};

export const json =
  (body: unknown, status = 200, headers: Record<string, string> = {}): Answer =>
  (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(body));
  };

export const problem = (code: string, status: number, retryAfter?: number): Answer =>
  json({ code, status }, status, retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) });

/** A template along one axis. */
export const captured = (model = MODEL.model_id, presentation: 'bona_fide' | 'not_checked' = 'bona_fide') =>
  captureAnswerSchema.encode({
    model_id: model,
    ms: 3,
    stages: { decode: 1, recognition: 2 },
    outcome: {
      outcome: 'captured',
      template: { modelId: model, vector: Float32Array.of(1, 0, 0) },
      qualityScore: 0.5,
      presentation,
    },
  });

export const noFaceInFrame = () =>
  observeAnswerSchema.encode({
    model_id: MODEL.model_id,
    ms: 20,
    stages: { decode: 20 },
    outcome: { outcome: 'no_face' },
  });

export async function startScriptedService(): Promise<ScriptedService> {
  const calls: string[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { pathname } = new URL(request.url!, 'http://service');
      calls.push(pathname);
      if (request.headers['key'] !== KEY) problem('unauthorized', 401)(request, response, Buffer.alloc(0));
      else (pathname === '/model' ? service.model : service.answer)(request, response, Buffer.concat(chunks));
    });
  });
  const listen = async (port: number) => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const port = await listen(0);
  const service: ScriptedService = {
    url: `http://127.0.0.1:${port}`,
    calls,
    answer: json(captured()),
    model: json(MODEL),
    stop: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
    restart: async () => {
      await listen(port);
    },
  };
  return service;
}
