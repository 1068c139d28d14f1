import { expect, it } from 'vitest';

import { captureTime, sentSize } from './frame-taker.js';

it('believes a camera that says when it took a frame, unless that cannot be', () => {
  expect(captureTime({ captureTime: 960 }, 1_000)).toBe(960);
  expect(captureTime({}, 1_000)).toBe(900);
  expect(captureTime({ captureTime: 1_001 }, 1_000)).toBe(900);
  expect(captureTime({ captureTime: 4_000 }, 9_000)).toBe(8_900);
});

it('sends no more than 1280 pixels on the longer side', () => {
  expect(sentSize(640, 480)).toEqual({ width: 640, height: 480 });
  expect(sentSize(1920, 1080)).toEqual({ width: 1280, height: 720 });
  expect(sentSize(1080, 1920)).toEqual({ width: 720, height: 1280 });
});
