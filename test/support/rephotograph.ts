import sharp from 'sharp';

/** How a picture of a face is held before a second camera. */
export interface Rephotograph {
  /** Height of the screen, bezel included, in heights of the photograph; at 1.15 no bezel is in the photograph. */
  readonly fill: number;
  /** Amplitude of the moiré as a part of the screen's luma; 0 is a screen too fine, or too blurred, to beat. */
  readonly moire: number;
  /** Cycles of the moiré per pixel of the photograph. */
  readonly frequency?: number;
  /** Degrees that the screen is turned by. */
  readonly roll?: number;
  /** Draws the grain of the sensor and the small shifts of the hand. */
  readonly seed?: number;
}

const WIDTH = 640;
const HEIGHT = 480;
/** Of the longer side of the picture; black as telephones have it. */
const BEZEL = { width: 0.05, luma: 18 } as const;
/** A screen is bright, bluish, and its black is not black. */
const SCREEN = { gain: [1.01, 1.1, 1.23], glow: 14 } as const;
const WALL = [120, 112, 100] as const;
/** Pixels that each corner is off, as a screen is that does not stand quite parallel to the sensor. */
const SKEW = [
  [12, 6],
  [-4, -6],
  [8, 4],
  [-6, -8],
] as const;
const GRAIN = 3.5;

type Pair = readonly [number, number];

/**
 * What a webcam sees of a screen that shows `frame`: bezel, perspective, the screen's colours, moiré, grain,
 * JPEG. A simulation: it has what the checks look for, and not all that real screens have.
 *
 * @returns a JPEG of 640×480, the same at every call
 */
export async function rephotograph(frame: Uint8Array, options: Rephotograph): Promise<Buffer> {
  const { data, info } = await sharp(frame).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const { fill, moire, frequency = 0.2, roll = 0, seed = 1 } = options;
  const random = sequence(seed);
  const bezel = Math.round(BEZEL.width * Math.max(info.width, info.height));
  const screen = { width: info.width + 2 * bezel, height: info.height + 2 * bezel };
  const scale = Math.min((HEIGHT * fill) / screen.height, (WIDTH * Math.max(fill, 1)) / screen.width);
  const corners = cornersOf(screen, scale, roll, random);
  const toScreen = projection(corners, screen);
  const angle = 0.35 + 0.9 * random();
  const wave = [frequency * Math.cos(angle), frequency * Math.sin(angle)] as const;

  const photograph = Buffer.alloc(WIDTH * HEIGHT * 3);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const [u, v] = toScreen(x, y);
      const beat =
        1 +
        moire *
          Math.sin(2 * Math.PI * (wave[0] * x + wave[1] * y)) *
          Math.sin(2 * Math.PI * (wave[1] * x - wave[0] * y) + x / 90);
      for (let channel = 0; channel < 3; channel++) {
        let value: number = WALL[channel]!;
        if (u >= 0 && v >= 0 && u < screen.width && v < screen.height) {
          const [px, py] = [u - bezel, v - bezel];
          const lit = px >= 0 && py >= 0 && px < info.width - 1 && py < info.height - 1;
          value = lit
            ? (bilinear(data, info.width, px, py, channel) * SCREEN.gain[channel]! + SCREEN.glow) * beat
            : BEZEL.luma;
        }
        const grain = GRAIN * (random() + random() + random() - 1.5);
        photograph[(y * WIDTH + x) * 3 + channel] = Math.max(0, Math.min(255, Math.round(value + grain)));
      }
    }
  }
  return sharp(photograph, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } })
    .jpeg({ quality: 88 })
    .toBuffer();
}

function cornersOf(
  screen: { width: number; height: number },
  scale: number,
  roll: number,
  random: () => number,
): Pair[] {
  const turn = (roll * Math.PI) / 180;
  const half = [(screen.width * scale) / 2, (screen.height * scale) / 2] as const;
  const signs: Pair[] = [
    [-1, -1],
    [1, -1],
    [1, 1],
    [-1, 1],
  ];
  return signs.map(([sx, sy], i) => {
    const [x, y] = [sx * half[0], sy * half[1]];
    return [
      WIDTH / 2 + x * Math.cos(turn) - y * Math.sin(turn) + SKEW[i]![0] + 4 * (random() - 0.5),
      HEIGHT / 2 + x * Math.sin(turn) + y * Math.cos(turn) + SKEW[i]![1] + 4 * (random() - 0.5),
    ];
  });
}

/** The perspective map from the photograph to the screen that takes `corners` to the corners of the screen. */
function projection(
  corners: readonly Pair[],
  { width, height }: { width: number; height: number },
): (x: number, y: number) => Pair {
  const targets: Pair[] = [
    [0, 0],
    [width, 0],
    [width, height],
    [0, height],
  ];
  // Two equations a corner, in the eight unknowns of the map; the last column is the right side.
  const rows = corners.flatMap(([x, y], i) => {
    const [u, v] = targets[i]!;
    return [
      [x, y, 1, 0, 0, 0, -u * x, -u * y, u],
      [0, 0, 0, x, y, 1, -v * x, -v * y, v],
    ];
  });
  const [a, b, c, d, e, f, g, h] = solve(rows) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return (x, y) => {
    const w = g * x + h * y + 1;
    return [(a * x + b * y + c) / w, (d * x + e * y + f) / w];
  };
}

/** Gauss–Jordan elimination with the largest pivot. @param rows coefficients, then the right side; overwritten */
function solve(rows: number[][]): number[] {
  for (let k = 0; k < rows.length; k++) {
    const pivot = rows.slice(k).reduce((best, row) => (Math.abs(row[k]!) > Math.abs(best[k]!) ? row : best));
    const place = rows.indexOf(pivot);
    [rows[k], rows[place]] = [pivot, rows[k]!];
    const scaled = pivot.map((value) => value / pivot[k]!);
    rows[k] = scaled;
    for (const [i, row] of rows.entries()) {
      if (i !== k) rows[i] = row.map((value, column) => value - row[k]! * scaled[column]!);
    }
  }
  return rows.map((row) => row.at(-1)!);
}

function bilinear(data: Buffer, width: number, x: number, y: number, channel: number): number {
  const [x0, y0] = [Math.floor(x), Math.floor(y)];
  const [fx, fy] = [x - x0, y - y0];
  const at = (px: number, py: number) => data[(py * width + px) * 3 + channel]!;
  return (
    (at(x0, y0) * (1 - fx) + at(x0 + 1, y0) * fx) * (1 - fy) +
    (at(x0, y0 + 1) * (1 - fx) + at(x0 + 1, y0 + 1) * fx) * fy
  );
}

/** The minimal standard generator of Park and Miller, 0…1. */
function sequence(seed: number): () => number {
  let state = seed;
  for (let i = 0; i < 8; i++) state = (state * 48271) % 2147483647;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}
