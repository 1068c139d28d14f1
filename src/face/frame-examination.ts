import type { BiometricSample, EngineBusy, FailureToAcquire, QualityReason } from './capture.js';
import type { DarkFrame } from './frame-observation.js';
import type { PresentationScores } from './presentation-attack.js';

/** The one face of a picture as presentation attack detection sees it, whatever the picture's quality. */
export interface ExaminedFace {
  readonly outcome: 'examined';
  /** For which a verification would have refused the picture before it was examined; empty when for none. */
  readonly reasons: readonly QualityReason[];
  readonly presentation: PresentationScores;
}

export type ExaminationOutcome =
  ExaminedFace | Exclude<FailureToAcquire, { outcome: 'poor_quality' }> | DarkFrame;

/** Whatever says how single pictures look to presentation attack detection; error rates are measured with it. */
export interface FrameExaminer {
  examine(sample: BiometricSample): Promise<ExaminationOutcome | EngineBusy>;
}
