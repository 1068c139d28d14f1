import { readFile } from 'node:fs/promises';
import path from 'node:path';

import type { ModelPack } from '../../face/model-pack.js';
import { acquire } from './acquisition.js';
import { withEngines } from './measuring-engines.js';
import type { ListedPair } from './pairs-file.js';
import { type Scores, compareAcquired } from './scores.js';

/** Captures every listed image with the engine of the server, and compares. Shows its progress on stderr. */
export async function collectScores(
  pack: ModelPack,
  pairs: readonly ListedPair[],
  imagesDirectory: string,
): Promise<Scores> {
  const images = [...new Set(pairs.flatMap(({ a, b }) => [a, b]))];
  const measurement = {
    checks: { presentation: false, live: false },
    subjectRule: 'nearest_to_centre',
    label: 'Capturing',
    images: images.length,
  } as const;
  return withEngines(pack, measurement, async ({ pool, inFlight, advance }) => {
    const acquisition = await acquire(pool, images, {
      read: (image) => readFile(path.join(imagesDirectory, image)),
      inFlight,
      onCaptured: advance,
    });
    return compareAcquired(pairs, acquisition);
  });
}
