import sharp, { type Sharp } from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { CapturePurpose } from '../../src/face/capture.js';
import { FaceEngine } from '../../src/face/engine.js';
import { ENGINE_OPTIONS, shippedModels } from '../support/engine.js';
import { filmFrame, still } from '../support/faces.js';
import { removeTemporaryDirectories } from '../support/server.js';

let engine: FaceEngine;
let franck: Buffer;
beforeAll(async () => {
  engine = await FaceEngine.load(await shippedModels(), ENGINE_OPTIONS);
  franck = await still('franck_02159.jpg');
});

afterAll(removeTemporaryDirectories);

/** The face of the still: 243 × 370 pixels at (287, 124) of 720 × 576. */
const reasonsFor = async (picture: Sharp, purpose: CapturePurpose) => {
  const outcome = await engine.capture(await picture.png().toBuffer(), purpose);
  return outcome.outcome === 'poor_quality' ? outcome.reasons : outcome.outcome;
};

describe.each(['enrolment', 'verification'] as const)('for an %s', (purpose) => {
  it.each([
    ['face_too_small', () => sharp(franck).resize(100)],
    ['too_dark', () => sharp(franck).linear(0.12, 0)],
    ['too_bright', () => sharp(franck).linear(0.3, 205)],
    ['blurred', () => sharp(franck).blur(14)],
    ['cut_off', () => sharp(franck).extract({ left: 380, top: 0, width: 340, height: 576 })],
    ['cut_off', () => sharp(franck).extract({ left: 0, top: 0, width: 720, height: 400 })],
  ])('says %s', async (reason, make) => {
    expect(await reasonsFor(make(), purpose)).toContain(reason);
  });

  it('accepts the still as it is', async () => {
    expect(await reasonsFor(sharp(franck), purpose)).toBe('captured');
  });
});

it('asks more of an enrolment than of a verification', async () => {
  const soft = () => sharp(franck).blur(6.5);
  expect(await reasonsFor(soft(), 'verification')).toBe('captured');
  expect(await reasonsFor(soft(), 'enrolment')).toEqual(['blurred']);
});

it('wants an enrolment to look into the camera, and knows somebody who turns at the next sign-in', async () => {
  const turned = sharp(await filmFrame('franck.mp4', 45.25));
  expect(await reasonsFor(turned, 'enrolment')).toEqual(['turned_away']);
  expect(await reasonsFor(turned, 'verification')).toBe('captured');
});

it('ignores a small face in the background, not one beside', async () => {
  const guest = await sharp(await still('audrey.jpg'))
    .extract({ left: 120, top: 110, width: 330, height: 420 })
    .toBuffer();
  const withGuest = async (height: number) =>
    sharp(franck).composite([{ input: await sharp(guest).resize({ height }).toBuffer(), left: 10, top: 10 }]);
  expect(await reasonsFor(await withGuest(130), 'verification')).toBe('captured');
  expect(await reasonsFor(await withGuest(330), 'verification')).toBe('multiple_faces');
});

it('gives a better picture a better score', async () => {
  const score = async (picture: Sharp) => {
    const outcome = await engine.capture(await picture.png().toBuffer(), 'verification');
    return outcome.outcome === 'captured' ? outcome.qualityScore : 0;
  };
  expect(await score(sharp(franck))).toBeGreaterThan(await score(sharp(franck).linear(0.25, 0)));
});
