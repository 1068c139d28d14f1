import type { UploadGate } from '../api/upload-gate.js';
import type { ImageLimits } from '../face/decode.js';
import type { FaceEnginePool } from '../face/engine-pool.js';
import { type ModelPack, pipelineFingerprint } from '../face/model-pack.js';
import type { ModelAnswer } from '../face/remote/wire-format.js';

/** Checks that a caller may want of a picture: what it does not want costs nothing but memory. */
export const SERVED_CHECKS = { presentation: true, live: true } as const;

/** All callers of a service are servers that have its key: none is kept from the places that another leaves. */
const CALLERS = 'callers';

/** The engine as the calls of the service see it. */
export class ServedEngine {
  readonly model: ModelAnswer;
  /** Numbers of a template. */
  readonly dimensions: number | null;

  constructor(
    readonly pool: FaceEnginePool,
    readonly uploads: UploadGate,
    readonly limits: ImageLimits,
    pack: ModelPack,
  ) {
    const { id, dimensions } = pack.recognition.entry;
    this.dimensions = dimensions ?? null;
    this.model = {
      model_id: pool.modelId,
      recognition_model: id,
      pipeline_sha256: pipelineFingerprint(pack),
      workers: pool.workers,
      checks: SERVED_CHECKS,
      limits: { max_bytes: limits.maxBytes, max_pixels: limits.maxPixels },
    };
  }

  /** @throws Problem `busy`, before anything of the picture has been read */
  admit<T>(work: () => Promise<T>): Promise<T> {
    return this.uploads.admit(CALLERS, work);
  }
}
