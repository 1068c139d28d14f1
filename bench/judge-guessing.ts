import type { FrameOutcome } from '../src/face/frame-observation.js';
import {
  type ChallengeSource,
  MOVEMENTS,
  type Movement,
  RandomChallenges,
} from '../src/face/live/challenge.js';
import { ANSWERS, type Answer, type Verdict, asked, showTo } from '../test/support/live-films.js';
import { FRAMES_PER_SECOND, type ObservedFilm } from './judge-films.js';
import { reproducibleRandom } from './reproducible-random.js';

/** What is drawn from, for whom. */
interface Draw {
  readonly name: string;
  readonly movements: readonly Movement[];
  /** That can be drawn. */
  readonly orders: number;
  /** Draws so many as `RandomChallenges` would if these movements were as clear as the others. */
  readonly alike?: number;
}

/** The same movement never comes twice running. */
const ordersOf = (movements: number, asked = 5) => movements * (movements - 1) ** (asked - 1);

const DRAWS: readonly Draw[] = [
  {
    name: 'all movements possible: the four clear ones are drawn',
    movements: MOVEMENTS,
    orders: ordersOf(4),
  },
  {
    name: 'nod and come closer drawn like the others',
    movements: MOVEMENTS,
    orders: ordersOf(6),
    alike: 5,
  },
  {
    name: 'turns, nod, come closer',
    movements: ['turn_left', 'turn_right', 'nod', 'come_closer'],
    orders: ordersOf(4),
  },
  {
    name: 'mouth, blink, nod, come closer',
    movements: ['open_mouth', 'blink', 'nod', 'come_closer'],
    orders: ordersOf(4),
  },
  { name: 'mouth and blink only', movements: ['open_mouth', 'blink'], orders: ordersOf(2) },
  {
    name: 'two clear ones, as beside the light',
    movements: ['turn_left', 'turn_right', 'open_mouth', 'blink'],
    orders: ordersOf(4, 2),
    alike: 2,
  },
  { name: 'turns only', movements: ['turn_left', 'turn_right'], orders: ordersOf(2) },
];

export interface Guessing {
  readonly draw: string;
  readonly orders: number;
  readonly tries: number;
  readonly answered: number;
  /** Answered, and taken for a live person by its look: these films show one. */
  readonly passed: number;
  /** By why they failed. */
  readonly failures: Readonly<Record<string, number>>;
}

export interface SingleMovement {
  readonly movement: Movement;
  readonly tries: number;
  /** Made in time, and begun after it was asked for, though nobody asked the man in the film. */
  readonly answered: number;
}

export interface AlteredClip {
  readonly clip: Answer;
  readonly tries: number;
  /** How often the clip answers the challenge that it was chosen for, with rests as they are drawn. */
  readonly answered: Readonly<Record<Alteration, number>>;
}

export const ALTERATIONS = ['as it is', 'backwards', 'at twice the speed', 'at half the speed'] as const;
type Alteration = (typeof ALTERATIONS)[number];

/** Between two beginnings, in frames. */
const START_EVERY = 2.5 * FRAMES_PER_SECOND;
/** A session that began later than this before the end of its film would fail for want of film. */
const LEAST_FILM = 5 * FRAMES_PER_SECOND;
const MAX_FILM = 60 * FRAMES_PER_SECOND;
const DRAWS_EACH = 20;
const RESTS_EACH = 50;
const REST_MS = { min: 300, max: 1200 } as const;

/** How often does a film of the right person happen to do what is asked, from any moment on? */
export async function guessAtRandom(films: readonly ObservedFilm[]): Promise<Guessing[]> {
  const rows: Guessing[] = [];
  for (const { name, movements, orders, alike } of DRAWS) {
    const random = reproducibleRandom(1);
    const source = alike ? allAlike(movements, alike, random) : new RandomChallenges(random);
    const verdicts: Verdict[] = [];
    for (const { outcomes } of films) {
      for (let start = 0; start < outcomes.length - LEAST_FILM; start += START_EVERY) {
        for (let i = 0; i < DRAWS_EACH; i++) {
          verdicts.push(
            await showTo(source, (frame) => (frame < MAX_FILM && outcomes[start + frame]) || null, {
              abilities: { movements, light: 'none' },
            }),
          );
        }
      }
    }
    rows.push({ draw: name, orders, tries: verdicts.length, ...summary(verdicts) });
  }
  return rows;
}

/** How often does each movement, asked for alone, happen by chance? From each second of the films. */
export async function guessSingle(films: readonly ObservedFilm[]): Promise<SingleMovement[]> {
  const rows: SingleMovement[] = [];
  for (const movement of MOVEMENTS) {
    let [tries, answered] = [0, 0];
    for (const { outcomes } of films) {
      for (let start = 0; start < outcomes.length - LEAST_FILM; start += FRAMES_PER_SECOND) {
        const verdict = await showTo(asked([movement]), (frame) => outcomes[start + frame] ?? null);
        tries++;
        if (verdict.kind === 'answered') answered++;
      }
    }
    rows.push({ movement, tries, answered });
  }
  return rows;
}

function summary(verdicts: readonly Verdict[]): Pick<Guessing, 'answered' | 'passed' | 'failures'> {
  const failures: Record<string, number> = {};
  let [answered, passed] = [0, 0];
  for (const verdict of verdicts) {
    if (verdict.kind === 'failed') failures[verdict.failure] = (failures[verdict.failure] ?? 0) + 1;
    else {
      answered++;
      if (verdict.evidence.presentation === 'bona_fide') passed++;
    }
  }
  return { answered, passed, failures };
}

function allAlike(
  movements: readonly Movement[],
  count: number,
  random: (bound: number) => number,
): ChallengeSource {
  return {
    draw: () => {
      const sequence: Movement[] = [];
      while (sequence.length < count) {
        const others = movements.filter((movement) => movement !== sequence.at(-1));
        sequence.push(others[random(others.length)]!);
      }
      return withRests(sequence, random);
    },
  };
}

/** @param twice the same clip at twice the rate, so that each frame of half the speed is one of its own */
export async function alterClip(
  clip: Answer,
  outcomes: readonly FrameOutcome[],
  twice: readonly FrameOutcome[],
): Promise<AlteredClip> {
  const altered: Record<Alteration, readonly FrameOutcome[]> = {
    'as it is': outcomes,
    backwards: outcomes.toReversed(),
    'at twice the speed': outcomes.filter((_, i) => i % 2 === 0),
    'at half the speed': twice,
  };
  const answered = {} as Record<Alteration, number>;
  for (const alteration of ALTERATIONS) {
    const random = reproducibleRandom(1);
    answered[alteration] = 0;
    for (let i = 0; i < RESTS_EACH; i++) {
      const challenge = withRests(ANSWERS[clip].movements, random);
      const verdict = await showTo(challenge, (frame) => altered[alteration][frame] ?? null);
      if (verdict.kind === 'answered') answered[alteration]++;
    }
  }
  return { clip, tries: RESTS_EACH, answered };
}

function withRests(movements: readonly Movement[], random: (bound: number) => number) {
  return movements.flatMap((movement) =>
    asked([movement], REST_MS.min + random(REST_MS.max - REST_MS.min + 1)),
  );
}
