import { startProgress } from '../src/cli/terminal/progress.js';
import {
  LEAST_ROUNDS,
  type SectionReport,
  type SpeedRow,
  inTurn,
  ratioOf,
  servedRow,
  spreadOf,
  verdict,
} from './speed-figures.js';
import { type SpeedFloor, floorTotal } from './speed-floor.js';
import type { Subject } from './speed-images.js';
import { SpeedVisitor, type WaitingSignIn, signInAll } from './speed-visitor.js';

/** A compare-faces at the client ÷ bare models and decoder. */
const LIMIT = { most: 1.5 };
const SIZES = ['640×480', '1920×1080'] as const;
const WARM_UP = 2;

/** Of one size: in each round one sample a subject. */
interface SizeSamples {
  readonly calls: number[][];
  readonly floor: number[][];
}

/** Whole compare-faces calls, one at a time, and in turn with them the floor of the same pictures in this process. */
export async function measureHttp(
  url: string,
  subjects: readonly Subject[],
  floor: SpeedFloor,
  rounds: number,
  signal: AbortSignal,
): Promise<SectionReport> {
  const visitors = await enrolEach(url, subjects);
  const samples: Record<(typeof SIZES)[number], SizeSamples> = {
    '640×480': { calls: [], floor: [] },
    '1920×1080': { calls: [], floor: [] },
  };
  let notServed = 0;
  const progress = startProgress('Calls and floor, round', WARM_UP + rounds, process.stderr);
  for (let round = -WARM_UP; round < rounds; round++) {
    for (const size of SIZES) {
      const [calls, floors]: [number[], number[]] = [[], []];
      const signIns = await signInAll(visitors, subjects.length);
      for (const [i, { jpegs }] of subjects.entries()) {
        const { visitor, token }: WaitingSignIn = signIns[i]!;
        const turns = [
          async () => {
            const ms = await visitor.compare(token, jpegs[size]);
            if (ms === null) notServed++;
            calls.push(ms ?? NaN);
          },
          async () => void floors.push(floorTotal(await floor.measure(jpegs[size]), true)),
        ];
        for (const turn of inTurn(turns, round + WARM_UP)) await turn();
      }
      signal.throwIfAborted();
      // Where a call was not served there is nothing to compare in this round; it is told below.
      if (round < 0 || calls.some(Number.isNaN)) continue;
      samples[size].calls.push(calls);
      samples[size].floor.push(floors);
    }
    progress.advance();
  }
  progress.stop();
  return {
    rows: [
      ...SIZES.flatMap((size): SpeedRow[] => {
        const { calls, floor: floors } = samples[size];
        if (calls.length === 0) return [];
        const ratio = ratioOf({ ours: calls, against: floors });
        const judgement = size === '640×480' ? verdict(ratio.value, LIMIT, rounds >= LEAST_ROUNDS) : {};
        const name = `${size}: compare-faces over HTTP ÷ floor`;
        return [
          { section: 'http', name, ...ratio, ...judgement, ours: spreadOf(calls), against: spreadOf(floors) },
        ];
      }),
      servedRow('http', 'compare-faces, one at a time:', notServed),
    ],
    notes: [
      `HTTP: the built server as a process, SQLite, 2 workers, LIVENESS passive, one call at a time, ` +
        'timed at the client from the call to the last byte; each completes a sign-in, whose password step is not timed.',
    ],
  };
}

/** An account for each subject, enrolled with the picture that a webcam has of it. */
export async function enrolEach(url: string, subjects: readonly Subject[]): Promise<SpeedVisitor[]> {
  const visitors: SpeedVisitor[] = [];
  for (const { jpegs } of subjects) visitors.push(await SpeedVisitor.enrolled(url, jpegs['640×480']));
  return visitors;
}
