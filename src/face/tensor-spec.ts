import type { Box } from './rgb-image.js';

/**
 * Where an output pixel lies in the source picture: x' = a·x + b·y + tx, y' = c·x + d·y + ty,
 * both in pixel coordinates (pixel centres at whole numbers).
 */
export interface AffineMap {
  readonly a: number;
  readonly b: number;
  readonly tx: number;
  readonly c: number;
  readonly d: number;
  readonly ty: number;
}

/** A map that does not turn. */
export interface UprightMap extends AffineMap {
  readonly b: 0;
  readonly c: 0;
}

/** How a model wants its input: size in pixels, channel order, and value = (sample − mean) / scale. */
export interface TensorSpec {
  readonly width: number;
  readonly height: number;
  readonly channels: 'rgb' | 'bgr' | 'grey';
  /** One for all channels, or one each for red, green and blue; a grey input takes one. */
  readonly mean: PerChannel;
  readonly scale: PerChannel;
}

/** The same of what is made of luma. */
export interface GreySpec {
  readonly width: number;
  readonly height: number;
  readonly mean: number;
  readonly scale: number;
}

type PerChannel = number | readonly [red: number, green: number, blue: number];

/** What stands outside of the picture: its edge pixel, again and again, or its mirror image. */
export type Border = 'repeat' | 'reflect';

/** How densely the source is sampled, for each output pixel: `nx` samples along a row, `ny` along a column. */
export interface Sampling {
  readonly border: Border;
  readonly nx: number;
  readonly ny: number;
}

/** More samples an axis cost more than they show. */
const MAX_SAMPLES_PER_AXIS = 4;

/** Several samples an axis are averaged where the source is reduced, so that fine detail does not alias. */
export function samplesFor(step: number): number {
  return Math.max(1, Math.min(MAX_SAMPLES_PER_AXIS, Math.round(step)));
}

/** The map that stretches `box` over an output of `width` × `height` pixels. */
export function boxToOutput(box: Box, width: number, height: number): UprightMap {
  const a = box.width / width;
  const d = box.height / height;
  return { a, b: 0, tx: box.left + a / 2 - 0.5, c: 0, d, ty: box.top + d / 2 - 0.5 };
}

/** Where a row of each channel begins in the tensor. */
export function placesOfRow({ width, height, channels }: TensorSpec, row: number) {
  const plane = width * height;
  const start = row * width;
  const [first, last] = [start, start + 2 * plane];
  const [red, blue] = channels === 'bgr' ? [last, first] : [first, last];
  return { red, green: start + plane, blue };
}

/** ITU-R BT.601, as the landmark model was trained on. */
export const LUMA = { red: 0.299, green: 0.587, blue: 0.114 } as const;

export function lumaOf(red: number, green: number, blue: number): number {
  return LUMA.red * red + LUMA.green * green + LUMA.blue * blue;
}

export function perChannel(value: PerChannel): readonly [number, number, number] {
  return typeof value === 'number' ? [value, value, value] : value;
}

/** The place in 0…size − 1 whose mirror image lies at `at`: … 1 0 | 0 1 2 … */
export function reflected(at: number, size: number): number {
  const period = 2 * size;
  const phase = (((at + 0.5) % period) + period) % period;
  return (phase < size ? phase : period - phase) - 0.5;
}
