import type { Landmarks } from './landmarks.js';
import { type Point, meanPoint } from './rgb-image.js';

/**
 * Ratios of distances between landmarks: without unit, independent of the face's size, place and roll. Which
 * value is at rest differs from person to person, so that a movement is a change from the person's own rest.
 */
export interface FaceGeometry {
  /**
   * How far the nose tip lies beside the middle of the eyes, along the line of the eyes, in interocular
   * distances; positive towards the right of the picture, which is the person's own left. 0 is frontal, about
   * 0.2 a turn of 15°.
   */
  readonly turn: number;
  /** How far the nose tip lies below the line of the eyes, in interocular distances; grows when the head sinks. */
  readonly noseDrop: number;
  /** Eye aspect ratio, mean of both eyes (Soukupová and Čech, CVWW 2016); open about 0.3, closed below 0.2. */
  readonly eyeOpenness: number;
  /** Height of the inner mouth by its width: closed ≤ 0.03, a toothy smile 0.2, wide open ≥ 0.28. */
  readonly mouthOpenness: number;
  /**
   * Interocular distance by the width of the jaw at the ears. The eyes lie in front of the ears: a real head
   * that comes closer widens at the eyes more than at the ears, a picture of one does not.
   */
  readonly eyesToJaw: number;
}

export function faceGeometry(landmarks: Landmarks): FaceGeometry {
  const at = (i: number): Point => landmarks[i]!;
  const between = (i: number, j: number) => Math.hypot(at(i).x - at(j).x, at(i).y - at(j).y);
  const left = meanPoint(landmarks.slice(36, 42));
  const right = meanPoint(landmarks.slice(42, 48));
  const eyes = { x: right.x - left.x, y: right.y - left.y };
  const distance = Math.hypot(eyes.x, eyes.y);
  const nose = { x: at(30).x - (left.x + right.x) / 2, y: at(30).y - (left.y + right.y) / 2 };
  const openness = (
    outer: number,
    top: readonly [number, number],
    inner: number,
    bottom: readonly [number, number],
  ) => (between(top[0], bottom[0]) + between(top[1], bottom[1])) / (2 * between(outer, inner));
  return {
    turn: (nose.x * eyes.x + nose.y * eyes.y) / (distance * distance),
    noseDrop: (nose.y * eyes.x - nose.x * eyes.y) / (distance * distance),
    eyeOpenness: (openness(36, [37, 38], 39, [41, 40]) + openness(42, [43, 44], 45, [47, 46])) / 2,
    mouthOpenness: (between(61, 67) + between(62, 66) + between(63, 65)) / (3 * between(60, 64)),
    eyesToJaw: distance / between(0, 16),
  };
}
