import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

import { FaceEnginePool } from '../../src/face/engine-pool.js';
import { ENGINE_WORKER } from '../../src/installation.js';
import { ENGINE_OPTIONS, shippedModels } from './engine.js';

/** A face recognition service of somebody else: the published contract, word for word, and nothing beside it. */
export interface PublishedService {
  readonly url: string;
  readonly key: string;
  /** What it answers pictures with in the place of its engine; null for what the engine finds. */
  script: ((picture: Uint8Array) => object) | null;
  stop(): Promise<void>;
}

export async function startPublishedService(): Promise<PublishedService> {
  const engine = await FaceEnginePool.start(await shippedModels(), {
    ...ENGINE_OPTIONS,
    checks: { presentation: false, live: false },
    workers: 1,
    maxQueue: 32,
    workerFile: ENGINE_WORKER,
  });
  const look = async (picture: Uint8Array): Promise<object> => {
    const result = await engine.capture(picture, 'verification');
    // Not of unit length: nobody has promised that.
    if (result.outcome === 'captured') return { fv: [...result.template.vector].map((value) => 40 * value) };
    if (result.outcome === 'no_face') return { error: 'No face detected in the uploaded image' };
    if (result.outcome === 'multiple_faces')
      return { error: 'Multiple faces detected in the uploaded image' };
    return { error: 'Something else' };
  };
  const answer = async (request: http.IncomingMessage): Promise<[number, object]> => {
    const body = Buffer.concat(await request.toArray());
    if (request.headers['key'] !== service.key) return [401, { error: 'Unauthorized' }];
    if (request.url !== '/image-embedding') return [404, { error: 'Not found' }];
    const type = request.headers['content-type'] ?? '';
    // Deprecated for servers, whose clients are not known; this one's is.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    const form = await new Response(body, { headers: { 'content-type': type } }).formData();
    const file = form.get('image');
    if (!(file instanceof File)) return [400, { error: 'No image' }];
    const picture = new Uint8Array(await file.arrayBuffer());
    return [200, service.script ? service.script(picture) : await look(picture)];
  };
  const server = http.createServer((request, response) => {
    answer(request).then(
      ([status, body]) => response.writeHead(status).end(JSON.stringify(body)),
      () => response.writeHead(500).end(),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const service: PublishedService = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    key: 'somebody-elses-key',
    script: null,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await engine.close();
    },
  };
  return service;
}
