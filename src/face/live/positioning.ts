import type { QualityReason } from '../capture.js';
import type { FrameOutcome, ObservedFace } from '../frame-observation.js';
import { showSamePerson } from './identity-track.js';
import type { Hint } from './live-event.js';
import { median } from '../median.js';

/** The person at rest: what every movement of the session is measured against. */
export interface RestingFace {
  readonly yaw: number;
  readonly pitch: number;
  readonly turn: number;
  readonly noseDrop: number;
  readonly eyeOpenness: number;
  readonly mouthOpenness: number;
  readonly eyesToJaw: number;
  /** Height of the face box in parts of the frame's. */
  readonly size: number;
}

const QUALITY_HINTS: Record<QualityReason, Hint> = {
  face_too_small: 'move_closer',
  too_dark: 'too_dark',
  too_bright: 'too_bright',
  blurred: 'hold_still',
  turned_away: 'look_straight',
  cut_off: 'centre_face',
};

/** Height of the face box in parts of the frame's. */
const SIZE = { min: 0.25, max: 0.85 } as const;
/** How far the middle of the face may lie from the middle of the frame, in parts of the frame. */
const MAX_OFF_CENTRE = 0.25;
/** Resting heads are turned by some degrees; further, and the person looks at something else. */
const MAX_RESTING_YAW = 20;
const MAX_RESTING_TURN = 0.25;
/** A baseline is the median of so many good frames in a row, spread over this time, that hardly move. */
const MIN_FRAMES = 5;
const MIN_SPAN_MS = 500;
const MAX_YAW_SPREAD = 6;
/** A mouth that is open at rest would leave nothing to open. */
const MAX_RESTING_MOUTH = 0.2;

/** @returns what the person has to do so that the face can be judged, null when nothing is missing */
export function positionHint(outcome: FrameOutcome): Hint | null {
  switch (outcome.outcome) {
    case 'no_face':
    case 'unsupported_image':
    case 'image_too_large':
      return 'show_face';
    case 'multiple_faces':
      return 'one_person_only';
    case 'poor_quality':
      return qualityHint(outcome.reasons);
    case 'observed':
      return qualityHint(outcome.reasons) ?? placeHint(outcome);
  }
}

function qualityHint(reasons: readonly QualityReason[]): Hint | null {
  const [reason] = reasons;
  return reason ? QUALITY_HINTS[reason] : null;
}

function placeHint({ place }: ObservedFace): Hint | null {
  if (place.height < SIZE.min) return 'move_closer';
  if (place.height > SIZE.max) return 'move_back';
  const offCentre = Math.max(
    Math.abs(place.left + place.width / 2 - 0.5),
    Math.abs(place.top + place.height / 2 - 0.5),
  );
  return offCentre > MAX_OFF_CENTRE ? 'centre_face' : null;
}

/** Waits until one person looks into the camera, near enough, in good light and still, and takes their measure. */
export class Positioning {
  readonly #frames: { readonly face: ObservedFace; readonly at: number }[] = [];

  /** @param needsBackground whether something behind the face has to be seen, to tell its light from the face's */
  constructor(private readonly needsBackground: boolean) {}

  /** @param at time of the frame in milliseconds @returns what is missing, or the person at rest */
  look(outcome: FrameOutcome, at: number): { readonly hint: Hint } | { readonly rest: RestingFace } {
    const hint = positionHint(outcome) ?? (outcome.outcome === 'observed' ? this.#restHint(outcome) : null);
    if (hint !== null || outcome.outcome !== 'observed') {
      this.#frames.length = 0;
      return { hint: hint ?? 'show_face' };
    }
    // Two people by turns would have a mean that both of them resemble.
    const strange = this.#frames.some(({ face }) => !showSamePerson(face.features, outcome.features));
    if (strange) this.#frames.length = 0;
    this.#frames.push({ face: outcome, at });
    const first = this.#frames[0]!;
    if (this.#frames.length < MIN_FRAMES || at - first.at < MIN_SPAN_MS) return { hint: 'hold_still' };
    const faces = this.#frames.map(({ face }) => face);
    const yaws = faces.map(({ pose }) => pose.yaw);
    if (Math.max(...yaws) - Math.min(...yaws) > MAX_YAW_SPREAD) {
      this.#frames.shift();
      return { hint: 'hold_still' };
    }
    return { rest: restingFace(faces) };
  }

  #restHint(face: ObservedFace): Hint | null {
    if (this.needsBackground && !face.colours.background) return 'move_back';
    return restHint(face);
  }

  /** The frames that the last baseline was made of. */
  get faces(): readonly ObservedFace[] {
    return this.#frames.map(({ face }) => face);
  }
}

function restHint({ probe, pose, geometry }: ObservedFace): Hint | null {
  const turned = Math.abs(pose.yaw) > MAX_RESTING_YAW || Math.abs(geometry.turn) > MAX_RESTING_TURN;
  if (turned || !probe) return 'look_straight';
  return geometry.mouthOpenness > MAX_RESTING_MOUTH ? 'close_mouth' : null;
}

function restingFace(faces: readonly ObservedFace[]): RestingFace {
  const middle = (read: (face: ObservedFace) => number) => median(faces.map(read));
  return {
    yaw: middle(({ pose }) => pose.yaw),
    pitch: middle(({ pose }) => pose.pitch),
    turn: middle(({ geometry }) => geometry.turn),
    noseDrop: middle(({ geometry }) => geometry.noseDrop),
    eyeOpenness: middle(({ geometry }) => geometry.eyeOpenness),
    mouthOpenness: middle(({ geometry }) => geometry.mouthOpenness),
    eyesToJaw: middle(({ geometry }) => geometry.eyesToJaw),
    size: middle(({ place }) => place.height),
  };
}
