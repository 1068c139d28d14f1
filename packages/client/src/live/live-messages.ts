import type { ProblemBody } from '../problem.js';
import type { User } from '../records.js';

/** The messages of a live session, as docs/live-protocol.md and the server's /asyncapi.json describe them. */

export type Movement = 'turn_left' | 'turn_right' | 'open_mouth' | 'blink' | 'nod' | 'come_closer';
export type LightMode = 'full' | 'low' | 'none';
export type LightColour = 'red' | 'yellow' | 'green' | 'cyan' | 'blue' | 'magenta';

/** What the person can do; whatever is left out is assumed. */
export interface Abilities {
  readonly movements?: readonly Movement[];
  readonly light?: LightMode;
}

export type Stage =
  | { readonly kind: 'position' }
  | { readonly kind: 'rest' }
  | { readonly kind: 'movement'; readonly movement: Movement }
  | {
      readonly kind: 'light';
      readonly mode: 'full' | 'low';
      readonly colour: LightColour;
      /** From 0 … */
      readonly position: number;
      /** … of so many. */
      readonly of: number;
    };

export type Hint =
  | Movement
  | 'show_face'
  | 'one_person_only'
  | 'move_closer'
  | 'move_back'
  | 'centre_face'
  | 'too_dark'
  | 'too_bright'
  | 'hold_still'
  | 'look_straight'
  | 'close_mouth'
  | 'return_to_rest'
  | 'keep_looking';

export interface ReadyMessage {
  readonly type: 'ready';
  readonly session_id: string;
  /** Of the whole binary message. */
  readonly max_frame_bytes: number;
  readonly frames_per_second: number;
}

/** What to show and ask from now on. Frames carry its nonce from when the screen shows it. */
export interface StageMessage {
  readonly type: 'stage';
  readonly stage: Stage;
  readonly nonce: string;
  readonly deadline_ms: number;
  /** Steps that are done … */
  readonly done: number;
  /** … of all; 0 until the challenge is drawn. */
  readonly total: number;
}

export interface GuidanceMessage {
  readonly type: 'guidance';
  /** Of the frame that it is about. */
  readonly sequence: number;
  readonly hint: Hint | null;
}

export interface RateMessage {
  readonly type: 'rate';
  readonly frames_per_second: number;
}

/** A message was not understood: a fault of the client. */
export interface ErrorMessage {
  readonly type: 'error';
  readonly code: string;
  readonly detail: string;
}

export type ResultMessage =
  | {
      readonly type: 'result';
      readonly outcome: 'passed';
      readonly user: User;
      readonly token?: string;
      readonly completion?: string;
    }
  | { readonly type: 'result'; readonly outcome: 'failed'; readonly problem: ProblemBody };

export type ServerMessage =
  ReadyMessage | StageMessage | GuidanceMessage | RateMessage | ErrorMessage | ResultMessage;

export type ClientMessage =
  { readonly type: 'start'; readonly abilities?: Abilities } | { readonly type: 'stop' };
