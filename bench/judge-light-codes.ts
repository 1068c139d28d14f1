import type { SceneColours } from '../src/face/face-colour.js';
import { LIGHT_COLOURS, type LightColour } from '../src/face/live/challenge.js';
import { LightJudge } from '../src/face/live/light-judge.js';

export interface CodeConfusion {
  readonly codes: number;
  /** Codes that the reflection of another one passes, on average over all that can be asked for. */
  readonly mean: number;
  /** … and for the most and the least fortunate one asked for. */
  readonly greatest: number;
  readonly least: number;
}

const LENGTH = 5;
/** Between two looks: longer than the exposure settles and a colour is watched. */
const LOOK_MS = 1000;
/** A screen that doubles the light of its channels: far above the least gain, so that the shape alone decides. */
const GAIN = 2;
const GREY = 100;
const ROOM: SceneColours = { skin: [GREY, GREY, GREY], background: [GREY, GREY, GREY] };
const LIT: Record<LightColour, SceneColours> = {
  red: lit(GAIN, 1, 1),
  yellow: lit(GAIN, GAIN, 1),
  green: lit(1, GAIN, 1),
  cyan: lit(1, GAIN, GAIN),
  blue: lit(1, 1, GAIN),
  magenta: lit(GAIN, 1, GAIN),
};

/**
 * How many of the codes pass for another one when nothing disturbs: the guess that a recording of one code makes.
 * Turning all colours by 60° changes no angle, so that the codes asked for may all begin with red.
 */
export function confuseCodes(): CodeConfusion {
  const codes = allCodes();
  const asked = codes.filter(([first]) => first === 'red');
  const passing = asked.map((code) => codes.filter((shown) => shown !== code && passes(code, shown)).length);
  return {
    codes: codes.length,
    mean: passing.reduce((sum, count) => sum + count, 0) / passing.length,
    greatest: Math.max(...passing),
    least: Math.min(...passing),
  };
}

function passes(asked: readonly LightColour[], shown: readonly LightColour[]): boolean {
  const judge = new LightJudge({ kind: 'light', mode: 'full', colours: asked });
  judge.lookAtRoom(ROOM);
  let at = 0;
  for (const colour of shown) {
    while (!judge.look(LIT[colour], (at += LOOK_MS)));
  }
  return judge.decide().reflected;
}

function lit(red: number, green: number, blue: number): SceneColours {
  return { skin: [GREY * red, GREY * green, GREY * blue], background: ROOM.background };
}

/** 6 × 5⁴, for no colour comes twice running. */
function allCodes(): LightColour[][] {
  let codes: LightColour[][] = LIGHT_COLOURS.map((colour) => [colour]);
  for (let length = 1; length < LENGTH; length++) {
    codes = codes.flatMap((code) =>
      LIGHT_COLOURS.filter((colour) => colour !== code.at(-1)).map((colour) => [...code, colour]),
    );
  }
  return codes;
}
