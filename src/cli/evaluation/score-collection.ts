import { readFile } from 'node:fs/promises';
import path from 'node:path';

import { acquire } from './acquisition.js';
import type { MeasuredModel } from './measured-model.js';
import type { ListedPair } from './pairs-file.js';
import { type Scores, compareAcquired } from './scores.js';

/** Captures every listed image with whatever looks at faces for the server, and compares. Shows its progress on stderr. */
export async function collectScores(
  model: MeasuredModel,
  pairs: readonly ListedPair[],
  imagesDirectory: string,
): Promise<Scores> {
  const images = [...new Set(pairs.flatMap(({ a, b }) => [a, b]))];
  return model.capture(images.length, async ({ capturer, inFlight, advance }) => {
    const acquisition = await acquire(capturer, images, {
      read: (image) => readFile(path.join(imagesDirectory, image)),
      inFlight,
      onCaptured: advance,
    });
    return compareAcquired(pairs, acquisition);
  });
}
