import { readFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import path from 'node:path';

import { FaceEnginePool } from '../../face/engine-pool.js';
import type { ModelPack } from '../../face/model-pack.js';
import { acquire } from './acquisition.js';
import type { ListedPair } from './pairs-file.js';
import { startProgress } from '../terminal/progress.js';
import { type Scores, compareAcquired } from './scores.js';

/** Research sets hold larger files than people send. */
const LIMITS = { maxBytes: 50e6, maxPixels: 100e6 };

/** Captures every listed image with the engine of the server, and compares. Shows its progress on stderr. */
export async function collectScores(
  pack: ModelPack,
  pairs: readonly ListedPair[],
  imagesDirectory: string,
): Promise<Scores> {
  const images = [...new Set(pairs.flatMap(({ a, b }) => [a, b]))];
  const workers = availableParallelism();
  const pool = await FaceEnginePool.start(pack, {
    workers,
    maxQueue: workers * 2,
    limits: LIMITS,
    subjectRule: 'nearest_to_centre',
  });
  const progress = startProgress('Capturing', images.length, process.stderr);
  try {
    const acquisition = await acquire(pool, images, {
      read: (image) => readFile(path.join(imagesDirectory, image)),
      inFlight: workers * 2,
      onCaptured: progress.advance,
    });
    return compareAcquired(pairs, acquisition);
  } finally {
    progress.stop();
    await pool.close();
  }
}
