import { closeSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';

import { type Clip, PICTURE, clipOfPicture, emptyClip } from './film-clips.js';
import type { ScreenLight } from './screen-light.js';

/** How often Chromium takes a picture from the file, and how often it may change. */
const FRAMES_PER_SECOND = 25;
const HEADER = Buffer.from(
  `YUV4MPEG2 W${PICTURE.width} H${PICTURE.height} F${FRAMES_PER_SECOND}:1 Ip A1:1 C420jpeg\nFRAME\n`,
);

type Ending = 'hold' | 'repeat' | Clip;

/**
 * A camera that shows what the test wants, while it runs. Chromium reads its fake camera from a file, frame after frame,
 * and begins anew at the end; this file has one frame, which is overwritten in place.
 */
export class FilmCamera {
  readonly #descriptor: number;
  readonly #timer: NodeJS.Timeout;
  #clip: Clip = emptyClip();
  #ending: Ending = 'hold';
  #began = 0;
  #shown: Uint8Array | undefined;
  #light: ScreenLight | null = null;
  /** Who is before the camera: whoever sat down last. Nobody else moves in its pictures. */
  sitter: object | null = null;

  /** @param file for `--use-file-for-fake-video-capture` */
  private constructor(readonly file: string) {
    this.#descriptor = openSync(file, 'w');
    writeSync(this.#descriptor, HEADER);
    this.#expose();
    this.#timer = setInterval(() => {
      this.#expose();
    }, 1000 / FRAMES_PER_SECOND);
  }

  static create(directory: string): FilmCamera {
    return new FilmCamera(path.join(directory, 'camera.y4m'));
  }

  /**
   * Shows a clip from its beginning.
   *
   * @param then what comes after it: its last picture stays, it goes to and fro, or another clip does
   */
  play(clip: Clip, { then = 'hold' }: { then?: Ending } = {}): void {
    this.#clip = clip;
    this.#ending = then;
    this.#began = performance.now();
    this.#expose();
  }

  /** Shows one picture, which does not move, in the place of whoever sat there. */
  async show(picture: Uint8Array, fit?: 'cover' | 'contain'): Promise<void> {
    this.sitter = null;
    this.light = null;
    this.play(await clipOfPicture(picture, fit));
  }

  /** Shows nobody. */
  blank(): void {
    this.sitter = null;
    this.light = null;
    this.play(emptyClip());
  }

  /** In what light whatever is shown is shown from now on; null for that of the film. Call it again when it changes. */
  set light(light: ScreenLight | null) {
    this.#light = light;
    this.#shown = undefined;
    this.#expose();
  }

  close(): void {
    clearInterval(this.#timer);
    closeSync(this.#descriptor);
  }

  #expose(): void {
    const frame = this.#frameAt(performance.now());
    if (frame === this.#shown) return;
    this.#shown = frame;
    const seen = this.#light?.on(frame) ?? frame;
    writeSync(this.#descriptor, seen, 0, seen.length, HEADER.length);
  }

  #frameAt(now: number): Uint8Array {
    const { frames, framesPerSecond } = this.#clip;
    const index = Math.floor(((now - this.#began) * framesPerSecond) / 1000);
    if (index < frames.length || this.#ending === 'hold') return frames[Math.min(index, frames.length - 1)]!;
    if (this.#ending === 'repeat') return frames[toAndFro(index, frames.length)]!;
    this.#began += (frames.length * 1000) / framesPerSecond;
    this.#clip = this.#ending;
    this.#ending = 'repeat';
    return this.#frameAt(now);
  }
}

/** 0 1 2 3 2 1 0 1 …: a film that does not jump where it begins anew. */
function toAndFro(index: number, length: number): number {
  const period = Math.max(1, 2 * (length - 1));
  const at = index % period;
  return at < length ? at : period - at;
}
