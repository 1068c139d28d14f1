import { setTimeout } from 'node:timers/promises';

import { startProgress } from '../src/cli/terminal/progress.js';
import { ascending, quantile } from './latency.js';
import {
  LEAST_ROUNDS,
  type SectionReport,
  type Spread,
  servedRow,
  spreadOfRatios,
  verdict,
} from './speed-figures.js';
import type { Subject } from './speed-images.js';
import { Crowd, LANES, compareInLanes } from './speed-throughput.js';
import { SpeedVisitor } from './speed-visitor.js';

/** p99 beside a saturated engine ÷ p99 alone; and in milliseconds. */
const RATIO_LIMIT = { most: 3 };
const MS_LIMIT = { most: 50 };
/** Requests a second: far below what the server could answer. */
const RATE = 100;
/** Sign-ins that are completed in one saturated phase. */
const CALLS_A_PHASE = 40;

/** Cheap requests at a fixed rate while the server has nothing else to do, and while every worker is busy. */
export async function measureResponsiveness(
  url: string,
  subjects: readonly Subject[],
  rounds: number,
  signal: AbortSignal,
): Promise<SectionReport> {
  const crowd = await Crowd.enrol(url, subjects);
  const bystander = await SpeedVisitor.signUp(url);
  const idle: number[][] = [];
  const saturated: number[][] = [];
  let pictures = 0;
  let refused = 0;
  const progress = startProgress('Cheap requests, round', rounds + 1, process.stderr);
  for (let round = 0; round <= rounds; round++) {
    const comparisons = await crowd.comparisons(CALLS_A_PHASE);
    let busy = true;
    const probing = readAtRate(bystander, () => busy, signal);
    // Lanes are all at work until the first of them finds nothing left to do.
    const watched = (function* () {
      yield* comparisons;
      busy = false;
    })();
    pictures += await compareInLanes(watched, LANES);
    const beside = await probing;
    const alone = await readTimes(bystander, beside.length, signal);
    refused += [...beside, ...alone].filter((ms) => ms === null).length;
    if (round > 0) {
      saturated.push(beside.filter((ms) => ms !== null));
      idle.push(alone.filter((ms) => ms !== null));
    }
    progress.advance();
  }
  progress.stop();
  const [ours, against] = [tail(saturated), tail(idle)];
  const p99 = ours.upper!;
  const ratio = p99 / against.upper!;
  const { quartiles } = spreadOfRatios(
    saturated.map((round, i) => tail([round]).upper! / tail([idle[i]!]).upper!),
  );
  const judged = rounds >= LEAST_ROUNDS;
  return {
    rows: [
      {
        section: 'responsiveness',
        name: 'GET /user: p99 while the engine is saturated ÷ p99 alone',
        value: ratio,
        quartiles,
        ...verdict(ratio, RATIO_LIMIT, judged),
        ours,
        against,
      },
      {
        section: 'responsiveness',
        name: 'GET /user: p99 while the engine is saturated',
        value: p99,
        unit: 'ms',
        ...verdict(p99, MS_LIMIT, judged),
      },
      servedRow('responsiveness', 'GET /user:', refused),
      servedRow('responsiveness', 'compare-faces beside them:', pictures),
    ],
    notes: [
      `GET /user ${RATE} times a second, whatever the answers take; ${saturated.flat().length} beside ${LANES} ` +
        `compare-faces in flight and ${idle.flat().length} alone, in turn. Both from this process, which sends the pictures as well.`,
    ],
  };
}

function tail(rounds: readonly (readonly number[])[]): Spread {
  const sorted = ascending(rounds.flat());
  return { median: quantile(sorted, 0.5), upper: quantile(sorted, 0.99), upperName: 'p99', unit: 'ms' };
}

function readTimes(visitor: SpeedVisitor, times: number, signal: AbortSignal): Promise<(number | null)[]> {
  let left = times;
  return readAtRate(visitor, () => left-- > 0, signal);
}

/** An open loop: a request is sent when it is due, whether or not those before it have been answered. */
async function readAtRate(
  visitor: SpeedVisitor,
  goOn: () => boolean,
  signal: AbortSignal,
): Promise<(number | null)[]> {
  const answers: Promise<number | null>[] = [];
  const startedAt = performance.now();
  while (goOn()) {
    answers.push(visitor.readAccount());
    const due = startedAt + (answers.length * 1000) / RATE;
    await setTimeout(Math.max(0, due - performance.now()), undefined, { signal });
  }
  return Promise.all(answers);
}
