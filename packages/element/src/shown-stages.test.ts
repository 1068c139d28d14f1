import { expect, it } from 'vitest';

import { ShownStages } from './shown-stages.js';

it('gives a frame the nonce of the stage that was on the screen when it was taken', () => {
  const stages = new ShownStages();
  expect(stages.nonceAt(50)).toBe(null);
  stages.show('red', 100);
  stages.show('blue', 700);
  expect(stages.nonceAt(99)).toBe(null);
  expect(stages.nonceAt(100)).toBe('red');
  // Taken before the screen turned blue, sent after.
  expect(stages.nonceAt(699)).toBe('red');
  expect(stages.nonceAt(700)).toBe('blue');
});
