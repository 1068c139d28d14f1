import { setImmediate } from 'node:timers/promises';

import { expect, it } from 'vitest';

import { createPictureCollector } from './picture-garbage.js';

const PICTURE_BYTES = 3_000_000;

/** @returns the most that lay about, in bytes, while pictures came and went */
async function mostLeft(afterEach: () => void): Promise<number> {
  const before = process.memoryUsage().arrayBuffers;
  let most = 0;
  for (let i = 0; i < 40; i++) {
    new Uint8Array(PICTURE_BYTES).fill(i);
    afterEach();
    // What was collected is given back by another thread.
    await setImmediate();
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }
  return most;
}

it('pictures that nobody has any more do not come together', async () => {
  expect(await mostLeft(() => undefined)).toBeGreaterThan(10 * PICTURE_BYTES);
  expect(await mostLeft(createPictureCollector())).toBeLessThan(4 * PICTURE_BYTES);
});

it('keeps the function that collects to itself', () => {
  createPictureCollector();
  expect(globalThis.gc).toBeUndefined();
});
