import type { EngineBusy, FailureToAcquire, QualityReason } from '../face/capture.js';
import { Problem } from './problems.js';

const ADVICE: Record<QualityReason, string> = {
  face_too_small: 'Come closer to the camera.',
  too_dark: 'There is too little light on the face.',
  too_bright: 'There is too much light on the face.',
  blurred: 'The picture is blurred: hold still and clean the lens.',
  turned_away: 'Look straight into the camera.',
  cut_off: 'The whole face must be inside the picture.',
};

/** A sample that gave no template, as the problem to answer with. */
export function captureProblem(failure: FailureToAcquire | EngineBusy): Problem {
  switch (failure.outcome) {
    case 'no_face':
    case 'multiple_faces':
      return new Problem(failure.outcome);
    case 'poor_quality':
      return new Problem('poor_quality', {
        detail: failure.reasons.map((reason) => ADVICE[reason]).join(' '),
        reasons: failure.reasons,
      });
    case 'unsupported_image':
    case 'image_too_large':
      return new Problem(failure.outcome, { detail: failure.detail });
    case 'busy':
      return new Problem('busy', { retryAfterSeconds: failure.retryAfterSeconds });
  }
}
