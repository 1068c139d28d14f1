import type { ObservedFace } from '../frame-observation.js';
import type { Movement } from './challenge.js';
import type { RestingFace } from './positioning.js';

/**
 * How much of each movement makes it one, as a change from the person's own rest. Where there are two
 * measures, both must agree: they come from different models, and a trick rarely bends both alike.
 */
const ENOUGH = {
  /** Degrees of yaw (`fr_pose`; noise 0.2°, natural turns 18–30°), and its trace in the landmarks. */
  yaw: 13,
  turn: 0.16,
  /** Of the inner mouth: a toothy smile adds 0.2, a wide open mouth 0.3 and more. */
  mouth: 0.25,
  /** Part by which the eye aspect ratio falls. */
  eyes: 0.3,
  /** Degrees of pitch, and its trace in the landmarks. */
  pitch: 10,
  noseDrop: 0.1,
  /** Part by which the face grows, and by which the eyes widen against the jaw: perspective, which a flat picture lacks. */
  size: 0.5,
  eyesToJaw: 0.02,
} as const;

/** Movements that nobody makes in passing: another one of them than was asked for is a wrong answer. */
const DISTINCT: readonly Movement[] = ['turn_left', 'turn_right', 'open_mouth'];
/** Below this part of a movement the person is at rest. */
const AT_REST = 0.5;
/** A movement is seen in so many frames, or for this time; a blink is over too soon for either. */
const MIN_FRAMES = 2;
/** What went on while nothing was seen for longer than this did not happen: the movement has to begin anew. */
const MAX_GAP_MS = 1_000;
/** An eye that is closed for longer is not blinking. */
const MAX_BLINK_MS = 900;
/** The head that nods takes the eyelids with it, and a picture that is tilted takes everything: the nose must stay. */
const MAX_BLINK_PITCH = 8;
const MAX_BLINK_NOSE = 0.15;

/**
 * @returns how far the face has made the movement: 0 at rest, 1 enough; below 0 the other way.
 */
export function movementAmount(movement: Movement, face: ObservedFace, rest: RestingFace): number {
  const { geometry, pose } = face;
  switch (movement) {
    case 'turn_right':
      return agreed((pose.yaw - rest.yaw) / ENOUGH.yaw, (rest.turn - geometry.turn) / ENOUGH.turn);
    case 'turn_left':
      return agreed((rest.yaw - pose.yaw) / ENOUGH.yaw, (geometry.turn - rest.turn) / ENOUGH.turn);
    case 'open_mouth':
      return (geometry.mouthOpenness - rest.mouthOpenness) / ENOUGH.mouth;
    case 'blink':
      if (Math.abs(pose.pitch - rest.pitch) > MAX_BLINK_PITCH) return 0;
      if (Math.abs(geometry.noseDrop / rest.noseDrop - 1) > MAX_BLINK_NOSE) return 0;
      return (1 - geometry.eyeOpenness / rest.eyeOpenness) / ENOUGH.eyes;
    case 'nod':
      return agreed(
        (rest.pitch - pose.pitch) / ENOUGH.pitch,
        (geometry.noseDrop - rest.noseDrop) / ENOUGH.noseDrop,
      );
    case 'come_closer':
      return agreed(
        (face.place.height / rest.size - 1) / ENOUGH.size,
        (geometry.eyesToJaw / rest.eyesToJaw - 1) / ENOUGH.eyesToJaw,
      );
  }
}

/** The weaker of two measures that point the same way, else nothing. */
function agreed(a: number, b: number): number {
  if (a * b <= 0) return 0;
  return Math.sign(a) * Math.min(Math.abs(a), Math.abs(b));
}

/** @returns whether none of the large movements is under way, whichever comes next */
export function isAtRest(face: ObservedFace, rest: RestingFace): boolean {
  return (
    Math.abs(face.pose.yaw - rest.yaw) <= AT_REST * ENOUGH.yaw &&
    face.geometry.mouthOpenness - rest.mouthOpenness <= AT_REST * ENOUGH.mouth &&
    face.place.height / rest.size - 1 <= AT_REST * ENOUGH.size
  );
}

type MovementVerdict = 'waiting' | 'under_way' | 'return' | 'done' | 'wrong';

/**
 * Judges one asked movement: it has to begin at rest after it was asked for, reach its full extent, and come
 * back. Another distinct movement is wrong; what was under way already when the step began does not count.
 */
export class MovementJudge {
  #phase: 'not_at_rest' | 'at_rest' | 'reached' = 'not_at_rest';
  #framesReached = 0;
  #framesOfOthers = 0;
  #reachedAt = 0;
  #atExtent = false;
  #seenAt: number | null = null;

  constructor(
    private readonly movement: Movement,
    private readonly rest: RestingFace,
  ) {}

  /** @param at time of the frame in milliseconds */
  look(face: ObservedFace, at: number): MovementVerdict {
    if (this.#seenAt !== null && at - this.#seenAt > MAX_GAP_MS) this.#phase = 'not_at_rest';
    this.#seenAt = at;
    const amount = movementAmount(this.movement, face, this.rest);
    const another = DISTINCT.some(
      (other) => other !== this.movement && movementAmount(other, face, this.rest) >= 1,
    );
    this.#framesOfOthers = another ? this.#framesOfOthers + 1 : 0;
    if (this.#framesOfOthers >= MIN_FRAMES) return 'wrong';
    this.#atExtent = amount >= 1;
    switch (this.#phase) {
      case 'not_at_rest':
        if (amount <= AT_REST) {
          this.#phase = 'at_rest';
          this.#framesReached = 0;
        }
        return 'waiting';
      case 'at_rest':
        return this.#lookForExtent(amount, at);
      case 'reached':
        return this.#lookForReturn(amount, at);
    }
  }

  /** Whether the frame last looked at shows the movement in full. */
  get isAtExtent(): boolean {
    return this.#atExtent;
  }

  #lookForExtent(amount: number, at: number): MovementVerdict {
    if (amount < 1) {
      this.#framesReached = 0;
      return amount > AT_REST ? 'under_way' : 'waiting';
    }
    this.#framesReached++;
    if (this.#framesReached === 1) this.#reachedAt = at;
    if (this.movement !== 'blink' && this.#framesReached < MIN_FRAMES) return 'under_way';
    this.#phase = 'reached';
    return 'return';
  }

  #lookForReturn(amount: number, at: number): MovementVerdict {
    if (amount > AT_REST) return 'return';
    if (this.movement === 'blink' && at - this.#reachedAt > MAX_BLINK_MS) {
      this.#phase = 'at_rest';
      this.#framesReached = 0;
      return 'waiting';
    }
    return 'done';
  }
}
