import { KERNELS } from './kernels.generated.js';
import { type TensorSpec, perChannel, placesOfRow } from './tensor-spec.js';

/** What `kernels/` exports and describes. */
interface Kernels {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  sampleColours(
    picture: number,
    stride: number,
    rows: number,
    height: number,
    mostRows: number,
    columns: number,
    width: number,
    mostColumns: number,
    levels: number,
    row: number,
    out: number,
  ): void;
  sampleGrey(
    picture: number,
    stride: number,
    rows: number,
    height: number,
    mostRows: number,
    columns: number,
    width: number,
    mostColumns: number,
    mean: number,
    scale: number,
    row: number,
    out: number,
  ): void;
  sampleTurned(
    picture: number,
    pictureWidth: number,
    pictureHeight: number,
    map: number,
    nx: number,
    ny: number,
    reflect: boolean,
    levels: number,
    width: number,
    height: number,
    out: number,
  ): void;
  powerSpectrum(
    luma: number,
    side: number,
    mean: number,
    window: number,
    cos: number,
    sin: number,
    work: number,
    power: number,
  ): void;
  boxSums(bins: number, side: number, reach: number, row: number, sums: number): void;
  luma(rgb: number, pixels: number, red: number, green: number, blue: number, out: number): void;
}

/** Of the standard's, what the types of Node.js 20 lack. */
declare const WebAssembly: {
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
};

const PAGE = 65_536;
/** Addresses of blocks are multiples of this, and behind each of them is room for what the kernels touch beyond it. */
const ALIGNMENT = 16;
const ROOM = 64;

export const kernels = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(KERNELS, 'base64')), {})
  .exports as Kernels;

/** How much of the memory has been written to since it was last cleared. */
let used = 0;

/**
 * Room for one call of a kernel: whoever calls next has the same.
 *
 * @param sizes of blocks in bytes @returns their addresses, and the memory as numbers of each kind
 */
export function kernelMemory<Block extends string>(sizes: Record<Block, number>) {
  let end = 0;
  const at = {} as Record<Block, number>;
  for (const block of Object.keys(sizes) as Block[]) {
    at[block] = end;
    end = ALIGNMENT * Math.ceil((end + sizes[block] + ROOM) / ALIGNMENT);
  }
  used = Math.max(used, end);
  const missing = end - kernels.memory.buffer.byteLength;
  if (missing > 0) kernels.memory.grow(Math.ceil(missing / PAGE));
  const { buffer } = kernels.memory;
  return {
    at,
    bytes: new Uint8Array(buffer),
    integers: new Int32Array(buffer),
    floats: new Float32Array(buffer),
    doubles: new Float64Array(buffer),
  };
}

/** A stretch along one axis of a picture. */
export interface Stretch {
  readonly least: number;
  /** How many elements, from `least` on. */
  readonly reach: number;
}

/**
 * Copies a part of a picture, row by row and without gaps.
 *
 * @param stride of `data`, in elements @param at where to, in elements
 */
export function copyPart<T extends Uint8Array | Float32Array>(
  data: T,
  stride: number,
  rows: Stretch,
  columns: Stretch,
  to: T,
  at: number,
): void {
  const start = rows.least * stride + columns.least;
  if (columns.reach === stride) {
    to.set(data.subarray(start, start + rows.reach * stride), at);
    return;
  }
  for (let y = 0; y < rows.reach; y++) {
    const from = start + y * stride;
    to.set(data.subarray(from, from + columns.reach), at + y * columns.reach);
  }
}

/** Bytes of what `putLevels` puts. */
export const LEVELS_SIZE = 32;

export function putLevels({ mean, scale }: TensorSpec, floats: Float32Array, address: number): void {
  floats.set([...perChannel(mean), 0, ...perChannel(scale), 1], address / 4);
}

/** Copies the planes of red, green and blue to where a model wants them. */
export function takePlanes(floats: Float32Array, address: number, spec: TensorSpec, out: Float32Array): void {
  const plane = spec.width * spec.height;
  const { red, green, blue } = placesOfRow(spec, 0);
  for (const [channel, to] of [red, green, blue].entries()) {
    const from = address / 4 + channel * plane;
    out.set(floats.subarray(from, from + plane), to);
  }
}

/** What was sampled must not lie in memory until the next picture comes. */
export function clearKernelMemory(): void {
  new Uint8Array(kernels.memory.buffer, 0, used).fill(0);
  used = 0;
}
