import { DIGEST_BYTES, type FrameDigest, digestDistance } from '../frame-digest.js';

/** How many digests of a session are kept; evenly spread over it. */
const KEPT = 16;
/** Bits of 256 by which new compression and scaling change a frame's digest at the most. */
const SAME_FRAME = 10;
/** Part of a kept session's frames that has to come again for it to be the same film. */
const SAME_FILM = 0.7;

/** What is kept of a session so that a recording of it is known again: its digests, one after the other. */
export function packDigests(digests: readonly FrameDigest[]): Uint8Array {
  const kept = digests.length <= KEPT ? digests : spread(digests);
  return Buffer.concat(kept);
}

/**
 * @param kept what `packDigests` made of an earlier session
 * @returns whether the frames are those of the earlier session, replayed; a person who sits down in the same
 *          place again gives like frames, but not one for nearly every frame (docs/accuracy.md)
 */
export function isRecordingOf(kept: Uint8Array, digests: readonly FrameDigest[]): boolean {
  const count = Math.floor(kept.byteLength / DIGEST_BYTES);
  if (count === 0) return false;
  let again = 0;
  for (let i = 0; i < count; i++) {
    const digest = kept.subarray(i * DIGEST_BYTES, (i + 1) * DIGEST_BYTES);
    if (digests.some((other) => digestDistance(digest, other) <= SAME_FRAME)) again++;
  }
  return again >= SAME_FILM * count;
}

function spread(digests: readonly FrameDigest[]): FrameDigest[] {
  return Array.from({ length: KEPT }, (_, i) => digests[Math.floor((i * digests.length) / KEPT)]!);
}
