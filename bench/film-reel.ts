import sharp from 'sharp';

import { type Film, filmClip } from '../test/support/faces.js';

export const FILM_RATE = 10;
/** What camera pages ask a camera for; the films are smaller, and smaller frames would make the way too easy. */
const FRAME_SIZE = { width: 640, height: 480 } as const;
const JPEG_QUALITY = 85;

/** A film that runs to and fro without end, as a camera before which somebody sits. */
export class FilmReel {
  private constructor(private readonly frames: readonly Buffer[]) {}

  /** @param from seconds from the film's beginning, where somebody looks into the camera for `seconds` */
  static async load(film: Film, from: number, seconds: number): Promise<FilmReel> {
    const frames: Buffer[] = [];
    for (const frame of await filmClip(film, from, seconds, FILM_RATE)) {
      const camera = sharp(frame).resize({ ...FRAME_SIZE, fit: 'fill' });
      frames.push(await camera.jpeg({ quality: JPEG_QUALITY }).toBuffer());
    }
    return new FilmReel(frames);
  }

  /** @returns what the camera sees after so many milliseconds */
  at(ms: number): Buffer {
    const last = this.frames.length - 1;
    const step = Math.floor((ms * FILM_RATE) / 1000) % (2 * last);
    return this.frames[step <= last ? step : 2 * last - step]!;
  }

  /** Bytes of a frame, on average. */
  get meanBytes(): number {
    return Math.round(this.frames.reduce((sum, { length }) => sum + length, 0) / this.frames.length);
  }
}
