import { z } from 'zod';

import type { FailureToAcquire } from '../capture.js';
import type { HttpAnswer } from './service-connection.js';
import {
  type ServiceAnswer,
  type ServiceBusy,
  ServiceFailure,
  type ServiceObjection,
  WRONG_KEY,
} from './service-reply.js';
import { qualityReasonsSchema } from './wire-format.js';

/** Of the problem documents (RFC 9457) of our own service, what is of use here. */
const problemSchema = z.object({
  code: z.string(),
  reasons: qualityReasonsSchema.optional(),
});

const TOO_LARGE = 'The picture is too large. Send a smaller one.';
const UNREADABLE = 'The picture cannot be read. Send a JPEG, PNG or WebP picture, or take it again.';

/**
 * What any answer but a success means: for the picture, for the service, or for both.
 *
 * @throws ServiceFailure when the service is out of order; Error when it does not know the call, which is a fault of ours
 */
export function refusedCall(
  answer: HttpAnswer,
): ServiceObjection | ServiceBusy | ServiceAnswer<FailureToAcquire> {
  const { status, retryAfterSeconds } = answer;
  const problem = problemSchema.safeParse(answer.body).data;
  if (status === 401) return WRONG_KEY;
  if (status === 429 || (status === 503 && isBusy(problem?.code, retryAfterSeconds))) {
    return {
      kind: 'busy',
      busy: { outcome: 'busy', retryAfterSeconds: Math.max(1, retryAfterSeconds ?? 1) },
    };
  }
  if (status >= 500) throw new ServiceFailure(`answers ${status}`);
  if (status === 413) return answered({ outcome: 'image_too_large', detail: TOO_LARGE });
  if (status === 422 && problem?.code === 'poor_quality' && problem.reasons?.length) {
    return answered({ outcome: 'poor_quality', reasons: problem.reasons });
  }
  if (status === 400 || status === 415 || status === 422) {
    return answered({ outcome: 'unsupported_image', detail: UNREADABLE });
  }
  throw new Error(`a face recognition service answered ${status} to a call that it has to know`);
}

/** A proxy whose service is gone also answers 503, but does not say when to come back. */
function isBusy(code: string | undefined, retryAfterSeconds: number | null): boolean {
  return code === undefined ? retryAfterSeconds !== null : code === 'busy';
}

export function answered<T>(outcome: T): ServiceAnswer<T> {
  return { kind: 'answered', outcome, ms: null, stages: {} };
}
