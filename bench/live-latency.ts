import { setTimeout } from 'node:timers/promises';

import { startProgress } from '../src/cli/terminal/progress.js';
import type { FaceEngine } from '../src/face/engine.js';
import { FILM_RATE, type FilmReel } from './film-reel.js';
import type { EnrolledAccount } from './live-accounts.js';
import { type FrameFate, LiveCamera } from './live-camera.js';

/** Of a frame: how long its guidance took, and how long the engine alone. */
export interface GuidedFrame {
  readonly guidanceMs: number;
  readonly engineMs: number;
}

export interface SingleSession {
  readonly frames: readonly GuidedFrame[];
  /** Within the turns of the session. */
  readonly framesPerSecond: number;
}

/** Frames of a turn: about a second, so that little changes on the machine between a turn and its counterpart. */
const TURN_FRAMES = 10;
/** Until the compiler has seen the code of both sides. */
const FORGOTTEN_TURNS = 2;
const PERIOD_MS = 1000 / FILM_RATE;

interface SingleSessionParts {
  readonly url: string;
  readonly account: EnrolledAccount;
  readonly reel: FilmReel;
  /** Blocks this thread for as long as it takes; no frame of the session is under way meanwhile. */
  readonly engine: FaceEngine;
}

/**
 * One session at ten frames a second that has the server for itself, and in turns with it the same frames at an
 * engine of our own: each has a second, first the one, then the other, so that whatever else the machine does
 * meets both alike. Guidance is timed at the client: the way to the server and back is in it.
 */
export async function measureSingleSession(
  parts: SingleSessionParts,
  milliseconds: number,
  signal: AbortSignal,
): Promise<SingleSession> {
  const frames: GuidedFrame[] = [];
  const client = new SingleClient(parts);
  const turns = Math.max(FORGOTTEN_TURNS + 1, Math.round(milliseconds / (2 * TURN_FRAMES * PERIOD_MS)));
  const progress = startProgress('One session and the engine alone, turn', turns, process.stderr);
  try {
    for (let turn = 0; turn < turns; turn++) {
      const images = Array.from({ length: TURN_FRAMES }, (_, i) =>
        parts.reel.at((turn * TURN_FRAMES + i) * PERIOD_MS),
      );
      const before = turn % 2 === 0 ? await observeEach(parts.engine, images, signal) : null;
      const fates = await client.send(images, signal);
      const engineMs = before ?? (await observeEach(parts.engine, images, signal));
      if (turn >= FORGOTTEN_TURNS) frames.push(...paired(fates, engineMs));
      progress.advance();
    }
    await client.stop();
  } finally {
    progress.stop();
  }
  if (frames.length === 0) throw new Error('no frame of the single session was answered');
  return { frames, framesPerSecond: client.framesPerSecond };
}

class SingleClient {
  #camera: LiveCamera | null = null;
  #sent = 0;
  #ms = 0;

  constructor(private readonly parts: SingleSessionParts) {}

  get framesPerSecond(): number {
    return (this.#sent * 1000) / this.#ms;
  }

  /** At the announced rate; frames that come after the end of a session are cut off. */
  async send(images: readonly Buffer[], signal: AbortSignal): Promise<FrameFate[]> {
    if (!this.#camera || this.#camera.ending !== undefined) {
      this.#camera = await LiveCamera.open(this.parts.url, await this.parts.account.ticket());
    }
    const camera = this.#camera;
    const fates: Promise<FrameFate>[] = [];
    const startedAt = performance.now();
    let due = startedAt;
    for (const image of images) {
      await setTimeout(due - performance.now(), undefined, { signal });
      due += 1000 / camera.framesPerSecond;
      if (camera.ending === undefined) this.#sent++;
      fates.push(camera.send(image));
    }
    this.#ms += Math.min(due, camera.endedAt) - startedAt;
    return Promise.all(fates);
  }

  async stop(): Promise<void> {
    await this.#camera?.stop();
  }
}

/** @returns milliseconds each */
async function observeEach(
  engine: FaceEngine,
  images: readonly Buffer[],
  signal: AbortSignal,
): Promise<number[]> {
  const times: number[] = [];
  let due = performance.now();
  for (const image of images) {
    await setTimeout(due - performance.now(), undefined, { signal });
    due += PERIOD_MS;
    const start = performance.now();
    await engine.observe(image, 'verification');
    times.push(performance.now() - start);
  }
  return times;
}

function paired(fates: readonly FrameFate[], engineMs: readonly number[]): GuidedFrame[] {
  return fates.flatMap((fate, i) =>
    fate.kind === 'guidance' ? [{ guidanceMs: fate.ms, engineMs: engineMs[i]! }] : [],
  );
}
