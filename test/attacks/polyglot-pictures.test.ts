import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ApiClient } from '../support/api-client.js';
import { still } from '../support/faces.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

let server: RunningServer;
let api: ApiClient;
let face: Buffer;
let token: string;
beforeAll(async () => {
  server = await startServer();
  api = await ApiClient.for(server);
  face = await still('franck_02159.jpg');
  ({ token } = await api.signUp());
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

const upload = (picture: Uint8Array) => api.upload('/user/image/image-embedding', token, picture);

const ZIP = Buffer.from('504b0304140000000000', 'hex');
const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" onload="fetch(\'http://127.0.0.1:9/\')"><script>alert(1)</script><image href="file:///etc/passwd" width="9" height="9"/></svg>';

// The attacker wants: a file that is one thing to the check and another one to a decoder, a browser or a shell.
describe('a file that is not, or not only, a picture', () => {
  it.each<[string, () => Buffer]>([
    ['an SVG with scripts', () => Buffer.from(SVG)],
    [
      'an SVG behind an XML declaration and entities',
      () => Buffer.from(`<?xml version="1.0"?><!DOCTYPE s [<!ENTITY a SYSTEM "file:///etc/passwd">]>${SVG}`),
    ],
    ['a ZIP that begins like a PNG', () => Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), ZIP])],
    ['a ZIP', () => Buffer.concat([ZIP, Buffer.alloc(500)])],
    ['a PDF that is followed by a picture', () => Buffer.concat([Buffer.from('%PDF-1.7\n'), face])],
    [
      'HTML that is followed by a picture',
      () => Buffer.concat([Buffer.from('<html><script>1</script>'), face]),
    ],
    ['a shell script', () => Buffer.from('#!/bin/sh\nid\n')],
    [
      'a GIF',
      () => Buffer.from('474946383961010001008000000000000000002c00000000010001000002024401003b', 'hex'),
    ],
    ['an empty file of a JPEG', () => Buffer.from('ffd8ffd9', 'hex')],
    [
      'ImageMagick’s own language',
      () =>
        Buffer.from(
          'push graphic-context\nviewbox 0 0 9 9\nfill url(https://127.0.0.1/)\npop graphic-context',
        ),
    ],
  ])('%s is refused', async (_, make) => {
    const { status, body } = await upload(make());
    expect({ status, code: body.code }).toEqual({ status: 415, code: 'unsupported_image' });
  });

  it('what hangs behind a picture, or in its metadata, ends in the decoder', async () => {
    const marker = '<?php system($_GET[0]); ?><script>marker()</script>';
    const withTrailer = Buffer.concat([face, ZIP, Buffer.from(marker)]);
    const withMetadata = await sharp(face)
      .withExif({ IFD0: { ImageDescription: marker } })
      .jpeg()
      .toBuffer();
    for (const picture of [withTrailer, withMetadata]) {
      const { status, body } = await upload(picture);
      expect(status).toBe(200);
      expect(JSON.stringify(body)).not.toContain('marker');
    }
    expect(server.output.stderr).not.toContain('marker');
  });
});
