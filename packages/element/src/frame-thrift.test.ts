import { describe, expect, it } from 'vitest';

import { FrameThrift } from './frame-thrift.js';

let now = 0;

/** A camera of 30 frames a second before a line that takes some of them. */
function hold(thrift: FrameThrift, seconds: number, { sent = 10, wanted = 10, camera = 30 } = {}): void {
  for (let i = 0; i < seconds * camera; i++) {
    thrift.offered((now += 1000 / camera), wanted);
    if ((i * sent) % camera < sent) thrift.sent();
  }
}

describe('FrameThrift', () => {
  it('leaves frames as they are where they get through', () => {
    const thrift = new FrameThrift();
    hold(thrift, 10, { sent: 6 });
    expect(thrift.size).toEqual({ longestSide: 1280, quality: 0.85 });
  });

  it('makes them smaller step by step where less than half of them do, down to an end', () => {
    const thrift = new FrameThrift();
    const sizes = [];
    for (let i = 0; i < 6; i++) {
      hold(thrift, 1.1, { sent: 2 });
      sizes.push(thrift.size.quality);
    }
    expect(sizes).toEqual([0.65, 0.5, 0.5, 0.5, 0.5, 0.5]);
    expect(thrift.size.longestSide).toBe(480);
  });

  it('takes neither a slow camera nor a slow server for a slow line', () => {
    const thrift = new FrameThrift();
    hold(thrift, 5, { camera: 5, sent: 4 });
    hold(thrift, 5, { wanted: 3, sent: 2 });
    expect(thrift.size.quality).toBe(0.85);
  });
});
