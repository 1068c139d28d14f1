import { describe, expect, it } from 'vitest';

import { moireProminence } from './moire.js';
import type { LumaImage } from './luma-image.js';

const box = (side: number) => ({ left: 200 - side / 2, top: 200 - side / 2, width: side, height: side });

/** A grey picture of 400×400 with grain of ±`grain`, the same at every call. */
function picture(luma: (x: number, y: number) => number, grain = 4, side = 400): LumaImage {
  let seed = 1;
  const random = () => (seed = (seed * 48271) % 2147483647) / 2147483647 - 0.5;
  const data = new Float32Array(side * side);
  for (let i = 0; i < side * side; i++) {
    const value = luma(i % side, Math.floor(i / side)) + 2 * grain * random();
    data[i] = Math.max(0, Math.min(255, Math.round(value)));
  }
  return { width: side, height: side, data };
}

/** A face is a bright blob as far as a spectrum can tell. */
const blob = (x: number, y: number) => 60 + 120 * Math.exp(-((x - 200) ** 2 + (y - 200) ** 2) / 8000);
/** An edge as lenses draw it, within two pixels; from 0 to 1. */
const soft = (distance: number) => 1 / (1 + Math.exp(-2 * distance));
/** @param frequencies cycles per pixel */
const waves = (horizontal: number, vertical: number, amplitude: number) => (x: number, y: number) =>
  blob(x, y) * (1 + amplitude * Math.sin(2 * Math.PI * (horizontal * x + vertical * y)));

describe('moireProminence', () => {
  it.each([
    ['a smooth face', picture(blob, 0)],
    ['a face with grain', picture(blob, 12)],
    ['upright and level stripes', picture((x, y) => blob(x, y) + 20 * Math.sin(x) + 20 * Math.sin(y))],
    ['the blocks of hard compression', picture((x, y) => blob(x - (x % 8), y - (y % 8)))],
    ['a strap that runs across', picture((x, y) => 60 + 120 * soft(x + 0.6 * y - 320))],
    ['a hem that is nearly upright', picture((x, y) => 60 + 40 * soft(x + 0.2 * y - 240))],
  ])('finds none in %s', (_, image) => {
    expect(moireProminence(image, box(150))).toBeLessThan(10);
  });

  it.each([
    ['fine', 0.31, 0.12],
    ['of middling width', -0.14, 0.13],
    ['nearly upright', 0.05, 0.3],
  ])('finds moiré that is %s', (_, horizontal, vertical) => {
    expect(moireProminence(picture(waves(horizontal, vertical, 0.04)), box(150))).toBeGreaterThan(15);
    expect(moireProminence(picture(waves(horizontal, vertical, 0)), box(150))).toBeLessThan(10);
  });

  it('finds coarse moiré on a face that fills the picture, where half the size shows it', () => {
    // 5.6 cycles in 128 pixels are too near to the face's own frequencies, 11.3 in 256 are not.
    const coarse = picture(waves(0.03, -0.032, 0.1));
    expect(moireProminence(coarse, box(150))).toBeLessThan(12);
    expect(moireProminence(coarse, box(250))).toBeGreaterThan(15);
  });

  it('grows with the moiré', () => {
    const prominences = [0.01, 0.03, 0.09].map((amplitude) =>
      moireProminence(picture(waves(0.2, 0.11, amplitude)), box(150)),
    );
    expect(prominences).toEqual(prominences.toSorted((a, b) => a! - b!));
  });

  it('looks at whole pixels inside of the picture when the face is at its corner', () => {
    const corner = { left: -40, top: 300, width: 150, height: 150 };
    expect(moireProminence(picture(waves(0.2, 0.11, 0.3)), corner)).toBeGreaterThan(12);
  });

  it('has no opinion on a small face, nor on a small picture', () => {
    expect(moireProminence(picture(blob), box(89))).toBeNull();
    expect(moireProminence(picture(blob, 4, 127), { left: 0, top: 0, width: 127, height: 127 })).toBeNull();
  });
});
