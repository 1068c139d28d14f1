import { beforeAll, describe, expect, it } from 'vitest';

import type { FaceEngine } from '../../src/face/engine.js';
import type { FrameOutcome, ObservedFace } from '../../src/face/frame-observation.js';
import type { Challenge } from '../../src/face/live/challenge.js';
import { approach } from '../support/approach.js';
import { filmClip } from '../support/faces.js';
import { liveEngine, playTo } from '../support/live-films.js';

const CHALLENGE: Challenge = [{ kind: 'movement', movement: 'come_closer', restMs: 300 }];
const FAR = 60;
const NEAR = 29;
/** Centimetres from the camera, frame by frame: still, nearer, there for a moment, and back. */
const WAY = [
  ...Array<number>(14).fill(FAR),
  ...Array.from({ length: 10 }, (_, i) => FAR + ((NEAR - FAR) * (i + 1)) / 10),
  ...Array<number>(5).fill(NEAR),
  ...Array.from({ length: 10 }, (_, i) => NEAR + ((FAR - NEAR) * (i + 1)) / 10),
  ...Array<number>(4).fill(FAR),
];

describe('coming closer', () => {
  let engine: FaceEngine;
  let film: Buffer[];
  let resting: ObservedFace;
  beforeAll(async () => {
    engine = await liveEngine();
    film = await filmClip('cap13_edit2.mp4', 9, 5);
    const first = await engine.observe(film[0]!, 'verification');
    if (first.outcome !== 'observed') throw new Error(first.outcome);
    resting = first;
  });

  const come = async (solid: boolean) => {
    const frames: FrameOutcome[] = [];
    for (const [i, to] of WAY.entries()) {
      const frame = await approach(film[i]!, resting.place, { from: FAR, to, solid });
      frames.push(await engine.observe(frame, 'verification'));
    }
    return playTo(CHALLENGE, frames);
  };

  it('shows that there is a head: its middle grows more than its edge', async () => {
    expect(await come(true)).toMatchObject({ kind: 'answered' });
  });

  it('is not shown by a picture that is held nearer', async () => {
    expect(await come(false)).toMatchObject({ kind: 'failed', failure: 'step_timed_out' });
  });
});
