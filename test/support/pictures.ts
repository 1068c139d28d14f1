import { deflateSync } from 'node:zlib';

import sharp from 'sharp';

/** A picture without anybody in it: sky over hills, with grain like a camera's. */
export function landscape(): Promise<Buffer> {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="960" height="640">
    <defs><linearGradient id="s" x2="0" y2="1"><stop offset="0" stop-color="#4a90d9"/><stop offset="1" stop-color="#dfeefb"/></linearGradient></defs>
    <rect width="960" height="640" fill="url(#s)"/>
    <path d="M0 420 Q180 300 360 400 T720 380 T960 410 V640 H0Z" fill="#4f7a4a"/>
    <path d="M0 500 Q240 430 480 500 T960 490 V640 H0Z" fill="#38602f"/>
    <circle cx="780" cy="110" r="42" fill="#ffe9a8"/></svg>`;
  const noise = {
    width: 960,
    height: 640,
    channels: 3,
    noise: { type: 'gaussian', mean: 128, sigma: 18 },
  } as const;
  return sharp({ create: { ...noise, background: '#000' } })
    .png()
    .toBuffer()
    .then((grain) =>
      sharp(Buffer.from(svg))
        .composite([{ input: grain, blend: 'soft-light' }])
        .jpeg({ quality: 90 })
        .toBuffer(),
    );
}

/** A PNG whose header promises so many pixels behind a few bytes of data. */
export function pngBomb(width: number, height: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc(1 << 16))),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** CRC-32 as PNG wants it (RFC 2083, annex 15); `zlib.crc32` needs a newer Node. */
function crc32(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
