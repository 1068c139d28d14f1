import sharp, { type Sharp } from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';

import { type DecodedImage, decodeImage } from '../../src/face/decode.js';
import { LIMITS } from '../support/engine.js';
import { still } from '../support/faces.js';
import { pngBomb } from '../support/pictures.js';

let franck: Buffer;
beforeAll(async () => {
  franck = await still('franck_02159.jpg');
});

describe('what is accepted', () => {
  it.each([
    ['JPEG', () => sharp(franck).jpeg().toBuffer()],
    ['progressive JPEG', () => sharp(franck).jpeg({ progressive: true }).toBuffer()],
    ['PNG', () => sharp(franck).png().toBuffer()],
    ['WebP', () => sharp(franck).webp().toBuffer()],
    ['16-bit PNG', () => sharp(franck).toColourspace('rgb16').png().toBuffer()],
    ['palette PNG', () => sharp(franck).png({ palette: true }).toBuffer()],
    ['greyscale JPEG', () => sharp(franck).greyscale().jpeg().toBuffer()],
    ['CMYK JPEG', () => sharp(franck).toColourspace('cmyk').jpeg().toBuffer()],
    ['transparent PNG', () => sharp(franck).ensureAlpha(0.5).png().toBuffer()],
  ])('%s becomes 8-bit RGB of its size', async (_, make) => {
    const { image } = await decoded(await make());
    expect(image).toMatchObject({ width: 720, height: 576 });
    expect(image.data).toHaveLength(720 * 576 * 3);
  });

  it('an animation, by its first frame', async () => {
    const [a, b] = [await sharp(franck).resize(200).toBuffer(), await still('audrey.jpg')];
    const second = await sharp(b).resize(200, 160).toBuffer();
    const animation = await sharp([a, second], { join: { animated: true } })
      .webp({ loop: 0 })
      .toBuffer();
    expect((await sharp(animation).metadata()).pages).toBe(2);
    const { image } = await decoded(animation);
    expect(image).toMatchObject({ width: 200, height: 160 });
    expect(meanDifference(image.data, (await decoded(a)).image.data)).toBeLessThan(4);
  });

  it.each([2, 3, 4, 5, 6, 7, 8])('EXIF orientation %i is turned upright', async (orientation) => {
    const upright = await decoded(franck);
    // `rotate` and `flop` undo what the orientation will ask for.
    const undo: Record<number, (picture: Sharp) => Sharp> = {
      2: (p) => p.flop(),
      3: (p) => p.rotate(180),
      4: (p) => p.flip(),
      5: (p) => p.rotate(270).flop(),
      6: (p) => p.rotate(270),
      7: (p) => p.rotate(90).flop(),
      8: (p) => p.rotate(90),
    };
    const stored = await undo[orientation]!(sharp(franck))
      .withMetadata({ orientation })
      .jpeg({ quality: 95 })
      .toBuffer();
    const { image } = await decoded(stored);
    expect(image).toMatchObject({ width: 720, height: 576 });
    expect(meanDifference(image.data, upright.image.data)).toBeLessThan(4);
  });

  it('a large picture, reduced, and it says by how much', async () => {
    const { image, reduction } = await decoded(await sharp(franck).resize(3600).jpeg().toBuffer());
    expect(image.width).toBe(1280);
    expect(reduction).toBeCloseTo(3600 / 1280, 5);
  });
});

describe('what is refused', () => {
  it.each([
    ['GIF', () => sharp(franck).gif().toBuffer(), /GIF/],
    ['TIFF', () => sharp(franck).tiff().toBuffer(), /TIF/],
    ['AVIF', () => sharp(franck).resize(64).avif().toBuffer(), /AVIF/],
    ['HEIC', async () => Buffer.from('00000018667479706865696300000000686569636d696631', 'hex'), /HEIC/],
    [
      'SVG',
      async () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
      /JPEG, PNG or WebP/,
    ],
    ['text', async () => Buffer.from('this is no picture, whatever its name says'), /JPEG, PNG or WebP/],
    ['nothing', async () => Buffer.alloc(0), /JPEG, PNG or WebP/],
    ['a lone JPEG signature', async () => Buffer.from('ffd8ffe0', 'hex'), /damaged/],
    ['a truncated JPEG', async () => franck.subarray(0, franck.length / 2), /damaged/],
    ['a truncated PNG', async () => (await sharp(franck).png().toBuffer()).subarray(0, 50_000), /damaged/],
    ['a truncated WebP', async () => (await sharp(franck).webp().toBuffer()).subarray(0, 5_000), /damaged/],
  ])('%s is an unsupported image', async (_, make, detail) => {
    const outcome = await decodeImage(await make(), LIMITS);
    expect(outcome).toMatchObject({ outcome: 'unsupported_image' });
    expect('detail' in outcome && outcome.detail).toMatch(detail);
  });

  it('a bomb is too large before anything of it is decoded', async () => {
    const before = process.memoryUsage().rss;
    expect(await decodeImage(pngBomb(30_000, 30_000), LIMITS)).toMatchObject({ outcome: 'image_too_large' });
    expect(process.memoryUsage().rss - before).toBeLessThan(200e6);
  });

  it.each([
    [12_000_000, 2],
    [1, 24_000_000],
    [16_385, 100],
  ])(
    'a picture of %i × %i pixels is too large: rows and columns cost more than their pixels',
    async (width, height) => {
      expect(await decodeImage(pngBomb(width, height), LIMITS)).toMatchObject({ outcome: 'image_too_large' });
    },
  );

  it('a file beyond the byte cap is too large', async () => {
    const outcome = await decodeImage(franck, { ...LIMITS, maxBytes: 10_000 });
    expect(outcome).toMatchObject({ outcome: 'image_too_large' });
  });
});

async function decoded(bytes: Uint8Array): Promise<DecodedImage> {
  const outcome = await decodeImage(bytes, LIMITS);
  if (outcome.outcome !== 'decoded') throw new Error(`not decoded: ${JSON.stringify(outcome)}`);
  return outcome;
}

function meanDifference(a: Uint8Array, b: Uint8Array): number {
  return a.reduce((sum, value, i) => sum + Math.abs(value - b[i]!), 0) / a.length;
}
