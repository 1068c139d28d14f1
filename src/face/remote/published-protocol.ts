import { createHash } from 'node:crypto';

import type { BiometricSample, CaptureOutcome } from '../capture.js';
import { type ImageLimits, inspectImage } from '../decode.js';
import type { FrameOutcome } from '../frame-observation.js';
import type { CalibratedPipeline } from '../model-pack.js';
import { askForModel } from './own-protocol.js';
import { answered, refusedCall } from './refused-call.js';
import type { HttpAnswer, ServiceConnection } from './service-connection.js';
import type { ServiceCall, ServiceProtocol } from './service-protocol.js';
import {
  ServiceFailure,
  type ServiceFacts,
  type ServiceObjection,
  type ServiceReply,
} from './service-reply.js';
import {
  PUBLISHED_ERRORS,
  PUBLISHED_FIELDS,
  publishedEmbeddingSchema,
  publishedErrorSchema,
} from './wire-format.js';

const REFUSED = 'No face could be taken from the picture. Take it again.';

const OTHER_KIND: ServiceObjection = {
  kind: 'objection',
  sentence: 'says which model it has, as it did not when this server was started: restart the server',
};

/**
 * With services that implement the published contract and nothing of ours. Nobody knows which model such a service
 * has: the operator names it, and answers for it. It judges no quality and finds no presentation attacks.
 */
export class PublishedProtocol implements ServiceProtocol {
  readonly modelId: string;

  /** @param model as FACE_API_MODEL names it */
  constructor(
    model: string,
    private readonly limits: ImageLimits,
  ) {
    // No fingerprint has this form: never compared with what a model made whose weights are known.
    this.modelId = `${model}@service`;
  }

  /** Any call will do: it has to answer, and to take the key. */
  async check(connection: ServiceConnection, signal: AbortSignal): Promise<ServiceFacts | ServiceObjection> {
    const answer = await askForModel(connection, signal);
    if (!('kind' in answer)) return OTHER_KIND;
    return answer.kind === 'published' ? { kind: 'fit', workers: 1 } : answer;
  }

  async capture(sample: BiometricSample): Promise<ServiceCall<CaptureOutcome> | CaptureOutcome> {
    // Nothing is known of what that service can bear.
    const inspected = await inspectImage(sample, this.limits);
    if (inspected.outcome !== 'accepted') return inspected;
    const file = { bytes: sample, mediaType: inspected.mediaType };
    return async (connection, signal) =>
      this.#read(await connection.postForm('/image-embedding', PUBLISHED_FIELDS.image, file, signal));
  }

  observe(): ServiceCall<FrameOutcome> {
    throw new Error('the published contract has no live sessions');
  }

  #read(answer: HttpAnswer): ServiceReply<CaptureOutcome> {
    if (answer.status !== 200) return refusedCall(answer);
    const error = publishedErrorSchema.safeParse(answer.body);
    if (error.success) return answered(refusedPicture(error.data.error));
    const embedding = publishedEmbeddingSchema.safeParse(answer.body);
    const vector = embedding.success ? unitVector(embedding.data.fv) : null;
    if (!vector) throw new ServiceFailure('answers what cannot be read');
    return answered({
      outcome: 'captured',
      template: { modelId: this.modelId, vector },
      // Unknown, and not to be taken for good.
      qualityScore: 0,
      presentation: 'not_checked',
    });
  }
}

/** What stands for the weights that nobody can see: a calibration holds for the model that goes by this name. */
export function publishedPipeline(model: string): CalibratedPipeline {
  const pipelineSha256 = createHash('sha256').update(`published contract ${model}`).digest('hex');
  return { id: model, pipelineSha256 };
}

function refusedPicture(error: string): CaptureOutcome {
  if (error === PUBLISHED_ERRORS.no_face) return { outcome: 'no_face' };
  if (error === PUBLISHED_ERRORS.multiple_faces) return { outcome: 'multiple_faces', count: 2 };
  return { outcome: 'unsupported_image', detail: REFUSED };
}

/** @returns null for a vector without direction */
function unitVector(values: readonly number[]): Float32Array | null {
  const length = Math.hypot(...values);
  return length > 0 && Number.isFinite(length) ? Float32Array.from(values, (value) => value / length) : null;
}
