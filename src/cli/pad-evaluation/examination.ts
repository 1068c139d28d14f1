import { readFile } from 'node:fs/promises';
import path from 'node:path';

import type { ExaminedFace, FrameExaminer } from '../../face/frame-examination.js';
import type { ModelPack } from '../../face/model-pack.js';
import { type FailedImage, withEachImage } from '../evaluation/acquisition.js';
import { withEngines } from '../evaluation/measuring-engines.js';
import type { LabelledImage } from './labels-file.js';

/** A labelled image and what was found in it. */
export interface ExaminedImage extends LabelledImage {
  /** Null when there was not one face to examine. */
  readonly face: ExaminedFace | null;
}

export interface Examination {
  /** In the order of the labels file. */
  readonly images: readonly ExaminedImage[];
  readonly failures: readonly FailedImage[];
}

/** Examines every listed image with the engine of the server. Shows its progress on stderr. */
export async function examineAll(
  pack: ModelPack,
  labelled: readonly LabelledImage[],
  imagesDirectory: string,
): Promise<Examination> {
  const measurement = {
    checks: { presentation: true, live: false },
    subjectRule: 'largest',
    label: 'Examining',
    images: labelled.length,
  } as const;
  return withEngines(pack, measurement, async ({ pool, inFlight, advance }) => {
    const faces = new Map<string, ExaminedFace>();
    const failures: FailedImage[] = [];
    const names = labelled.map(({ image }) => image);
    await withEachImage(names, inFlight, async (image) => {
      const result = await examineOne(pool, image, imagesDirectory);
      if (result.outcome === 'examined') faces.set(image, result);
      else {
        const reasons = result.outcome === 'poor_quality' ? result.reasons : [];
        failures.push({ image, outcome: result.outcome, reasons });
      }
      advance();
    });
    return {
      images: labelled.map((entry) => ({ ...entry, face: faces.get(entry.image) ?? null })),
      failures: failures.sort((x, y) => (x.image < y.image ? -1 : 1)),
    };
  });
}

async function examineOne(examiner: FrameExaminer, image: string, directory: string) {
  try {
    const result = await examiner.examine(await readFile(path.join(directory, image)));
    if (result.outcome === 'busy') throw new Error('the engine did not come to it in time');
    return result;
  } catch (error) {
    throw new Error(`${image} could not be examined`, { cause: error });
  }
}
