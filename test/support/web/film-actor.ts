import { setTimeout as sleep } from 'node:timers/promises';

import type { Page } from 'playwright-core';

import type { LightColour, Movement } from '../../../src/face/live/challenge.js';
import type { Box } from '../../../src/face/rgb-image.js';
import type { FilmCamera } from './film-camera.js';
import { type Clip, type Take, clipOf } from './film-clips.js';
import { ScreenLight } from './screen-light.js';
import { watchScreen } from './screen-watch.js';

const ONE_MAN = { film: 'cap13_edit2.mp4' } as const;
const ANOTHER_MAN = { film: 'franck.mp4' } as const;
const ONE_FACE: Box = { left: 0.4, top: 0.37, width: 0.22, height: 0.42 };
const ANOTHER_FACE: Box = { left: 0.37, top: 0.13, width: 0.34, height: 0.73 };

/** One man in one film, cut apart: at rest, and each movement from rest to rest. */
interface Role {
  /** Where his face is at rest, in parts of the picture: the light of the screen falls on it. */
  readonly face: Box;
  readonly rest: Take;
  readonly movements: Partial<Record<Movement, Take>>;
}

/** The first man happens to turn to one side only; the other one is that side in a mirror. */
const TURNS = {
  turn_left: { ...ONE_MAN, from: 19.7, seconds: 1.6 },
  turn_right: { ...ONE_MAN, from: 19.7, seconds: 1.6, mirrored: true },
} as const;

const ROLES = {
  /** One man … */
  one_man: {
    face: ONE_FACE,
    rest: { ...ONE_MAN, from: 13.6, seconds: 1.5 },
    movements: { ...TURNS, open_mouth: { ...ONE_MAN, from: 15, seconds: 2.2 } },
  },
  /** … the same man at another moment: a session of his that came again would be taken for a recording … */
  one_man_later: {
    face: ONE_FACE,
    rest: { ...ONE_MAN, from: 6.3, seconds: 2 },
    movements: { ...TURNS, open_mouth: { ...ONE_MAN, from: 17.4, seconds: 2 } },
  },
  /** … and another man. */
  another_man: {
    face: ANOTHER_FACE,
    rest: { ...ANOTHER_MAN, from: 92, seconds: 5 },
    movements: {
      turn_left: { ...ANOTHER_MAN, from: 44.2, seconds: 1.8 },
      turn_right: { ...ANOTHER_MAN, from: 159.4, seconds: 2 },
      open_mouth: { ...ANOTHER_MAN, from: 163, seconds: 1.64, andBack: true },
    },
  },
} as const satisfies Record<string, Role>;

export type RoleName = keyof typeof ROLES;

/** From what the screen says to the first twitch. */
const REACTION_MS = 250;
/** Somebody who has done what was asked for and is asked still does it again. */
const PATIENCE_MS = 1_500;

type Stage =
  | { readonly kind: 'position' | 'rest' }
  | { readonly kind: 'movement'; readonly movement: Movement }
  | { readonly kind: 'light'; readonly colour: LightColour };

/** Somebody before the camera who sits still, and does what a page asks for. */
export class FilmActor {
  /** What they were asked for so far, e.g. `rest`, `turn_left`, `red`. */
  readonly asked: string[] = [];
  #stages = 0;
  #isLit = false;

  private constructor(
    private readonly camera: FilmCamera,
    private readonly rest: Clip,
    private readonly movements: ReadonlyMap<Movement, Clip>,
    private readonly light: ScreenLight,
  ) {}

  static async cast(name: RoleName, camera: FilmCamera): Promise<FilmActor> {
    const role: Role = ROLES[name];
    const takes = Object.entries(role.movements) as [Movement, Take][];
    const movements = await Promise.all(
      takes.map(async ([movement, take]) => [movement, await clipOf(take)] as const),
    );
    return new FilmActor(camera, await clipOf(role.rest), new Map(movements), new ScreenLight(role.face));
  }

  /** Sits down before the camera and looks into it. */
  sitDown(): void {
    this.camera.sitter = this;
    this.camera.light = this.#isLit ? this.light : null;
    this.camera.play(this.rest, { then: 'repeat' });
  }

  /**
   * Sits in the light of what the page's window shows, and does what its live sessions ask for, over a socket or calls.
   *
   * @param isLit false where the screen is too far away to light anything
   */
  async follow(page: Page, { isLit = true } = {}): Promise<void> {
    if (isLit) {
      this.#isLit = true;
      await watchScreen(page, (colour) => {
        this.light.shine(colour);
        if (this.#isThere) this.camera.light = this.light;
      });
    }
    page.once('close', () => {
      this.#isLit = false;
      this.#stopWaiting();
    });
    page.on('websocket', (socket) => {
      socket.on('framereceived', ({ payload }) => {
        if (typeof payload === 'string') this.#hear([JSON.parse(payload)]);
      });
    });
    page.on('response', (response) => {
      if (!new URL(response.url()).pathname.endsWith('/frames') || !response.ok()) return;
      // The page may be gone before its answer is read.
      response.json().then(
        ({ messages }: { messages: unknown[] }) => {
          this.#hear(messages);
        },
        () => undefined,
      );
    });
  }

  /** Gets up, and hears no more of what is asked for. */
  leave(): void {
    this.#stopWaiting();
    if (this.#isThere) this.camera.blank();
  }

  get #isThere(): boolean {
    return this.camera.sitter === this;
  }

  #hear(messages: readonly unknown[]): void {
    if (!this.#isThere) return;
    for (const message of messages as { type: string; stage: Stage }[]) {
      if (message.type === 'stage') this.#obey(message.stage);
      if (message.type === 'result') this.#stopWaiting();
    }
  }

  #obey(stage: Stage): void {
    this.#stopWaiting();
    if (stage.kind === 'movement') void this.#move(stage.movement);
    this.asked.push(describe(stage));
  }

  /** What was begun is done to its end, whatever is asked for then: films cannot be cut just anywhere. */
  async #move(movement: Movement): Promise<void> {
    const stage = this.#stages;
    const clip = this.movements.get(movement);
    if (!clip) return;
    await sleep(REACTION_MS);
    while (stage === this.#stages && this.#isThere) {
      this.camera.play(clip, { then: this.rest });
      await sleep((clip.frames.length * 1000) / clip.framesPerSecond + PATIENCE_MS);
    }
  }

  #stopWaiting(): void {
    this.#stages++;
  }
}

function describe(stage: Stage): string {
  switch (stage.kind) {
    case 'movement':
      return stage.movement;
    case 'light':
      return stage.colour;
    case 'position':
    case 'rest':
      return stage.kind;
  }
}
