import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { CaptureOutcome } from '../../src/face/capture.js';
import { FaceEngine } from '../../src/face/engine.js';
import { type PresentationScores, judgePresentation } from '../../src/face/presentation-attack.js';
import { ENGINE_OPTIONS, shippedModels } from '../support/engine.js';
import { FRANCK_STILLS, filmFrames, still } from '../support/faces.js';
import { landscape } from '../support/pictures.js';
import { type Rephotograph, rephotograph } from '../support/rephotograph.js';
import { removeTemporaryDirectories } from '../support/server.js';

let engine: FaceEngine;
/** Frames of two men before a camera. */
let films: { readonly name: string; readonly frames: readonly Buffer[] }[];

beforeAll(async () => {
  engine = await FaceEngine.load(await shippedModels(), ENGINE_OPTIONS);
  films = [
    { name: 'franck', frames: (await filmFrames('franck.mp4', 8)).slice(0, 12) },
    { name: 'cap13', frames: (await filmFrames('cap13_edit2.mp4', 0.8)).slice(0, 12) },
  ];
});
afterAll(removeTemporaryDirectories);

const scoresOf = async (samples: readonly Uint8Array[]): Promise<PresentationScores[]> => {
  const scores: PresentationScores[] = [];
  for (const sample of samples) {
    const frame = await engine.observe(sample, 'verification');
    if (frame.outcome === 'observed' && frame.probe) scores.push(frame.probe.presentation);
  }
  expect(scores.length).toBeGreaterThan(samples.length / 2);
  return scores;
};

const sessionsOf = (scores: readonly PresentationScores[]): PresentationScores[][] =>
  scores.flatMap((_, i) => (i % 3 === 0 && i + 3 <= scores.length ? [scores.slice(i, i + 3)] : []));

describe('somebody before a camera', () => {
  it('is bona fide in every session of three frames', async () => {
    for (const { name, frames } of films) {
      for (const session of sessionsOf(await scoresOf(frames))) {
        expect(judgePresentation(session), `${name} ${JSON.stringify(session)}`).toBe('bona_fide');
      }
    }
  });

  it.each(FRANCK_STILLS)('is bona fide on the still %s', async (name) => {
    expect(await engine.capture(await still(name), 'verification')).toMatchObject({
      outcome: 'captured',
      presentation: 'bona_fide',
    });
  });
});

describe.each<[string, Rephotograph]>([
  ['a screen with moiré, bezel in the picture', { fill: 0.92, moire: 0.1 }],
  ['a screen with moiré that fills the picture', { fill: 1.25, moire: 0.06 }],
  ['a screen without moiré, bezel in the picture', { fill: 0.92, moire: 0 }],
  ['the same, held crooked', { fill: 0.8, moire: 0, roll: 5 }],
])('%s', (_, how) => {
  it('is an attack, as a session and as a still', async () => {
    for (const { name, frames } of films) {
      const photographs = await Promise.all(
        frames.slice(0, 7).map((frame, i) => rephotograph(frame, { ...how, seed: i + 1 })),
      );
      const scores = await scoresOf(photographs);
      expect(judgePresentation(scores), `${name} ${JSON.stringify(scores)}`).toBe('attack');
      const stills: CaptureOutcome[] = [];
      for (const photograph of photographs) stills.push(await engine.capture(photograph, 'verification'));
      const refused = stills.filter(({ outcome }) => outcome === 'presentation_attack');
      expect(refused.length).toBeGreaterThan(stills.length / 2);
    }
  });
});

it('scores a picture that a sign-in would refuse for its quality, and says so', async () => {
  const soft = await sharp(await still('franck_02159.jpg'))
    .blur(14)
    .png()
    .toBuffer();
  expect((await engine.capture(soft, 'verification')).outcome).toBe('poor_quality');
  const examined = await engine.examine(soft, 'verification');
  expect(examined).toMatchObject({ outcome: 'examined', reasons: ['blurred'] });
  expect(examined.outcome === 'examined' && Object.keys(examined.presentation)).toEqual([
    'network',
    'moire',
    'border',
  ]);
  expect((await engine.examine(await landscape(), 'verification')).outcome).toBe('no_face');
});

it('the three results are three: what was not checked is not bona fide', async () => {
  const blind = await FaceEngine.load(await shippedModels(), {
    ...ENGINE_OPTIONS,
    checks: { presentation: false, live: false },
  });
  const franck = await still('franck_02159.jpg');
  const screen = await rephotograph(franck, { fill: 0.92, moire: 0.1 });
  expect(await blind.capture(franck, 'verification')).toMatchObject({ presentation: 'not_checked' });
  expect(await blind.capture(screen, 'verification')).toMatchObject({ presentation: 'not_checked' });
  expect(await engine.capture(franck, 'verification')).toMatchObject({ presentation: 'bona_fide' });
  expect(await engine.capture(screen, 'verification')).toEqual({ outcome: 'presentation_attack' });
});
