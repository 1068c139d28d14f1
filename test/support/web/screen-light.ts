import type { Box } from '../../../src/face/rgb-image.js';
import type { Reflection } from '../coloured-light.js';
import { PICTURE } from './film-clips.js';

export type Rgb = readonly [number, number, number];

const GAMMA = 2.2;
const { width: WIDTH, height: HEIGHT } = PICTURE;
/** Chroma has half the picture's resolution; what the light does is worked out for each of its samples. */
const [COLUMNS, ROWS] = [WIDTH / 2, HEIGHT / 2];
const LUMA_BYTES = WIDTH * HEIGHT;
const CHROMA_BYTES = COLUMNS * ROWS;

/** A large screen at arm's length, in a room whose walls are far. */
const SCREEN_IN_A_ROOM: Reflection = { near: 0.3, far: 0.01 };

/**
 * What the light of a screen does to the pictures of a camera. The physics are those of `inColouredLight`, for which a
 * surface throws back the colour it has under white light, more of it where it is near; here at the speed of a camera.
 */
export class ScreenLight {
  readonly #nearness: Uint8Array;
  /** By how much red, green and blue grow, for each nearness. */
  #gains: readonly [Float32Array, Float32Array, Float32Array];

  constructor(
    face: Box,
    private readonly reflection: Reflection = SCREEN_IN_A_ROOM,
  ) {
    this.#nearness = nearnessTo(face);
    this.#gains = this.#gainsOf([0, 0, 0]);
  }

  /** @param colour of the screen, sRGB, 0…255 */
  shine(colour: Rgb): void {
    this.#gains = this.#gainsOf(colour);
  }

  /** @param frame I420 of limited range, BT.601 @returns the same frame in this light */
  on(frame: Uint8Array): Uint8Array {
    const lit = new Uint8ClampedArray(frame);
    const [reds, greens, blues] = this.#gains;
    for (let i = 0; i < CHROMA_BYTES; i++) {
      const nearness = this.#nearness[i]!;
      const [ofRed, ofGreen, ofBlue] = [reds[nearness]!, greens[nearness]!, blues[nearness]!];
      const u = frame[LUMA_BYTES + i]! - 128;
      const v = frame[LUMA_BYTES + CHROMA_BYTES + i]! - 128;
      const first = Math.floor(i / COLUMNS) * 2 * WIDTH + (i % COLUMNS) * 2;
      const lumaGain = 1.164 * (0.257 * ofRed + 0.504 * ofGreen + 0.098 * ofBlue);
      const lumaOfChroma =
        0.257 * ofRed * 1.596 * v - 0.504 * ofGreen * (0.391 * u + 0.813 * v) + 0.098 * ofBlue * 2.018 * u;
      let sum = 0;
      for (const at of [first, first + 1, first + WIDTH, first + WIDTH + 1]) {
        const luma = frame[at]! - 16;
        sum += luma;
        lit[at] = frame[at]! + lumaGain * luma + lumaOfChroma;
      }
      const grey = (1.164 * sum) / 4;
      const red = ofRed * (grey + 1.596 * v);
      const green = ofGreen * (grey - 0.391 * u - 0.813 * v);
      const blue = ofBlue * (grey + 2.018 * u);
      lit[LUMA_BYTES + i] = 128 + u - 0.148 * red - 0.291 * green + 0.439 * blue;
      lit[LUMA_BYTES + CHROMA_BYTES + i] = 128 + v + 0.439 * red - 0.368 * green - 0.071 * blue;
    }
    return new Uint8Array(lit.buffer);
  }

  #gainsOf([red, green, blue]: Rgb): [Float32Array, Float32Array, Float32Array] {
    const { near, far } = this.reflection;
    const gains = (sample: number) => {
      const light = (sample / 255) ** GAMMA;
      return Float32Array.from(
        { length: 256 },
        (_, nearness) => (1 + (far + ((near - far) * nearness) / 255) * light) ** (1 / GAMMA) - 1,
      );
    };
    return [gains(red), gains(green), gains(blue)];
  }
}

/** 255 on the face and nearly so on the shoulders, 0 on what is behind. */
function nearnessTo(face: Box): Uint8Array {
  const centre = { x: face.left + face.width / 2, y: face.top + face.height / 2 };
  const reach = { x: face.width * 0.75, y: face.height * 0.75 };
  return Uint8Array.from({ length: CHROMA_BYTES }, (_, i) => {
    const [x, y] = [(i % COLUMNS) / COLUMNS, Math.floor(i / COLUMNS) / ROWS];
    const distance = Math.hypot((x - centre.x) / reach.x, (y - centre.y) / reach.y);
    const shoulders = y > face.top + face.height && Math.abs(x - centre.x) < reach.x * 2.2;
    return Math.round(255 * Math.max(1 / (1 + Math.exp((distance - 1) * 12)), shoulders ? 0.8 : 0));
  });
}
