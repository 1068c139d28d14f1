import { readFile } from 'node:fs/promises';

import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ApiClient } from '../support/api-client.js';
import { still } from '../support/faces.js';
import { pngBomb } from '../support/pictures.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

let server: RunningServer;
let api: ApiClient;
let face: Buffer;
let token: string;
beforeAll(async () => {
  server = await startServer();
  api = await ApiClient.for(server);
  face = await still('franck_02159.jpg');
  ({ token } = await api.signUp());
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

const upload = (picture: Uint8Array) => api.upload('/user/image/image-embedding', token, picture);
/** Of all of the server's memory, in megabytes. */
const residentMegabytes = async () => {
  const status = await readFile(`/proc/${server.pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
};

// The attacker wants: memory and time for a few bytes of theirs.
describe('a picture that unfolds', () => {
  it.each<[string, () => Buffer | Promise<Buffer>]>([
    ['a PNG of 50,000 × 50,000', () => pngBomb(50_000, 50_000)],
    ['a PNG of 4 billion × 1', () => pngBomb(0xfffffff0, 1)],
    ['a PNG of 16,385 × 9', () => pngBomb(16_385, 9)],
    ['a JPEG that says it is larger than it is', () => withJpegSize(face, 60_000, 60_000)],
    ['a WebP of 16,383 × 16,383', async () => withWebpSize(await sharp(face).webp().toBuffer())],
  ])('%s is refused before it is decoded', async (_, make) => {
    const before = await residentMegabytes();
    const picture = await make();
    for (let i = 0; i < 5; i++) {
      const { status } = await upload(picture);
      expect([413, 415]).toContain(status);
    }
    expect((await residentMegabytes()) - before).toBeLessThan(150);
  });

  it('many pictures in one file count as their first', async () => {
    const frames = Array.from({ length: 40 }, () => face);
    const animated = await sharp(frames, { join: { animated: true } })
      .webp({ quality: 50 })
      .toBuffer();
    const before = await residentMegabytes();
    const { status } = await upload(animated);
    expect([200, 413, 415, 422]).toContain(status);
    expect((await residentMegabytes()) - before).toBeLessThan(200);
  });
});

/** The first frame header of a baseline JPEG says so. */
function withJpegSize(jpeg: Buffer, width: number, height: number): Buffer {
  const changed = Buffer.from(jpeg);
  const frame = changed.findIndex((byte, i) => byte === 0xff && [0xc0, 0xc2].includes(changed[i + 1]!));
  if (frame < 0) throw new Error('no frame header');
  changed.writeUInt16BE(height, frame + 5);
  changed.writeUInt16BE(width, frame + 7);
  return changed;
}

/** The header of a lossy WebP has 14 bits for each side. */
function withWebpSize(webp: Buffer): Buffer {
  const changed = Buffer.from(webp);
  const start = changed.indexOf(Buffer.from('9d012a', 'hex'));
  if (start < 0) throw new Error('no frame header');
  changed.writeUInt16LE(16_383, start + 3);
  changed.writeUInt16LE(16_383, start + 5);
  return changed;
}
