import { fileTypeFromBuffer } from 'file-type';
import sharp from 'sharp';

import type { RgbImage } from './rgb-image.js';

export interface ImageLimits {
  /** Largest accepted file, in bytes. */
  readonly maxBytes: number;
  /** Largest accepted picture, width × height, checked against the header before anything is decoded. */
  readonly maxPixels: number;
}

/** Why an upload is not a usable picture; `detail` is a sentence for the person who sent it. */
export interface DecodeFailure {
  readonly outcome: 'unsupported_image' | 'image_too_large';
  readonly detail: string;
}

export interface DecodedImage {
  readonly outcome: 'decoded';
  readonly image: RgbImage;
  /** Pixels of the upright original per pixel of `image`, ≥ 1. */
  readonly reduction: number;
}

const ACCEPTED = new Set(['image/jpeg', 'image/png', 'image/webp']);

/** However few its pixels: the decoder's working memory grows with the length of a row, not with the picture. */
const MAX_SIDE = 16_384;

/** Faces are looked for and read in a picture no longer than this; a larger one is reduced while it is decoded. */
const WORKING_SIDE = 1280;

const DAMAGED = 'The picture is damaged or incomplete. Save or take it again and send the whole file.';

// One thread a picture: the pool above decides how many pictures are decoded side by side.
sharp.concurrency(1);
// libvips would keep recently decoded pictures in memory.
sharp.cache(false);

/**
 * Decodes JPEG, PNG or WebP, recognised by content and never by the declared type, to upright 8-bit sRGB.
 * CMYK, 16-bit and greyscale pictures are converted, transparency is laid on mid-grey, of an animation the
 * first frame is taken. Metadata ends here.
 */
export async function decodeImage(
  bytes: Uint8Array,
  limits: ImageLimits,
): Promise<DecodedImage | DecodeFailure> {
  const accepted = await acceptFile(bytes, limits);
  if (accepted.outcome !== 'accepted') return accepted;

  // What breaks off is refused: a half-grey face would only be rejected later, with a misleading reason.
  const source = sharp(bytes, { limitInputPixels: false, failOn: 'truncated', pages: 1 });
  try {
    const header = await source.metadata();
    const { width, height } = header.autoOrient;
    const refusal = refuseSize(width, height, limits);
    if (refusal) return refusal;
    const { data, info } = await source
      .autoOrient()
      .resize(WORKING_SIDE, WORKING_SIDE, { fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#808080' })
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return {
      outcome: 'decoded',
      image: { width: info.width, height: info.height, data },
      reduction: Math.max(1, width / info.width),
    };
  } catch {
    // libvips words its errors for programmers, and they may quote the content.
    return unsupported(DAMAGED);
  }
}

/** A file that would be decoded, as far as its header tells. */
interface AcceptedFile {
  readonly outcome: 'accepted';
  readonly mediaType: string;
}

/** All that is checked before a picture is decoded, for pictures that somebody else decodes. */
export async function inspectImage(
  bytes: Uint8Array,
  limits: ImageLimits,
): Promise<AcceptedFile | DecodeFailure> {
  const accepted = await acceptFile(bytes, limits);
  if (accepted.outcome !== 'accepted') return accepted;
  try {
    const { width, height } = await sharp(bytes, { limitInputPixels: false, pages: 1 }).metadata();
    return refuseSize(width, height, limits) ?? accepted;
  } catch {
    return unsupported(DAMAGED);
  }
}

async function acceptFile(bytes: Uint8Array, limits: ImageLimits): Promise<AcceptedFile | DecodeFailure> {
  if (bytes.byteLength > limits.maxBytes) {
    return tooLargeFile(limits.maxBytes);
  }
  // The type is checked here so that no other decoder of libvips (SVG, PDF, TIFF …) ever sees foreign bytes.
  const type = await fileTypeFromBuffer(bytes);
  const mime = type?.mime === 'image/apng' ? 'image/png' : type?.mime;
  if (mime === undefined || !ACCEPTED.has(mime)) {
    const what = type
      ? `This is a ${type.ext.toUpperCase()} file`
      : 'This file is not a picture that we know';
    return unsupported(`${what}. Send a JPEG, PNG or WebP picture.`);
  }
  return { outcome: 'accepted', mediaType: mime };
}

function refuseSize(width: number, height: number, limits: ImageLimits): DecodeFailure | null {
  if (width * height > limits.maxPixels) {
    return tooLarge(
      `The picture has ${width} × ${height} pixels; at most ${Math.floor(limits.maxPixels / 1e6)} megapixels are accepted.`,
    );
  }
  if (Math.max(width, height) > MAX_SIDE) {
    return tooLarge(`The picture has ${width} × ${height} pixels; at most ${MAX_SIDE} a side are accepted.`);
  }
  return null;
}

function unsupported(detail: string): DecodeFailure {
  return { outcome: 'unsupported_image', detail };
}

/** For files that nobody has read to the end. */
export function tooLargeFile(maxBytes: number): DecodeFailure {
  return tooLarge(`The file is larger than ${megabytes(maxBytes)}. Send a smaller picture.`);
}

function tooLarge(detail: string): DecodeFailure {
  return { outcome: 'image_too_large', detail };
}

function megabytes(bytes: number): string {
  return `${Math.floor(bytes / 1e5) / 10} MB`;
}
