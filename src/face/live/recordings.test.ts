import { randomBytes } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { DIGEST_BYTES, type FrameDigest } from '../frame-digest.js';
import { isRecordingOf, packDigests } from './recordings.js';

const session = (frames: number): FrameDigest[] =>
  Array.from({ length: frames }, () => new Uint8Array(randomBytes(DIGEST_BYTES)));
/** As new compression changes them: some bits of each. */
const recompressed = (digests: readonly FrameDigest[], bits = 8) =>
  digests.map((digest) => {
    const copy = Uint8Array.from(digest);
    for (let i = 0; i < bits; i++) copy[(i * 5) % DIGEST_BYTES]! ^= 1 << (i % 8);
    return copy;
  });

describe('what is kept of a session', () => {
  it('is small, whatever the length of the session', () => {
    expect(packDigests(session(600))).toHaveLength(16 * DIGEST_BYTES);
    expect(packDigests(session(5))).toHaveLength(5 * DIGEST_BYTES);
  });

  it('knows its own recording again, compressed anew, with frames left out and in another order', () => {
    const frames = session(120);
    const kept = packDigests(frames);
    expect(isRecordingOf(kept, frames)).toBe(true);
    expect(isRecordingOf(kept, recompressed(frames))).toBe(true);
    expect(isRecordingOf(kept, frames.toReversed())).toBe(true);
    expect(isRecordingOf(kept, recompressed([...session(40), ...frames, ...session(40)]))).toBe(true);
  });

  it('does not take another session for a recording, nor one that shares some moments', () => {
    const frames = session(120);
    expect(isRecordingOf(packDigests(frames), session(600))).toBe(false);
    expect(isRecordingOf(packDigests(frames), [...frames.slice(0, 60), ...session(200)])).toBe(false);
  });

  it('says nothing of a session without frames', () => {
    expect(isRecordingOf(packDigests([]), session(10))).toBe(false);
  });
});
