import { ALIGNED_SIDE, type AlignedFace, alignedLuma } from './aligned-face.js';
import type { FivePoints } from './alignment.js';
import type { CapturePurpose, QualityReason } from './capture.js';
import type { Landmarks } from './landmarks.js';
import type { Box, RgbImage } from './rgb-image.js';

/** What is measured on one face; the limits on it are in `LIMITS`. */
export interface FaceQuality {
  /** Distance of the eye centres in pixels of the original picture. */
  readonly interocularDistance: number;
  /** Mean luma of the aligned face, 0…255. */
  readonly brightness: number;
  /**
   * Part of the face's luma variance that is fine detail (variance of the Laplacian over variance of the
   * luma, on the aligned face). Without unit; independent of exposure.
   */
  readonly sharpness: number;
  /**
   * How far the nose tip lies beside the middle of the eyes, along the line of the eyes, in
   * interocular distances; 0 is frontal, about 0.2 a turn of 15°, 0.5 of 35–40°.
   */
  readonly turn: number;
  /** Part of the 68 landmarks that lies outside the picture, 0…1. */
  readonly outside: number;
  /**
   * Room below the face box in box heights. A chin that the picture cuts off moves the landmarks up into
   * what is left of the face, where they look sound and are wrong; the box then ends at the picture's edge.
   */
  readonly chinRoom: number;
}

interface Limits {
  readonly minInterocularDistance: number;
  readonly minBrightness: number;
  readonly maxBrightness: number;
  readonly minSharpness: number;
  readonly maxTurn: number;
  readonly maxOutside: number;
  readonly minChinRoom: number;
}

/** Set where comparison scores of degraded pictures begin to fall (docs/accuracy.md). */
const LIMITS: Record<CapturePurpose, Limits> = {
  verification: {
    minInterocularDistance: 20,
    minBrightness: 20,
    maxBrightness: 230,
    minSharpness: 0.002,
    maxTurn: 0.75,
    maxOutside: 0.15,
    minChinRoom: 0.01,
  },
  enrolment: {
    minInterocularDistance: 32,
    minBrightness: 35,
    maxBrightness: 215,
    minSharpness: 0.008,
    maxTurn: 0.3,
    maxOutside: 0.05,
    minChinRoom: 0.01,
  },
};

/**
 * @param reduction pixels of the original per pixel of `image`
 */
export function measureQuality(
  image: RgbImage,
  face: { box: Box; landmarks: Landmarks; five: FivePoints; aligned: AlignedFace },
  reduction: number,
): FaceQuality {
  const [leftEye, rightEye, nose] = face.five;
  const eyes = { x: rightEye.x - leftEye.x, y: rightEye.y - leftEye.y };
  const distance = Math.hypot(eyes.x, eyes.y);
  const fromMiddle = {
    x: nose.x - (leftEye.x + rightEye.x) / 2,
    y: nose.y - (leftEye.y + rightEye.y) / 2,
  };
  const frame: Box = { left: -1, top: -1, width: image.width + 1, height: image.height + 1 };
  const outside = face.landmarks.filter((p) => !contains(frame, p.x, p.y)).length;

  const luma = alignedLuma(face.aligned);
  const { mean, variance } = moments(luma);
  return {
    interocularDistance: distance * reduction,
    brightness: mean,
    sharpness: variance > 0 ? laplacianVariance(luma, ALIGNED_SIDE) / variance : 0,
    turn: (fromMiddle.x * eyes.x + fromMiddle.y * eyes.y) / (distance * distance),
    outside: outside / face.landmarks.length,
    chinRoom: (image.height - face.box.top - face.box.height) / face.box.height,
  };
}

/**
 * @returns the reasons against the sample, empty when it is good enough, and a score that is 0 at the
 *          nearest limit and 1 where every measure has twice the room that it needs
 */
export function judgeQuality(
  quality: FaceQuality,
  purpose: CapturePurpose,
): { reasons: QualityReason[]; score: number } {
  const limits = LIMITS[purpose];
  const margins: [QualityReason, number][] = [
    ['face_too_small', quality.interocularDistance / limits.minInterocularDistance - 1],
    ['too_dark', quality.brightness / limits.minBrightness - 1],
    ['too_bright', (limits.maxBrightness - quality.brightness) / (255 - limits.maxBrightness)],
    ['blurred', quality.sharpness / limits.minSharpness - 1],
    ['turned_away', 1 - Math.abs(quality.turn) / limits.maxTurn],
    ['cut_off', Math.min(1 - quality.outside / limits.maxOutside, quality.chinRoom / limits.minChinRoom - 1)],
  ];
  return {
    reasons: margins.filter(([, margin]) => margin < 0).map(([reason]) => reason),
    score: Math.max(0, Math.min(1, ...margins.map(([, margin]) => margin))),
  };
}

/** Mean of all samples, 0…255, beyond which a picture shows next to nothing. */
const BLACKOUT = 20;
const WHITEOUT = 235;

/** @returns the reason against a picture that is too dark or too bright as a whole, else null */
export function judgeExposure({ data }: RgbImage): QualityReason | null {
  let sum = 0;
  for (const sample of data) sum += sample;
  const mean = sum / data.length;
  if (mean < BLACKOUT) return 'too_dark';
  return mean > WHITEOUT ? 'too_bright' : null;
}

function contains(box: Box, x: number, y: number): boolean {
  return x >= box.left && y >= box.top && x <= box.left + box.width && y <= box.top + box.height;
}

function moments(values: Float32Array): { mean: number; variance: number } {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    sum += value;
    squares += value * value;
  }
  const mean = sum / values.length;
  return { mean, variance: squares / values.length - mean * mean };
}

/** Variance of the four-neighbour Laplacian, without the border. */
function laplacianVariance(values: Float32Array, side: number): number {
  const edges = new Float32Array((side - 2) * (side - 2));
  let at = 0;
  for (let y = 1; y < side - 1; y++) {
    for (let x = 1; x < side - 1; x++) {
      const i = y * side + x;
      edges[at++] = 4 * values[i]! - values[i - 1]! - values[i + 1]! - values[i - side]! - values[i + side]!;
    }
  }
  return moments(edges).variance;
}
