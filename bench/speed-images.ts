import sharp from 'sharp';

import { decodeImage } from '../src/face/decode.js';
import { FaceDetector } from '../src/face/detector.js';
import type { ModelPack } from '../src/face/model-pack.js';
import { OnnxSession } from '../src/face/onnx-session.js';
import type { Box } from '../src/face/rgb-image.js';
import { still } from '../test/support/faces.js';

/** The sizes that cameras of computers and telephones have, and the one a telephone's photograph has. */
export const PICTURE_SIZES = {
  '640×480': { width: 640, height: 480 },
  '1920×1080': { width: 1920, height: 1080 },
  '4000×3000': { width: 4000, height: 3000 },
} as const;
export type PictureSize = keyof typeof PICTURE_SIZES;

/** Pictures of different people and moments that the engine captures in full, of different light and background. */
const STILLS = [
  'franck_01829.jpg',
  'franck_02159.jpg',
  'franck_02221.jpg',
  'audrey.jpg',
  'cage.jpg',
  'bieber_small.jpg',
] as const;

/** Height of the face box in parts of the picture's: somebody who sits before a webcam. */
export const FACE_SHARE = 1 / 3;
/** What browsers give a camera's picture when a page does not ask for another quality. */
export const JPEG_QUALITY = 92;
const LIMITS = { maxBytes: 10_000_000, maxPixels: 25_000_000 };

/** One picture in several sizes; nothing of it is on a disk. */
export interface Subject {
  readonly name: string;
  readonly jpegs: Readonly<Record<PictureSize, Buffer>>;
  /** The face as the detector finds it in the smallest size, in its pixels. */
  readonly face: Box;
}

/**
 * Stills as a camera of each size would have them: enlarged or reduced until the face has its share of the height,
 * cut to the frame, and where the still ends before the frame does, its outermost pixels are repeated.
 */
export async function loadSubjects(pack: ModelPack): Promise<Subject[]> {
  const { input } = pack.detection.entry;
  const shape = [1, 3, input.height, input.width];
  const detector = new FaceDetector(await OnnxSession.load(pack.detection.bytes, shape), input);
  const subjects: Subject[] = [];
  for (const name of STILLS) {
    const original = await still(name);
    const { face, width, height } = await locate(detector, original, name);
    const frame = (size: PictureSize) => frameAround(original, { width, height }, face, size);
    const jpegs = {
      '640×480': await frame('640×480'),
      '1920×1080': await frame('1920×1080'),
      '4000×3000': await frame('4000×3000'),
    };
    subjects.push({ name, jpegs, face: (await locate(detector, jpegs['640×480'], name)).face });
  }
  return subjects;
}

async function locate(detector: FaceDetector, jpeg: Buffer, name: string) {
  const decoded = await decodeImage(jpeg, LIMITS);
  if (decoded.outcome !== 'decoded') throw new Error(`${name} could not be read`);
  const [face] = await detector.detect(decoded.image);
  if (!face) throw new Error(`no face was found in ${name}`);
  return { face: face.box, width: decoded.image.width, height: decoded.image.height };
}

async function frameAround(
  original: Buffer,
  still: { readonly width: number; readonly height: number },
  face: Box,
  size: PictureSize,
): Promise<Buffer> {
  const { width, height } = PICTURE_SIZES[size];
  const scale = (height * FACE_SHARE) / face.height;
  const scaled = { width: Math.round(still.width * scale), height: Math.round(still.height * scale) };
  // The face in the middle, a little above it, as far as the still reaches.
  const left = Math.round(width / 2 - (face.left + face.width / 2) * scale);
  const top = Math.round(height * 0.45 - (face.top + face.height / 2) * scale);
  const right = width - left - scaled.width;
  const bottom = height - top - scaled.height;
  const whole = await sharp(original)
    .resize({ ...scaled, fit: 'fill' })
    .extend({
      left: Math.max(0, left),
      top: Math.max(0, top),
      right: Math.max(0, right),
      bottom: Math.max(0, bottom),
      extendWith: 'copy',
    })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return sharp(whole.data, { raw: whole.info })
    .extract({ left: Math.max(0, -left), top: Math.max(0, -top), width, height })
    .jpeg({ quality: JPEG_QUALITY })
    .toBuffer();
}
