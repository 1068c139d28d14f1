import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

import { cosineSimilarity } from '../../src/face/comparison.js';
import { FaceEngine } from '../../src/face/engine.js';
import { templateModelId } from '../../src/face/model-identity.js';
import { pipelineFingerprint } from '../../src/face/model-pack.js';
import {
  captureAnswerSchema,
  modelAnswerSchema,
  observeAnswerSchema,
} from '../../src/face/remote/wire-format.js';
import { ENGINE_OPTIONS, shippedModels } from '../support/engine.js';
import { SERVICE_KEY, ServiceClient, pictureForm, startFaceService } from '../support/face-service.js';
import { still } from '../support/faces.js';
import { landscape } from '../support/pictures.js';
import { rephotograph } from '../support/rephotograph.js';
import { type RunningServer, removeTemporaryDirectories } from '../support/server.js';

const MAX_BYTES = 1_000_000;

let service: RunningServer;
let client: ServiceClient;
let engine: FaceEngine;
let franck: Buffer;
beforeAll(async () => {
  service = await startFaceService({ IMAGE_MAX_BYTES: String(MAX_BYTES) });
  client = new ServiceClient(service.url);
  engine = await FaceEngine.load(await shippedModels(), ENGINE_OPTIONS);
  franck = await still('franck_02159.jpg');
});
afterAll(async () => {
  await service.stop();
  await removeTemporaryDirectories();
});

const captured = async (query: string, picture: Uint8Array) => {
  const { status, text } = await client.look(`/capture?${query}`, picture);
  expect(status).toBe(200);
  return z.decode(captureAnswerSchema, JSON.parse(text) as z.input<typeof captureAnswerSchema>);
};

describe('between our own programs', () => {
  it('GET /model says whose templates these are', async () => {
    const pack = await shippedModels();
    const { status, body } = await client.get('/model');
    expect(status).toBe(200);
    expect(modelAnswerSchema.parse(body)).toEqual({
      model_id: templateModelId(pack),
      recognition_model: 'fr_feature',
      pipeline_sha256: pipelineFingerprint(pack),
      workers: 1,
      checks: { presentation: true, live: true },
      limits: { max_bytes: MAX_BYTES, max_pixels: 25_000_000 },
    });
  });

  it('POST /capture answers the template that a worker of the caller would give', async () => {
    const { outcome, ms, stages, model_id } = await captured('purpose=enrolment', franck);
    const here = await engine.capture(franck, 'enrolment');
    if (outcome.outcome !== 'captured' || here.outcome !== 'captured') throw new Error(outcome.outcome);
    expect(cosineSimilarity(outcome.template.vector, here.template.vector)).toBeGreaterThan(0.999);
    expect({ ...outcome, template: null }).toEqual({ ...here, template: null });
    expect(model_id).toBe(here.template.modelId);
    const sum = Object.values(stages).reduce((total, stage) => total + stage, 0);
    expect(sum).toBeGreaterThan(0);
    expect(ms).toBeGreaterThanOrEqual(sum);
  });

  it('POST /observe answers the frame that a worker of the caller would see', async () => {
    const { status, text } = await client.look('/observe?purpose=verification', franck);
    expect(status).toBe(200);
    const { outcome } = z.decode(
      observeAnswerSchema,
      JSON.parse(text) as z.input<typeof observeAnswerSchema>,
    );
    const here = await engine.observe(franck, 'verification');
    if (outcome.outcome !== 'observed' || here.outcome !== 'observed') throw new Error(outcome.outcome);
    expect(cosineSimilarity(outcome.features, here.features)).toBeGreaterThan(0.999);
    expect({ ...outcome, features: null }).toEqual({ ...here, features: null });
  });

  it('looks for presentation attacks, unless the caller wants to know nothing of them', async () => {
    const onScreen = await rephotograph(franck, { fill: 0.95, moire: 0.08 });
    expect(await captured('purpose=verification', onScreen)).toMatchObject({
      outcome: { outcome: 'presentation_attack' },
    });
    const unexamined = await captured('purpose=verification&presentation=off', onScreen);
    expect(unexamined.outcome).toMatchObject({ outcome: 'captured', presentation: 'not_checked' });
  });

  it.each<[string, () => Promise<Uint8Array>, string]>([
    ['of nobody', landscape, 'no_face'],
    ['that is none', async () => Buffer.from('hello, I am a text'), 'unsupported_image'],
    ['of too many bytes', async () => Buffer.alloc(MAX_BYTES + 1, 1), 'image_too_large'],
  ])('answers 200 with its outcome for a picture %s', async (_, make, outcome) => {
    expect(await captured('purpose=verification', await make())).toMatchObject({ outcome: { outcome } });
  });

  it('reads no further than the limit of a picture that does not say how large it is', async () => {
    let sent = 0;
    const endless = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        sent += 100_000;
        if (sent > 20 * MAX_BYTES) controller.close();
        else controller.enqueue(new Uint8Array(100_000).fill(1));
      },
    });
    const answer = await fetch(`${service.url}/capture?purpose=verification`, {
      method: 'POST',
      body: endless,
      headers: { key: SERVICE_KEY, 'content-type': 'application/octet-stream' },
      duplex: 'half',
    });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({ outcome: { outcome: 'image_too_large' } });
    expect((await captured('purpose=verification', franck)).outcome.outcome).toBe('captured');
  });

  it.each(['/capture', '/observe'])('refuses what is no question to %s', async (path) => {
    for (const query of ['', '?purpose=', '?purpose=theft', '?purpose=verification&mode=x']) {
      const { status, body } = await client.look(path + query, franck);
      expect(status, query).toBe(400);
      expect(body.code, query).toBe('validation_failed');
      expect(body.errors[0]?.message, query).not.toBe('');
    }
    const asked = `${path}?purpose=verification`;
    const refused = (status: number, code: string) => ({ status, body: { status, code } });
    expect(await client.look(asked, Buffer.alloc(0))).toMatchObject(refused(400, 'file_missing'));
    expect(await client.send(asked, pictureForm(franck))).toMatchObject(
      refused(415, 'unsupported_media_type'),
    );
    expect(await client.send(asked, '{}', { 'content-type': 'application/json' })).toMatchObject(
      refused(415, 'unsupported_media_type'),
    );
    expect(await client.get(asked)).toMatchObject(refused(404, 'not_found'));
  });

  it('describes its calls in a valid document, open to everybody', async () => {
    const { status, text } = await new ServiceClient(service.url, null).get('/openapi.json');
    expect(status).toBe(200);
    const document = JSON.parse(text) as { paths: Record<string, Record<string, object>> };
    expect(await new Validator().validate({ ...document })).toMatchObject({ valid: true });
    expect(Object.keys(document.paths).sort()).toEqual([
      '/capture',
      '/compare-faces',
      '/image-embedding',
      '/model',
      '/observe',
    ]);
    for (const methods of Object.values(document.paths)) {
      for (const call of Object.values(methods)) expect(call).toMatchObject({ security: [{ key: [] }] });
    }
  });
});
