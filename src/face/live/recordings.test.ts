import { randomBytes } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { madeUpFace } from '../../../test/support/made-up-face.js';
import { DIGEST_BYTES } from '../frame-digest.js';
import { type FrameTrace, isRecordingOf, packTraces, traceOf } from './recordings.js';

/** Frames of a head that moves; the digest is random, the measures are those of a head turned so far. */
const session = (frames: number, yaw = (i: number) => Math.sin(i / 3) * 20): FrameTrace[] =>
  Array.from({ length: frames }, (_, i) => ({
    ...traceOf(madeUpFace({ yaw: yaw(i), turn: -yaw(i) / 78, mouthOpenness: 0.1 + yaw(i) / 300 })),
    digest: new Uint8Array(randomBytes(DIGEST_BYTES)),
  }));
/** As new compression changes them: some bits of each, and a little of each measure. */
const recompressed = (traces: readonly FrameTrace[], bits = 10, units = 1): FrameTrace[] =>
  traces.map(({ digest, measures }) => {
    const copy = Uint8Array.from(digest);
    for (let i = 0; i < bits; i++) copy[(i * 5) % DIGEST_BYTES]! ^= 1 << (i % 8);
    return {
      digest: copy,
      measures: measures.map((measure, i) => measure + (i % 2 === 0 ? 256 : -256) * units),
    };
  });

describe('what is kept of a session', () => {
  it('is small, whatever the length of the session', () => {
    expect(packTraces(session(600))).toHaveLength(16 * 48);
    expect(packTraces(session(5))).toHaveLength(5 * 48);
  });

  it('knows its own recording again, compressed anew, with frames left out and in another order', () => {
    const frames = session(120);
    const kept = packTraces(frames);
    expect(isRecordingOf(kept, frames)).toBe(true);
    expect(isRecordingOf(kept, recompressed(frames))).toBe(true);
    expect(isRecordingOf(kept, frames.toReversed())).toBe(true);
    expect(isRecordingOf(kept, recompressed([...session(40), ...frames, ...session(40)]))).toBe(true);
  });

  it('does not take another session for a recording, nor one that shares some moments', () => {
    const frames = session(120);
    expect(isRecordingOf(packTraces(frames), session(600))).toBe(false);
    expect(isRecordingOf(packTraces(frames), [...frames.slice(0, 60), ...session(200)])).toBe(false);
  });

  it('needs both: the same picture behind another pose is another moment, and so is the same pose before another picture', () => {
    const frames = session(120);
    const moved = recompressed(frames, 0, 2);
    const elsewhere = frames.map((trace) => ({
      ...trace,
      digest: new Uint8Array(randomBytes(DIGEST_BYTES)),
    }));
    expect(isRecordingOf(packTraces(frames), moved)).toBe(false);
    expect(isRecordingOf(packTraces(frames), elsewhere)).toBe(false);
  });

  it('says nothing of a session without frames', () => {
    expect(isRecordingOf(packTraces([]), session(10))).toBe(false);
  });

  it('bears measures that no face has', () => {
    const odd = traceOf(madeUpFace({ yaw: 1e9, noseDrop: -1e9, eyesToJaw: Number.NaN }));
    expect(isRecordingOf(packTraces([odd]), [odd])).toBe(true);
  });
});
