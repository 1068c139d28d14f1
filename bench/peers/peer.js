// What both peers have in common: a process that is sent pictures by its parent and answers what it took.
import { performance } from 'node:perf_hooks';

import sharp from 'sharp';

// As the engine that they are compared with: one thread a picture, nothing kept of it.
sharp.concurrency(1);
sharp.cache(false);

/**
 * @typedef {{ readonly left: number, readonly top: number, readonly width: number, readonly height: number }} Box
 * @typedef {{ readonly box: Box, readonly points: number, readonly descriptor: ArrayLike<number> }} Face in pixels
 */

/**
 * Answers messages `{ sample, most }`, a JPEG and how many faces to look for, with `{ ms, faces }`.
 *
 * @param {object} about what of the peer is at work
 * @param {(image: { data: Buffer, width: number, height: number }, most: number) => Promise<Face[]>} recognise
 */
export function serve(about, recognise) {
  process.on('message', async ({ sample, most }) => {
    try {
      const startedAt = performance.now();
      const { data, info } = await sharp(sample).removeAlpha().raw().toBuffer({ resolveWithObject: true });
      const faces = await recognise({ data, width: info.width, height: info.height }, most);
      const ms = performance.now() - startedAt;
      const answer = faces.map((face) => ({ ...face, descriptor: Float32Array.from(face.descriptor) }));
      process.send({ ms, faces: answer });
    } catch (error) {
      process.send({ error: String(error) });
    }
  });
  process.on('disconnect', () => process.exit());
  process.send({ about });
}
