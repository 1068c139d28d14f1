import sharp from 'sharp';

import { cosineSimilarity } from '../src/face/comparison.js';
import { decodeImage } from '../src/face/decode.js';
import { DIGEST_BYTES, type FrameDigest, frameDigest } from '../src/face/frame-digest.js';
import { MOVEMENTS } from '../src/face/live/challenge.js';
import { isRecordingOf, packDigests } from '../src/face/live/recordings.js';
import { LIMITS } from '../test/support/engine.js';
import { filmClip } from '../test/support/faces.js';
import { asked, playTo } from '../test/support/live-films.js';
import { FRAMES_PER_SECOND, type ObservedFilm, facesOf } from './judge-films.js';
import { ascending, quantile } from './latency.js';

export interface RecordingRates {
  readonly film: string;
  /** A session's film, played again. */
  readonly again: Share;
  /** Another part of the same film: the same seat, clothes, light and camera. */
  readonly other: Share;
  /** The same, of kept sessions only that would have been passed: two movements are answered in them. */
  readonly otherOfPassed: Share | null;
  /** Distinct sessions of the film that answer two movements. */
  readonly passedSessions: number;
  /** Greatest cosine of two frames that are a segment apart: where a film repeats itself, it is that of one picture. */
  readonly nearestApart: number;
}

export interface Share {
  readonly pairs: number;
  /** Taken for a recording. */
  readonly recognised: number;
  /** Of the kept digests that are found again, in parts. */
  readonly least: number;
  readonly median: number;
  readonly p95: number;
  readonly greatest: number;
}

interface Session {
  /** Frames of the film, the second one excluded. */
  readonly from: number;
  readonly to: number;
  readonly digests: readonly FrameDigest[];
}

export const APART_SECONDS = 12;
const SEGMENT = APART_SECONDS * FRAMES_PER_SECOND;
const SEGMENT_EVERY = 2 * FRAMES_PER_SECOND;
/** How a replay reaches us: another size, compressed anew, taken between the frames of the first time. */
const REPLAY = { scale: 1.3, quality: 60, lateSeconds: 0.5 / FRAMES_PER_SECOND } as const;

/** Is the film of a session known again, and nothing else taken for it? */
export async function findRecordings(film: ObservedFilm): Promise<RecordingRates> {
  const digests = film.outcomes.map((face) => (face.outcome === 'observed' ? face.digest : null));
  const replayed = await replayedDigests(film);
  const segments = segmentsOf(digests);
  const replays = segmentsOf(replayed.map((digest, i) => (digests[i] ? digest : null)));
  const passed = await passedSessions(film);
  return {
    film: film.name,
    again: shares(segments.slice(0, replays.length).map((kept, i) => [kept, replays[i]!])),
    other: shares(apart(segments, segments)),
    otherOfPassed: passed.length > 0 ? shares(apart(passed, segments)) : null,
    passedSessions: passed.length,
    nearestApart: nearestApart(film),
  };
}

function nearestApart(film: ObservedFilm): number {
  const faces = facesOf(film);
  let nearest = -1;
  for (const one of faces) {
    for (const other of faces) {
      if (other.i - one.i < SEGMENT) continue;
      nearest = Math.max(nearest, cosineSimilarity(one.face.features, other.face.features));
    }
  }
  return nearest;
}

/** The same man before the same camera on another day. */
export function otherDay(one: ObservedFilm, another: ObservedFilm): Share {
  const [a, b] = [one, another].map(({ outcomes }) =>
    segmentsOf(outcomes.map((face) => (face.outcome === 'observed' ? face.digest : null))),
  ) as [Session[], Session[]];
  const pairs = a.flatMap((kept) => b.map((session) => [kept, session] as const));
  return shares([...pairs, ...pairs.map(([kept, session]) => [session, kept] as const)]);
}

async function replayedDigests({ name, outcomes }: ObservedFilm): Promise<FrameDigest[]> {
  const seconds = outcomes.length / FRAMES_PER_SECOND;
  const frames = await filmClip(name, REPLAY.lateSeconds, seconds, FRAMES_PER_SECOND);
  const digests: FrameDigest[] = [];
  for (const frame of frames) {
    const { width } = await sharp(frame).metadata();
    const again = await sharp(frame)
      .resize({ width: Math.round(width * REPLAY.scale) })
      .jpeg({ quality: REPLAY.quality })
      .toBuffer();
    const decoded = await decodeImage(again, LIMITS);
    if (decoded.outcome !== 'decoded') throw new Error(decoded.outcome);
    digests.push(frameDigest(decoded.image));
  }
  return digests;
}

function segmentsOf(digests: readonly (FrameDigest | null)[]): Session[] {
  const segments: Session[] = [];
  for (let from = 0; from + SEGMENT <= digests.length; from += SEGMENT_EVERY) {
    const to = from + SEGMENT;
    segments.push({ from, to, digests: digests.slice(from, to).filter((digest) => digest !== null) });
  }
  return segments;
}

/** Sessions of two different movements that the film answers, one for each moment at which one would end. */
async function passedSessions({ outcomes }: ObservedFilm): Promise<Session[]> {
  const sessions = new Map<number, Session>();
  for (let from = 0; from < outcomes.length; from += FRAMES_PER_SECOND) {
    for (const first of MOVEMENTS) {
      for (const second of MOVEMENTS) {
        if (first === second) continue;
        const verdict = await playTo(asked([first, second]), outcomes.slice(from));
        if (verdict.kind !== 'answered') continue;
        const to = from + Math.round((verdict.ms * FRAMES_PER_SECOND) / 1000);
        sessions.set(to, { from, to, digests: verdict.evidence.digests });
      }
    }
  }
  return [...sessions.values()];
}

/** Pairs that share no frame. */
function apart(kept: readonly Session[], others: readonly Session[]): (readonly [Session, Session])[] {
  return kept.flatMap((one) =>
    others.filter(({ from, to }) => from >= one.to || to <= one.from).map((other) => [one, other] as const),
  );
}

function shares(pairs: readonly (readonly [kept: Session, session: Session])[]): Share {
  const kept = new Map<Session, Uint8Array>();
  for (const [session] of pairs) kept.set(session, packDigests(session.digests));
  const found = ascending(pairs.map(([one, { digests }]) => shareFound(kept.get(one)!, digests)));
  return {
    pairs: pairs.length,
    recognised: pairs.filter(([one, { digests }]) => isRecordingOf(kept.get(one)!, digests)).length,
    least: quantile(found, 0),
    median: quantile(found, 0.5),
    p95: quantile(found, 0.95),
    greatest: quantile(found, 1),
  };
}

/** By the rule's own distance: of one digest alone it says whether that is found. */
function shareFound(kept: Uint8Array, digests: readonly FrameDigest[]): number {
  const count = kept.byteLength / DIGEST_BYTES;
  let found = 0;
  for (let i = 0; i < count; i++) {
    if (isRecordingOf(kept.subarray(i * DIGEST_BYTES, (i + 1) * DIGEST_BYTES), digests)) found++;
  }
  return found / count;
}
