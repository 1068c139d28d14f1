import { expect, it } from 'vitest';

import { ColourPace } from './colour-pace.js';

it('lets the screen change no more than three times in any second, however fast it is told to', () => {
  const pace = new ColourPace();
  const changes: number[] = [];
  for (let now = 0; now < 10_000; now += 7) {
    if (pace.waitFrom(now) > 0) continue;
    pace.changed(now);
    changes.push(now);
  }
  for (const from of changes) {
    expect(changes.filter((at) => at >= from && at < from + 1_000).length).toBeLessThanOrEqual(3);
  }
  expect(changes.length).toBeGreaterThan(25);
});

it('does not hold up what comes slowly', () => {
  const pace = new ColourPace();
  pace.changed(0);
  expect(pace.waitFrom(500)).toBe(0);
  expect(pace.waitFrom(100)).toBe(250);
});
