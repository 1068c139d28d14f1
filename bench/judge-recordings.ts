import sharp from 'sharp';

import { cosineSimilarity } from '../src/face/comparison.js';
import type { FrameOutcome } from '../src/face/frame-observation.js';
import { MOVEMENTS } from '../src/face/live/challenge.js';
import { type FrameTrace, isRecordingOf, packTraces, traceOf } from '../src/face/live/recordings.js';
import { filmClip } from '../test/support/faces.js';
import { asked, playTo } from '../test/support/live-films.js';
import { type FilmObserver, FRAMES_PER_SECOND, type ObservedFilm, facesOf } from './judge-films.js';
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
  /** Of the kept traces that are found again, in parts. */
  readonly least: number;
  readonly median: number;
  readonly p95: number;
  readonly greatest: number;
}

interface Session {
  /** Frames of the film, the second one excluded. */
  readonly from: number;
  readonly to: number;
  readonly traces: readonly FrameTrace[];
}

export const APART_SECONDS = 12;
const SEGMENT = APART_SECONDS * FRAMES_PER_SECOND;
const SEGMENT_EVERY = 2 * FRAMES_PER_SECOND;
/** Of each film: every frame of a replay has to be looked at anew. */
const MAX_REPLAY_SECONDS = 90;
/** How a replay reaches us: another size, compressed anew, taken between the frames of the first time. */
const REPLAY = { scale: 1.3, quality: 60, lateSeconds: 0.5 / FRAMES_PER_SECOND } as const;

/** Is the film of a session known again, and nothing else taken for it? @param replayed by `replay` */
export async function findRecordings(
  film: ObservedFilm,
  replayed: readonly FrameOutcome[],
): Promise<RecordingRates> {
  const segments = segmentsOf(film.outcomes);
  const passed = await passedSessions(film);
  return {
    film: film.name,
    again: shares(segmentsOf(replayed).map((replay, i) => [segments[i]!, replay])),
    other: shares(apart(segments, segments)),
    otherOfPassed: passed.length > 0 ? shares(apart(passed, segments)) : null,
    passedSessions: passed.length,
    nearestApart: nearestApart(film),
  };
}

/** @returns what the engine sees when a film is shown a second time */
export async function replay({ name }: ObservedFilm, observer: FilmObserver): Promise<FrameOutcome[]> {
  const frames = await filmClip(name, REPLAY.lateSeconds, MAX_REPLAY_SECONDS, FRAMES_PER_SECOND);
  return observer.observe(
    `Looking again at ${name}, frame`,
    frames.map((frame) => () => rescaled(frame)),
  );
}

async function rescaled(frame: Uint8Array): Promise<Buffer> {
  const { width } = await sharp(frame).metadata();
  return sharp(frame)
    .resize({ width: Math.round(width * REPLAY.scale) })
    .jpeg({ quality: REPLAY.quality })
    .toBuffer();
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
  const [a, b] = [segmentsOf(one.outcomes), segmentsOf(another.outcomes)];
  const pairs = a.flatMap((kept) => b.map((session) => [kept, session] as const));
  return shares([...pairs, ...pairs.map(([kept, session]) => [session, kept] as const)]);
}

function segmentsOf(outcomes: readonly FrameOutcome[]): Session[] {
  const segments: Session[] = [];
  for (let from = 0; from + SEGMENT <= outcomes.length; from += SEGMENT_EVERY) {
    const to = from + SEGMENT;
    const traces = outcomes
      .slice(from, to)
      .flatMap((face) => (face.outcome === 'observed' ? [traceOf(face)] : []));
    segments.push({ from, to, traces });
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
        sessions.set(to, { from, to, traces: verdict.evidence.traces });
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
  for (const [session] of pairs) kept.set(session, packTraces(session.traces));
  const found = ascending(pairs.map(([one, { traces }]) => shareFound(kept.get(one)!, traces)));
  return {
    pairs: pairs.length,
    recognised: pairs.filter(([one, { traces }]) => isRecordingOf(kept.get(one)!, traces)).length,
    least: quantile(found, 0),
    median: quantile(found, 0.5),
    p95: quantile(found, 0.95),
    greatest: quantile(found, 1),
  };
}

/** By the rule's own distances: of one trace alone it says whether that is found. */
function shareFound(kept: Uint8Array, traces: readonly FrameTrace[]): number {
  const bytesOfOne = packTraces(traces.slice(0, 1)).byteLength;
  const count = kept.byteLength / bytesOfOne;
  let found = 0;
  for (let i = 0; i < count; i++) {
    if (isRecordingOf(kept.subarray(i * bytesOfOne, (i + 1) * bytesOfOne), traces)) found++;
  }
  return found / count;
}
