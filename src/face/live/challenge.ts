import { randomInt } from 'node:crypto';

/** Left and right are the person's own. */
export const MOVEMENTS = ['turn_left', 'turn_right', 'open_mouth', 'blink', 'nod', 'come_closer'] as const;
export type Movement = (typeof MOVEMENTS)[number];

/**
 * What is clear on real faces, and what a film of somebody who talks hardly ever shows by chance
 * (docs/accuracy.md): every second such film blinks within a step's time. The others are asked for only where
 * the person can do too few of these.
 */
const CLEAR_MOVEMENTS: readonly Movement[] = ['turn_left', 'turn_right', 'open_mouth'];
const ENOUGH_TO_CHOOSE_FROM = 3;

/** Saturated screen colours that lie apart in what they do to skin. */
export const LIGHT_COLOURS = ['red', 'yellow', 'green', 'cyan', 'blue', 'magenta'] as const;
export type LightColour = (typeof LIGHT_COLOURS)[number];

/** How much coloured light a person can bear: `low` is pale and changes slowly, `none` is for the photosensitive. */
export const LIGHT_MODES = ['full', 'low', 'none'] as const;
export type LightMode = (typeof LIGHT_MODES)[number];

export interface MovementStep {
  readonly kind: 'movement';
  readonly movement: Movement;
  /** How long the person has to rest before the movement is named, in milliseconds. */
  readonly restMs: number;
}

export interface LightStep {
  readonly kind: 'light';
  readonly mode: Exclude<LightMode, 'none'>;
  readonly colours: readonly LightColour[];
}

export type ChallengeStep = MovementStep | LightStep;

/** What one live session asks for, in this order. Drawn after the session is open and shown step by step. */
export type Challenge = readonly ChallengeStep[];

/** What the person can do. No movement and no light is demanded of everybody. */
export interface Abilities {
  readonly movements: readonly Movement[];
  readonly light: LightMode;
}

/** Where challenges come from. A test may script one; the judge of the answer is always the same. */
export interface ChallengeSource {
  /**
   * @param framesPerSecond what the session's camera and this server manage together
   * @returns null when the abilities leave too little to ask for
   */
  draw(abilities: Abilities, framesPerSecond: number): Challenge | null;
}

/** A closed eye is one deep sample at 8 frames a second, and none at fewer. */
const MIN_BLINK_RATE = 8;

/**
 * With light, a recording has to have the colours beside the movements: of 6 × 5⁴ = 3,750 codes, about one in 117
 * passes for another one. Without it, movements alone have to make the difference: 3 × 2⁵ = 96 orders.
 */
const MOVEMENTS_WITH_LIGHT = 2;
const MOVEMENTS_WITHOUT_LIGHT = 6;
/** With fewer to choose from, the order of movements would be no challenge; with light, one will do. */
const LEAST_ABILITIES = { withLight: 1, withoutLight: 3 } as const;
const COLOURS = 5;
const REST_MS = { min: 300, max: 1200 } as const;

/** Challenges from the system's cryptographic random numbers. */
export class RandomChallenges implements ChallengeSource {
  /** @param random a whole number of 0…bound − 1, each as likely; a test makes it reproducible */
  constructor(private readonly random: (bound: number) => number = (bound) => randomInt(bound)) {}

  draw({ movements, light }: Abilities, framesPerSecond: number): Challenge | null {
    const possible = MOVEMENTS.filter(
      (movement) =>
        movements.includes(movement) && (movement !== 'blink' || framesPerSecond >= MIN_BLINK_RATE),
    );
    const least = light === 'none' ? LEAST_ABILITIES.withoutLight : LEAST_ABILITIES.withLight;
    if (possible.length < least) return null;
    const clear = possible.filter((movement) => CLEAR_MOVEMENTS.includes(movement));
    const steps: ChallengeStep[] = this.#movements(
      clear.length >= ENOUGH_TO_CHOOSE_FROM ? clear : possible,
      light === 'none' ? MOVEMENTS_WITHOUT_LIGHT : MOVEMENTS_WITH_LIGHT,
    );
    if (light !== 'none') {
      const step: LightStep = { kind: 'light', mode: light, colours: this.#sequence(LIGHT_COLOURS, COLOURS) };
      steps.splice(this.random(steps.length + 1), 0, step);
    }
    return steps;
  }

  #movements(possible: readonly Movement[], count: number): MovementStep[] {
    return this.#sequence(possible, count).map((movement) => ({
      kind: 'movement',
      movement,
      restMs: REST_MS.min + this.random(REST_MS.max - REST_MS.min + 1),
    }));
  }

  /** `count` random items, none of them twice running unless there is only one. */
  #sequence<T>(items: readonly T[], count: number): T[] {
    const sequence: T[] = [];
    while (sequence.length < count) {
      const others = items.length === 1 ? items : items.filter((item) => item !== sequence.at(-1));
      sequence.push(others[this.random(others.length)]!);
    }
    return sequence;
  }
}
