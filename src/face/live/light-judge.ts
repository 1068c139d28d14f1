import type { Colour, SceneColours } from '../face-colour.js';
import type { LightColour, LightStep } from './challenge.js';

/** A point of the chromaticity plane: how far red, and green against blue, stand out, in logarithms of light. */
type Chroma = readonly [number, number];

/** From sample values to amounts of light. */
const GAMMA = 2.2;

const SIN60 = Math.sqrt(3) / 2;

/** Where light of each colour draws what it falls on: six directions, 60° apart. */
const DIRECTION: Record<LightColour, Chroma> = {
  red: [1, 0],
  yellow: [0.5, SIN60],
  green: [-0.5, SIN60],
  cyan: [-1, 0],
  blue: [-0.5, -SIN60],
  magenta: [0.5, -SIN60],
};

/** Without any colour: the light of the room. */
const ROOM: Chroma = [0, 0];

/**
 * Limits of the decision, set on simulated reflections (docs/accuracy.md). A tint that lies on the whole picture,
 * such as a camera's white balance or a replayed screen, cancels out in the difference of skin and background.
 */
const LIMITS = {
  /** Cosine between what skin did from one colour to the next and what the code would have it do. */
  minSimilarity: 0.85,
  /** How much of a colour comes back, in logarithms of light; movement and noise reach half of it. */
  minGain: 0.01,
  /**
   * What the background may show of the code, in parts of what the skin shows: it is further from the screen.
   * Counted twice, as a change of colour and as light that came in addition: a veil that lies on the whole picture, as
   * glare on a glossy screen does, changes the colour of the darker surface more, but adds the same to both.
   */
  maxBackgroundPart: 0.6,
} as const;

/**
 * How long the camera's exposure may take to follow a colour, then how long the colour is watched, in
 * milliseconds. At most three changes a second also in the brisk mode (WCAG 2.3.1).
 */
const TIMING = {
  full: { settleMs: 150, watchMs: 350 },
  low: { settleMs: 250, watchMs: 750 },
} as const;
const MIN_FRAMES = 2;

/** Whether the light of a sequence of screen colours comes back from the face, and from the face more than from behind it. */
export class LightJudge {
  readonly #reference: SceneColours[] = [];
  readonly #seen: SceneColours[][] = [];
  /** Of the colour that is shown now. */
  #current: SceneColours[] = [];
  #stageBegan: number | null = null;

  constructor(private readonly step: LightStep) {}

  /** The colour that is to be shown now; null when all have been. */
  get colour(): LightColour | null {
    return this.step.colours[this.#seen.length] ?? null;
  }

  get position(): number {
    return this.#seen.length;
  }

  /** A frame before the first colour, in the light of the room. */
  lookAtRoom(colours: SceneColours): void {
    this.#reference.push(colours);
  }

  /** The person has moved: what was measured of the room does not hold any more. */
  forgetRoom(): void {
    this.#reference.length = 0;
  }

  /** A frame under the present colour. @returns whether the next one may be shown */
  look(colours: SceneColours, at: number): boolean {
    const { settleMs, watchMs } = TIMING[this.step.mode];
    this.#stageBegan ??= at;
    const elapsed = at - this.#stageBegan;
    if (elapsed < settleMs) return false;
    this.#current.push(colours);
    if (elapsed < settleMs + watchMs || this.#current.length < MIN_FRAMES) return false;
    this.#seen.push(this.#current);
    this.#current = [];
    this.#stageBegan = null;
    return true;
  }
  /**
   * After the last colour. Judged by the steps from each colour to the next, the first from the light of the room:
   * a head that moves and a cloud that passes change slowly, and hardly show in them.
   */
  decide(): LightDecision {
    const refused = { reflected: false, similarity: 0, gain: 0 };
    if (this.colour !== null) return refused;
    const scenes = [this.#reference, ...this.#seen].map(meanChroma);
    const skin: Chroma[] = [];
    const background: Chroma[] = [];
    const added: { readonly skin: Chroma; readonly background: Chroma }[] = [];
    for (const scene of scenes) {
      if (!scene) return refused;
      skin.push(scene.colour.skin);
      background.push(scene.colour.background);
      added.push(scene.light);
    }
    const expected = steps([ROOM, ...this.step.colours.map((colour) => DIRECTION[colour])]);
    const ofBackground = steps(background);
    const difference = steps(skin).map((step, i) => minus(step, ofBackground[i]!));
    const along = dot(difference, expected);
    const gain = along / dot(expected, expected);
    const similarity = along / Math.sqrt(dot(difference, difference) * dot(expected, expected) || 1);
    const reflected =
      similarity >= LIMITS.minSimilarity &&
      gain >= LIMITS.minGain &&
      comesFromNear(steps(skin), ofBackground, expected) &&
      comesFromNear(
        steps(added.map((light) => light.skin)),
        steps(added.map((light) => light.background)),
        expected,
      );
    return { reflected, similarity, gain };
  }
}

export interface LightDecision {
  readonly reflected: boolean;
  /** −1…1. */
  readonly similarity: number;
  readonly gain: number;
}

function steps(points: readonly Chroma[]): Chroma[] {
  return points.slice(1).map((point, i) => minus(point, points[i]!));
}

function comesFromNear(
  skin: readonly Chroma[],
  background: readonly Chroma[],
  expected: readonly Chroma[],
): boolean {
  return dot(background, expected) <= LIMITS.maxBackgroundPart * dot(skin, expected);
}

interface Scene {
  readonly skin: Chroma;
  readonly background: Chroma;
}

/** @returns null when some frame shows no background, or none is there */
function meanChroma(
  scenes: readonly SceneColours[],
): { readonly colour: Scene; readonly light: Scene } | null {
  const colours: Scene[] = [];
  const lights: Scene[] = [];
  for (const { skin, background } of scenes) {
    if (!background) return null;
    colours.push({ skin: chroma(skin), background: chroma(background) });
    lights.push({ skin: lightOf(skin), background: lightOf(background) });
  }
  return colours.length > 0 ? { colour: meanScene(colours), light: meanScene(lights) } : null;
}

function meanScene(scenes: readonly Scene[]): Scene {
  return {
    skin: mean(scenes.map((scene) => scene.skin)),
    background: mean(scenes.map((scene) => scene.background)),
  };
}

/** Logarithms turn light that is multiplied by a surface's colour into a shift that is the same for every skin. */
function chroma(colour: Colour): Chroma {
  return opposed(colour.map((value) => Math.log(Math.max(value, 1))));
}

/** The amount of coloured light itself, in parts of full white. */
function lightOf(colour: Colour): Chroma {
  return opposed(colour.map((value) => (value / 255) ** GAMMA));
}

function opposed([red = 0, green = 0, blue = 0]: readonly number[]): Chroma {
  return [red - (green + blue) / 2, SIN60 * (green - blue)];
}

function mean(points: readonly Chroma[]): Chroma {
  let [a, b] = [0, 0];
  for (const point of points) {
    a += point[0];
    b += point[1];
  }
  return [a / points.length, b / points.length];
}

function minus(a: Chroma, b: Chroma): Chroma {
  return [a[0] - b[0], a[1] - b[1]];
}

function dot(a: readonly Chroma[], b: readonly Chroma[]): number {
  return a.reduce((sum, [x, y], i) => sum + x * b[i]![0] + y * b[i]![1], 0);
}
