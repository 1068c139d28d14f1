import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { cosineSimilarity } from '../../src/face/comparison.js';
import { FaceEngine } from '../../src/face/engine.js';
import { ENGINE_OPTIONS, shippedModels } from '../support/engine.js';
import { ServiceClient, pictureForm, startFaceService } from '../support/face-service.js';
import { FILM_STARS, groupPhotograph, still } from '../support/faces.js';
import { landscape, pngBomb } from '../support/pictures.js';
import { rephotograph } from '../support/rephotograph.js';
import { type RunningServer, removeTemporaryDirectories } from '../support/server.js';

const MAX_BYTES = 2_000_000;

let service: RunningServer;
let client: ServiceClient;
let franck: Buffer;
let fv: number[];
beforeAll(async () => {
  service = await startFaceService({ IMAGE_MAX_BYTES: String(MAX_BYTES) });
  client = new ServiceClient(service.url);
  franck = await still('franck_02159.jpg');
  ({ fv } = (await client.embed(franck)).body);
});
afterAll(async () => {
  await service.stop();
  await removeTemporaryDirectories();
});

describe('POST /image-embedding', () => {
  it('answers the features of the face, of unit length and nothing else', async () => {
    const { status, body, headers } = await client.embed(franck);
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(['fv']);
    expect(body.fv).toHaveLength(512);
    expect(Math.hypot(...body.fv)).toBeCloseTo(1, 5);
    expect(headers.get('content-type')).toMatch(/^application\/json/);
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('answers what the engine gives in the same process', async () => {
    const engine = await FaceEngine.load(await shippedModels(), ENGINE_OPTIONS);
    const captured = await engine.capture(franck, 'verification');
    if (captured.outcome !== 'captured') throw new Error(captured.outcome);
    expect(cosineSimilarity(captured.template.vector, Float32Array.from(fv))).toBeGreaterThan(0.999);
  });
});

describe('POST /compare-faces', () => {
  it('answers the similarity as a number: of the same picture, the same person, another one', async () => {
    const same = await client.compare(franck, fv);
    expect(same.status).toBe(200);
    expect(same.body.cosine_similarity).toBeCloseTo(1, 5);
    expect(Object.keys(same.body)).toEqual(['cosine_similarity']);
    const again = await client.compare(await still('franck_02888.jpg'), fv);
    expect(again.body.cosine_similarity).toBeGreaterThan(0.5);
    const other = await client.compare(await still(FILM_STARS[0][0]), fv);
    expect(other.body.cosine_similarity).toBeLessThan(0.3);
  });

  it('looks at the direction of the features only', async () => {
    const longer = fv.map((value) => 250 * value);
    const { body } = await client.compare(franck, longer);
    expect(body.cosine_similarity).toBeCloseTo(1, 5);
  });
});

describe.each([
  ['/image-embedding', (picture: Uint8Array) => client.embed(picture)],
  ['/compare-faces', (picture: Uint8Array) => client.compare(picture, fv)],
])('POST %s', (path, send) => {
  it('answers 200 with the published sentence for a picture without a face', async () => {
    expect(await send(await landscape())).toMatchObject({ status: 200 });
    expect((await send(await landscape())).body).toEqual({
      error: 'No face detected in the uploaded image',
    });
  });

  it('answers 200 with the published sentence for several faces', async () => {
    const { status, body } = await send(await groupPhotograph('sample3.jpg'));
    expect(status).toBe(200);
    expect(body).toEqual({ error: 'Multiple faces detected in the uploaded image' });
  });

  it.each<[string, () => Promise<Uint8Array>, number, string]>([
    ['an empty file', async () => Buffer.alloc(0), 400, 'file_missing'],
    ['text', async () => Buffer.from('hello, I am a text'), 415, 'unsupported_image'],
    ['half a JPEG', async () => franck.subarray(0, franck.length >> 1), 415, 'unsupported_image'],
    ['a GIF', () => sharp(franck).resize(64).gif().toBuffer(), 415, 'unsupported_image'],
    ['a blurred face', () => sharp(franck).blur(14).jpeg().toBuffer(), 422, 'poor_quality'],
    ['a bomb of 30,000 × 30,000 pixels', async () => pngBomb(30_000, 30_000), 413, 'image_too_large'],
    ['more bytes than are accepted', async () => Buffer.alloc(MAX_BYTES + 1, 1), 413, 'image_too_large'],
    ['far more than that', async () => Buffer.alloc(20 * MAX_BYTES, 1), 413, 'image_too_large'],
  ])('refuses %s', async (_, make, status, code) => {
    const answer = await send(await make());
    expect(answer).toMatchObject({ status, body: { status, code, type: `urn:vultus:problem:${code}` } });
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(answer.body.request_id).toBe(answer.headers.get('x-request-id'));
  });

  it('says in which field it wants the picture', async () => {
    const { status, body } = await client.send(path, pictureForm(franck, 'file'));
    expect(status).toBe(400);
    expect(body.code).toBe('file_missing');
    expect(body.detail).toContain('"image"');
  });

  const boundary = 'x'.repeat(20);
  it.each<[string, string, string, number, string]>([
    ['JSON', 'application/json', '{"image":"…"}', 415, 'unsupported_media_type'],
    ['a picture without a form', 'application/octet-stream', 'ÿØÿ', 400, 'file_missing'],
    ['a form without a boundary', 'multipart/form-data', '--x', 400, 'malformed_upload'],
    [
      'a form that breaks off',
      `multipart/form-data; boundary=${boundary}`,
      `--${boundary}\r\ncontent-disposition: form-data; name="image"; filename="a"\r\n\r\nÿØ`,
      400,
      'malformed_upload',
    ],
  ])('refuses %s', async (_, type, body, status, code) => {
    expect(await client.send(path, body, { 'content-type': type })).toMatchObject({ status, body: { code } });
  });

  it('refuses two pictures', async () => {
    const form = pictureForm(franck);
    form.append('image', new Blob([Uint8Array.from(franck)]), 'second.jpg');
    expect(await client.send(path, form)).toMatchObject({ status: 400, body: { code: 'malformed_upload' } });
  });
});

describe('features that cannot be compared', () => {
  it.each([
    ['of no JSON', '0.1,0.2', 'invalid_type'],
    ['of an object', '{"0":1}', 'invalid_type'],
    ['of texts', '["0.1","0.2"]', 'invalid_type'],
    ['of null', '[null]', 'invalid_type'],
    ['of nothing', '', 'invalid_type'],
    ['cut off', '[0.1,0.2', 'invalid_type'],
    ['that are no finite numbers', '[1e400]', 'not_finite'],
    ['beyond single precision', '[1e39]', 'not_finite'],
    ['without a direction', JSON.stringify(new Array(512).fill(0)), 'no_direction'],
    ['of an empty list', '[]', 'no_direction'],
    ['of another model', '[0.1,0.2,0.3]', 'invalid_length'],
    ['longer than those of any model', `[${'0.123456789012345,'.repeat(5000)}1]`, 'invalid_type'],
  ])('%s are refused with what is wrong with them', async (_, text, code) => {
    const { status, body } = await client.compare(franck, text);
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'validation_failed', errors: [{ field: 'fv', code }] });
    expect(body.errors[0]?.message).toMatch(/\.$|\?$/);
  });

  it('are asked for where they are missing', async () => {
    const { status, body } = await client.send('/compare-faces', pictureForm(franck));
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'validation_failed', errors: [{ field: 'fv', code: 'missing' }] });
  });
});

describe('the published contract', () => {
  it('says nothing about presentation attacks: a photograph of a photograph has features like any other', async () => {
    const { status, body } = await client.embed(await rephotograph(franck, { fill: 0.95, moire: 0.08 }));
    expect(status).toBe(200);
    expect(body.fv).toHaveLength(512);
  });

  it('has nothing at other paths and methods', async () => {
    for (const path of ['/', '/user', '/image-embedding']) {
      expect(await client.get(path)).toMatchObject({ status: 404, body: { code: 'not_found' } });
    }
  });

  it('serves many at once, each its own answer', async () => {
    const names = ['franck_02159.jpg', 'franck_02888.jpg', FILM_STARS[0][0], FILM_STARS[1][0]] as const;
    const pictures = await Promise.all(names.map(still));
    const alone: number[][] = [];
    for (const picture of pictures) alone.push((await client.embed(picture)).body.fv);
    const together = await Promise.all(
      Array.from({ length: 8 }, (_, i) => client.embed(pictures[i % pictures.length]!)),
    );
    together.forEach(({ body }, i) => {
      expect(body.fv).toEqual(alone[i % pictures.length]);
    });
  });
});
