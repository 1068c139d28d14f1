import { describe, expect, it } from 'vitest';

import { FrameCapacity } from './frame-capacity.js';
import { MAX_FRAME_RATE } from './frame-rate.js';

function capacity(framesPerSecond: number | null, sessions: number): FrameCapacity {
  const shared = new FrameCapacity({ framesPerSecond });
  for (let i = 0; i < sessions; i++) shared.enter();
  return shared;
}

describe('the share of the engine that a session has', () => {
  it('is the highest rate as long as nothing has been measured, and for a session alone', () => {
    expect(capacity(null, 8).share).toBe(MAX_FRAME_RATE);
    expect(capacity(22, 1).share).toBe(MAX_FRAME_RATE);
  });

  it('gives away less than there is, in equal parts', () => {
    for (const sessions of [2, 3, 5, 8]) {
      expect(sessions * capacity(25, sessions).share).toBeLessThanOrEqual(0.9 * 25);
    }
    expect(capacity(25, 8).share).toBe(2);
  });

  it('is one frame a second at the least', () => {
    expect(capacity(5, 16).share).toBe(1);
  });

  it('grows when others have gone', () => {
    const shared = capacity(25, 8);
    for (let i = 0; i < 6; i++) shared.leave();
    expect(shared.share).toBe(MAX_FRAME_RATE);
  });
});
