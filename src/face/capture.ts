import type { PresentationDecision } from './presentation-attack.js';

/** The captured image as it arrived: an encoded JPEG, PNG or WebP file. */
export type BiometricSample = Uint8Array;

/** The features of one face: a unit vector, comparable only with templates of the same model. */
export interface Template {
  readonly modelId: string;
  /** L2 norm 1; `fr_feature` gives 512 values. */
  readonly vector: Float32Array;
}

/** What keeps a face from being compared fairly; each has a remedy that the person can apply. */
export type QualityReason =
  'face_too_small' | 'too_dark' | 'too_bright' | 'blurred' | 'turned_away' | 'cut_off';

/** What an enrolment demands of a sample is stricter than what a verification does: it is compared for years. */
export type CapturePurpose = 'enrolment' | 'verification';

/** A sample that gave a template. */
interface Captured {
  readonly outcome: 'captured';
  readonly template: Template;
  /** 0 (at the limit of some quality rule) … 1 (comfortably inside all of them). */
  readonly qualityScore: number;
  readonly presentation: Exclude<PresentationDecision, 'attack'>;
}

/** A sample that shows a picture of a face, a screen or a mask, as far as one sample tells (ISO/IEC 30107-3). */
export interface PresentationAttack {
  readonly outcome: 'presentation_attack';
}

/** A sample that gave none (ISO/IEC 2382-37 failure to acquire). Expected, hence a value and not an exception. */
export type FailureToAcquire =
  | { readonly outcome: 'no_face' }
  | { readonly outcome: 'multiple_faces'; readonly count: number }
  | { readonly outcome: 'poor_quality'; readonly reasons: readonly QualityReason[] }
  | { readonly outcome: 'unsupported_image'; readonly detail: string }
  | { readonly outcome: 'image_too_large'; readonly detail: string };

export type CaptureOutcome = Captured | PresentationAttack | FailureToAcquire;

/** The engine has as much work waiting as it may have; nothing was looked at. */
export interface EngineBusy {
  readonly outcome: 'busy';
  readonly retryAfterSeconds: number;
}

/** Whatever turns samples into templates: the pool in this process, or a service elsewhere. */
export interface FaceCapturer {
  /** The recognition model; templates of another one cannot be compared with what this one makes. */
  readonly modelId: string;
  /** @param sample is given away: afterwards it may be empty */
  capture(sample: BiometricSample, purpose: CapturePurpose): Promise<CaptureOutcome | EngineBusy>;
}
