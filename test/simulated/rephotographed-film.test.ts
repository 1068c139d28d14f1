import { describe, expect, it } from 'vitest';

import type { FrameOutcome } from '../../src/face/frame-observation.js';
import { challengeOf, clipOf, liveEngine, playTo } from '../support/live-films.js';
import { rephotograph } from '../support/rephotograph.js';

const FRAMES_PER_SECOND = 6;

describe('a film of the right person that answers the challenge, shown on a screen', () => {
  it('is an attack to the eye, although every movement is right', async () => {
    const engine = await liveEngine();
    const frames: FrameOutcome[] = [];
    for (const [seed, frame] of (await clipOf('cap12_briefly', FRAMES_PER_SECOND)).entries()) {
      const onScreen = await rephotograph(frame, { fill: 0.95, moire: 0.08, seed });
      frames.push(await engine.observe(onScreen, 'verification'));
    }
    // Whatever it is refused for, it is refused; that the steps are followed shows that the eye is needed.
    expect(await playTo(challengeOf('cap12_briefly'), frames, FRAMES_PER_SECOND)).toMatchObject({
      kind: 'answered',
      evidence: { presentation: 'attack' },
    });
  });
});
