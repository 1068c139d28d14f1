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
  /** Only the movements of a session with light: what is left of it to whoever has the light. */
  readonly besideLight?: boolean;
  /** That can be drawn. */
  readonly orders: number;
}

/** The same movement never comes twice running, unless it is the only one. */
const ordersOf = (movements: number, steps: number) => movements * (movements - 1) ** (steps - 1);
const WITHOUT_LIGHT = 6;
const BESIDE_LIGHT = 2;

const DRAWS: readonly Draw[] = [
  {
    name: 'all movements possible: turns and mouth are drawn',
    movements: MOVEMENTS,
    orders: ordersOf(3, WITHOUT_LIGHT),
  },
  {
    name: 'turns and mouth only, drawn anew',
    movements: ['turn_left', 'turn_right', 'open_mouth'],
    orders: ordersOf(3, WITHOUT_LIGHT),
  },
  {
    name: 'mouth, blink, nod, come closer',
    movements: ['open_mouth', 'blink', 'nod', 'come_closer'],
    orders: ordersOf(4, WITHOUT_LIGHT),
  },
  {
    name: 'what films show most: turn left, mouth, blink',
    movements: ['turn_left', 'open_mouth', 'blink'],
    orders: ordersOf(3, WITHOUT_LIGHT),
  },
  {
    name: 'beside the light, all movements possible',
    movements: MOVEMENTS,
    besideLight: true,
    orders: ordersOf(3, BESIDE_LIGHT),
  },
  {
    name: 'beside the light, mouth and blink only',
    movements: ['open_mouth', 'blink'],
    besideLight: true,
    orders: ordersOf(2, BESIDE_LIGHT),
  },
  { name: 'beside the light, blink only', movements: ['blink'], besideLight: true, orders: 1 },
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
  for (const [row, draw] of DRAWS.entries()) {
    const source = movementsOf(draw, reproducibleRandom(row + 1));
    const verdicts: Verdict[] = [];
    for (const { outcomes } of films) {
      for (let start = 0; start < outcomes.length - LEAST_FILM; start += START_EVERY) {
        for (let i = 0; i < DRAWS_EACH; i++) {
          verdicts.push(
            await showTo(source, (frame) => (frame < MAX_FILM && outcomes[start + frame]) || null),
          );
        }
      }
    }
    rows.push({ draw: draw.name, orders: draw.orders, tries: verdicts.length, ...summary(verdicts) });
  }
  return rows;
}

/** What the server would draw; the light, where there is one, has been taken care of. */
function movementsOf(
  { movements, besideLight = false }: Draw,
  random: (bound: number) => number,
): ChallengeSource {
  const challenges = new RandomChallenges(random);
  return {
    draw: (_, framesPerSecond) => {
      const drawn = challenges.draw({ movements, light: besideLight ? 'full' : 'none' }, framesPerSecond);
      return drawn?.filter(({ kind }) => kind === 'movement') ?? null;
    },
  };
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
