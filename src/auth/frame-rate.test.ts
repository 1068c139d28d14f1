import { describe, expect, it } from 'vitest';

import { FrameRate, MAX_FRAME_RATE } from './frame-rate.js';

/** Judges frames that each take `tookMs`, one after the other. @returns the rates that were announced */
function judge(rate: FrameRate, count: number, tookMs: number, from = 0): number[] {
  const announced: number[] = [];
  for (let i = 1; i <= count; i++) {
    const now = from + i * 100;
    rate.judged(tookMs, now);
    const wanted = rate.announcement(now);
    if (wanted !== null) announced.push(wanted);
  }
  return announced;
}

describe('the rate of frames that a session is asked for', () => {
  it('is not spoken of while everything comes through', () => {
    expect(judge(new FrameRate(), 30, 40)).toEqual([]);
  });

  it('falls to what comes through, and rises again', () => {
    const rate = new FrameRate();
    expect(judge(rate, 40, 300).at(-1)).toBe(3);
    expect(judge(rate, 60, 40, 10_000).at(-1)).toBe(MAX_FRAME_RATE);
  });

  it('never falls below two a second', () => {
    expect(judge(new FrameRate(), 40, 5_000).at(-1)).toBe(2);
  });

  it('is announced once a second at the most', () => {
    const rate = new FrameRate();
    const announced = [...judge(rate, 20, 300), ...judge(rate, 20, 40, 2_000)];
    expect(announced.length).toBeLessThanOrEqual(4);
  });

  it('falls where frames are given up, although those that are judged are quick', () => {
    const rate = new FrameRate();
    rate.judged(60, 100);
    for (let i = 0; i < 10; i++) rate.dropped();
    expect(rate.announcement(200)).toBeLessThan(5);
  });

  it('knows what was really managed', () => {
    const rate = new FrameRate();
    judge(rate, 30, 40);
    expect(rate.achieved(3_000)).toBeCloseTo(10, 0);
    expect(new FrameRate().achieved(3_000)).toBe(0);
  });
});
