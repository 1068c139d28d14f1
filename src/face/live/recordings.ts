import { DIGEST_BYTES, type FrameDigest, digestDistance } from '../frame-digest.js';
import type { ObservedFace } from '../frame-observation.js';

/** What is kept of one frame: how bright it was where, and how the face was held at that moment. */
export interface FrameTrace {
  readonly digest: FrameDigest;
  /** Pose and geometry in units of `UNITS`, rounded to 1/256 of them. */
  readonly measures: Int16Array;
}

/** By how much each measure differs at the most when the same frame is compressed and scaled anew, less a half. */
const UNITS: readonly ((face: ObservedFace) => number)[] = [
  ({ pose }) => pose.yaw / 1.2,
  ({ pose }) => pose.pitch / 1.2,
  ({ pose }) => pose.roll,
  ({ geometry }) => geometry.turn / 0.03,
  ({ geometry }) => geometry.noseDrop / 0.03,
  ({ geometry }) => geometry.mouthOpenness / 0.03,
  ({ geometry }) => geometry.eyeOpenness / 0.03,
  ({ geometry }) => geometry.eyesToJaw / 0.012,
];
const PRECISION = 256;
const MEASURE_BYTES = 2;
const TRACE_BYTES = DIGEST_BYTES + MEASURE_BYTES * UNITS.length;

/** How many frames of a session are kept; evenly spread over it. */
const KEPT = 16;
/** Bits of 256 that may differ, and units, in two pictures of one frame. */
const SAME_FRAME = { bits: 14, units: 1.5 } as const;
/**
 * Part of a kept session's frames that has to come again for it to be the same film. Somebody who sits down in the
 * same place again looks alike at times; that every measure of so many moments comes again is a film
 * (docs/accuracy.md has both error rates).
 */
const SAME_FILM = 0.8;

export function traceOf(face: ObservedFace): FrameTrace {
  const limit = (value: number) => Math.max(-32_768, Math.min(32_767, Math.round(value * PRECISION)));
  return { digest: face.digest, measures: Int16Array.from(UNITS, (measure) => limit(measure(face))) };
}

/** What is kept of a session so that a recording of it is known again: traces of its frames, one after the other. */
export function packTraces(traces: readonly FrameTrace[]): Uint8Array {
  const kept = traces.length <= KEPT ? traces : spread(traces);
  const packed = Buffer.alloc(kept.length * TRACE_BYTES);
  for (const [i, { digest, measures }] of kept.entries()) {
    packed.set(digest, i * TRACE_BYTES);
    for (const [j, measure] of measures.entries()) {
      packed.writeInt16LE(measure, i * TRACE_BYTES + DIGEST_BYTES + j * MEASURE_BYTES);
    }
  }
  return packed;
}

/**
 * @param packed what `packTraces` made of an earlier session
 * @returns whether the frames are those of the earlier session, replayed
 */
export function isRecordingOf(packed: Uint8Array, traces: readonly FrameTrace[]): boolean {
  const kept = unpack(packed);
  if (kept.length === 0) return false;
  const again = kept.filter((trace) => traces.some((other) => isSameFrame(trace, other)));
  return again.length >= SAME_FILM * kept.length;
}

function isSameFrame(a: FrameTrace, b: FrameTrace): boolean {
  return (
    digestDistance(a.digest, b.digest) <= SAME_FRAME.bits &&
    a.measures.every((measure, i) => Math.abs(measure - b.measures[i]!) <= SAME_FRAME.units * PRECISION)
  );
}

function unpack(packed: Uint8Array): FrameTrace[] {
  const bytes = Buffer.from(packed);
  return Array.from({ length: Math.floor(bytes.length / TRACE_BYTES) }, (_, i) => {
    const start = i * TRACE_BYTES;
    const measuresAt = start + DIGEST_BYTES;
    return {
      digest: bytes.subarray(start, measuresAt),
      measures: Int16Array.from(UNITS, (_unit, j) => bytes.readInt16LE(measuresAt + j * MEASURE_BYTES)),
    };
  });
}

function spread(traces: readonly FrameTrace[]): FrameTrace[] {
  return Array.from({ length: KEPT }, (_, i) => traces[Math.floor((i * traces.length) / KEPT)]!);
}
