import type { Challenge, Movement } from '../../../src/face/live/challenge.js';
import type { Film } from '../../support/faces.js';
import type { Entry, RecordedConversation } from '../../support/recorded-conversation.js';

/** What the client of a recorded conversation does: films that it shows one after the other, then what follows. */
export interface Plan extends Pick<RecordedConversation, 'description' | 'challenge' | 'clips'> {
  readonly afterwards?: readonly Turn[];
  /** Of the result. */
  readonly end: object;
}

type Turn = Exclude<Entry, { from: 'server' }>;

const FRAMES_A_SECOND = 5;
const MS = 1000 / FRAMES_A_SECOND;

const movements = (...names: Movement[]): Challenge =>
  names.map((movement) => ({ kind: 'movement', movement, restMs: 200 }));
const clip = (film: Film, from: number, seconds: number) => ({
  film,
  from,
  seconds,
  frames_per_second: FRAMES_A_SECOND,
});
const failed = (code: string, reason: string) => ({
  outcome: 'failed',
  problem: { code, reasons: [reason] },
});

/** The man of the film opens his mouth at 15.6 and 17.8 s, and turns to his left at 20 and 22.4 s. */
export const PLANS: Readonly<Record<string, Plan>> = {
  passed: {
    description: 'Two movements are asked for and made. The first frame after each new stage is a stale one.',
    challenge: movements('open_mouth', 'turn_left'),
    clips: [clip('cap13_edit2.mp4', 14, 10)],
    end: { outcome: 'passed', token: 'authorization-token' },
  },
  'wrong-movement': {
    description: 'A turn to the right is asked for, and a turn to the left is made.',
    challenge: movements('turn_right', 'open_mouth'),
    clips: [clip('cap13_edit2.mp4', 14, 10)],
    end: failed('live_check_failed', 'wrong_movement'),
  },
  'another-person': {
    description: 'Somebody else sits down before the camera in the middle of the check.',
    challenge: movements('open_mouth', 'turn_left'),
    clips: [clip('cap13_edit2.mp4', 14, 1.4), clip('franck.mp4', 60, 1)],
    end: failed('live_check_failed', 'person_changed'),
  },
  'step-timed-out': {
    description: 'A movement is asked for, and no frame shows it in time.',
    challenge: movements('nod', 'open_mouth'),
    clips: [clip('cap13_edit2.mp4', 14, 1.6)],
    afterwards: [{ from: 'clock', at: 9_000 }],
    end: failed('live_check_failed', 'step_timed_out'),
  },
  stopped: {
    description: 'The client makes mistakes, is told so, and breaks off.',
    challenge: movements('open_mouth', 'turn_left'),
    clips: [clip('cap13_edit2.mp4', 14, 0.4)],
    afterwards: [
      { from: 'client', at: 600, message: { type: 'start' } },
      { from: 'client', at: 700, message: { type: 'please' } },
      {
        from: 'client',
        at: 800,
        frame: { sequence: 1, captured_at: 800, nonce: '<nonce 1>', film: 'cap13_edit2.mp4', time: 14 },
      },
      { from: 'client', at: 900, message: { type: 'stop' } },
    ],
    end: failed('live_session_ended', 'gone'),
  },
};

/** @returns the client's next turn after what the server has said, until there is a result */
export function follow({ clips, afterwards = [] }: Pick<Plan, 'clips' | 'afterwards'>) {
  const frames = clips.flatMap(({ film, from, seconds }) =>
    Array.from({ length: Math.round(seconds * FRAMES_A_SECOND) }, (_, i) => ({
      film,
      time: Math.round((from + i / FRAMES_A_SECOND) * 1000) / 1000,
    })),
  );
  const rest = [...afterwards];
  let sequence = -1;
  let known = '';
  let nonce = '';
  let over = false;
  return (said: readonly object[]): Turn | null => {
    over ||= said.some((message) => 'type' in message && message.type === 'result');
    if (over) return null;
    // A frame that is on its way when a stage begins answers the one before.
    nonce = known;
    for (const message of said) if ('nonce' in message) known = String(message.nonce);
    if (++sequence === 0) return START;
    nonce ||= known;
    const frame = frames.shift();
    if (!frame) return rest.shift() ?? null;
    const at = sequence * MS;
    return { from: 'client', at, frame: { sequence: sequence - 1, captured_at: at, nonce, ...frame } };
  };
}

const START: Turn = { from: 'client', at: 0, message: { type: 'start', abilities: { light: 'none' } } };
