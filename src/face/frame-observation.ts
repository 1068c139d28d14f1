import type {
  BiometricSample,
  CapturePurpose,
  EngineBusy,
  FailureToAcquire,
  QualityReason,
} from './capture.js';
import type { SceneColours } from './face-colour.js';
import type { FaceGeometry } from './face-geometry.js';
import type { FrameDigest } from './frame-digest.js';
import type { HeadPose } from './head-pose.js';
import type { PresentationScores } from './presentation-attack.js';
import type { Box } from './rgb-image.js';

/** What one frame of a live session shows of its one person: numbers for the judge, none of which leaves the server. */
export interface ObservedFace {
  readonly outcome: 'observed';
  /** The face box in parts of the frame's width and height. */
  readonly place: Box;
  /** What speaks against a comparison of this frame; empty when nothing does. */
  readonly reasons: readonly QualityReason[];
  /** 0…1, as of a still. */
  readonly qualityScore: number;
  readonly pose: HeadPose;
  readonly geometry: FaceGeometry;
  readonly colours: SceneColours;
  readonly digest: FrameDigest;
  /** A unit vector. Of a probe it is a template's; of any other frame it serves only to follow the person. */
  readonly features: Float32Array;
  /** Only of a frontal face of good quality, which is looked at in full. */
  readonly probe: { readonly modelId: string; readonly presentation: PresentationScores } | null;
}

export type FrameOutcome = ObservedFace | Exclude<FailureToAcquire, { outcome: 'poor_quality' }> | DarkFrame;

/** No face was found, and nobody could have seen one in this light. */
export interface DarkFrame {
  readonly outcome: 'poor_quality';
  readonly reasons: readonly QualityReason[];
}

/** Whatever looks at the frames of live sessions. */
export interface FrameObserver {
  readonly modelId: string;
  /** Frames that it gets through in a second, for all sessions together, as lately measured; null before the first. */
  readonly framesPerSecond: number | null;
  observe(frame: BiometricSample, purpose: CapturePurpose): Promise<FrameOutcome | EngineBusy>;
}
