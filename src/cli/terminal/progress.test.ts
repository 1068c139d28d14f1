import { describe, expect, it } from 'vitest';

import { startLines } from './progress.js';

describe('startLines', () => {
  it('writes a line every ten seconds with the remaining time, and one at the end', () => {
    const lines: string[] = [];
    let time = 0;
    const progress = startLines(
      'Capturing',
      30,
      (line) => lines.push(line),
      () => time,
    );
    for (let i = 0; i < 30; i++) {
      time += 1000;
      progress.advance();
    }
    expect(lines).toEqual([
      'Capturing 10/30, about 20 s left',
      'Capturing 20/30, about 10 s left',
      'Capturing 30/30',
    ]);
  });
});
