import type { LightColour, LightStep, Movement } from './challenge.js';

/** What to tell the person now. Machine-readable; the words belong to whoever shows them. */
export const HINTS = [
  'show_face',
  'one_person_only',
  'move_closer',
  'move_back',
  'centre_face',
  'too_dark',
  'too_bright',
  'hold_still',
  'look_straight',
  'close_mouth',
  'turn_left',
  'turn_right',
  'open_mouth',
  'blink',
  'nod',
  'come_closer',
  'return_to_rest',
  'keep_looking',
] as const;
export type Hint = (typeof HINTS)[number];

/** Why a live session was not passed; each names something that a person can do differently. */
export const LIVE_FAILURES = [
  'not_positioned',
  'step_timed_out',
  'wrong_movement',
  'face_lost',
  'several_people',
  'person_changed',
  'camera_frozen',
  'light_not_reflected',
  'abilities_insufficient',
] as const;
export type LiveFailure = (typeof LIVE_FAILURES)[number];

/** What the server asks of the person at this moment. A frame answers a stage by carrying its nonce. */
export type Stage =
  | { readonly kind: 'position' }
  | { readonly kind: 'rest' }
  | { readonly kind: 'movement'; readonly movement: Movement }
  | {
      readonly kind: 'light';
      readonly mode: LightStep['mode'];
      readonly colour: LightColour;
      /** Which colour of how many. */
      readonly position: number;
      readonly of: number;
    };

export interface StageEvent {
  readonly type: 'stage';
  readonly stage: Stage;
  readonly nonce: string;
  /** How long the stage may take from now. */
  readonly deadlineMs: number;
  /** Steps that are done, of all; 0 of 0 until the challenge is drawn. */
  readonly done: number;
  readonly total: number;
}
