import { startProgress } from '../src/cli/terminal/progress.js';
import {
  LEAST_ROUNDS,
  type SectionReport,
  inTurn,
  servedRow,
  spreadOf,
  spreadOfRatios,
  verdict,
} from './speed-figures.js';
import type { PictureSize, Subject } from './speed-images.js';
import { enrolEach } from './speed-http.js';
import { type WaitingSignIn, signInAll } from './speed-visitor.js';

/** Calls a second at concurrency 8 ÷ at concurrency 1, on two cores. */
const LIMIT = { least: 1.7 };
export const LANES = 8;
const CALLS_ALONE = 12;
const CALLS_TOGETHER = 48;

/** One sign-in that waits for a face, and the picture for it. */
export interface Comparison extends WaitingSignIn {
  readonly jpeg: Buffer;
}

/** Many compare-faces calls at once and one at a time, in alternating rounds. */
export async function measureThroughput(
  url: string,
  subjects: readonly Subject[],
  rounds: number,
  signal: AbortSignal,
): Promise<SectionReport> {
  const crowd = await Crowd.enrol(url, subjects);
  const rates: { readonly alone: number[]; readonly together: number[] } = { alone: [], together: [] };
  let notServed = 0;
  const progress = startProgress('Throughput, round', rounds + 1, process.stderr);
  for (let round = 0; round <= rounds; round++) {
    const alone = await crowd.comparisons(CALLS_ALONE);
    const together = await crowd.comparisons(CALLS_TOGETHER);
    const run = async (comparisons: readonly Comparison[], lanes: number, into: number[]) => {
      const startedAt = performance.now();
      notServed += await compareInLanes(comparisons.values(), lanes);
      if (round > 0) into.push((comparisons.length * 1000) / (performance.now() - startedAt));
    };
    const turns = [() => run(alone, 1, rates.alone), () => run(together, LANES, rates.together)];
    for (const turn of inTurn(turns, round)) await turn();
    signal.throwIfAborted();
    progress.advance();
  }
  progress.stop();
  const ratio = spreadOfRatios(rates.together.map((rate, i) => rate / rates.alone[i]!));
  return {
    rows: [
      {
        section: 'throughput',
        name: `640×480: compare-faces a second, ${LANES} at once ÷ one at a time`,
        ...ratio,
        ...verdict(ratio.value, LIMIT, rounds >= LEAST_ROUNDS),
        ours: medianRate(rates.together),
        against: medianRate(rates.alone),
      },
      servedRow('throughput', `compare-faces, ${LANES} at once:`, notServed),
    ],
    notes: [
      `Throughput: in each round ${CALLS_ALONE} calls one after the other and ${CALLS_TOGETHER} in ${LANES} lanes, ` +
        `of ${crowd.size} accounts that have signed in before.`,
    ],
  };
}

function medianRate(rates: readonly number[]) {
  return { median: spreadOf([rates]).median, unit: '/s' } as const;
}

/** More accounts than lanes: one account has a part of the places for pictures only. */
export class Crowd {
  private constructor(
    private readonly visitors: Awaited<ReturnType<typeof enrolEach>>,
    private readonly subjects: readonly Subject[],
  ) {}

  static async enrol(url: string, subjects: readonly Subject[]): Promise<Crowd> {
    const twice = [...subjects, ...subjects];
    return new Crowd(await enrolEach(url, twice), twice);
  }

  get size(): number {
    return this.visitors.length;
  }

  /** @param sizeOf the size of the picture for the n-th of them */
  async comparisons(
    count: number,
    sizeOf: (n: number) => PictureSize = () => '640×480',
  ): Promise<Comparison[]> {
    const signIns = await signInAll(this.visitors, count);
    // They come one visitor after the other, as the subjects do.
    return signIns.map((signIn, n) => ({
      ...signIn,
      jpeg: this.subjects[n % this.subjects.length]!.jpegs[sizeOf(n)],
    }));
  }
}

/**
 * @param onDone called after each
 * @returns how many were not served
 */
export async function compareInLanes(
  comparisons: IterableIterator<Comparison>,
  lanes: number,
  onDone: () => void = () => undefined,
): Promise<number> {
  let notServed = 0;
  const lane = async () => {
    for (const { visitor, token, jpeg } of comparisons) {
      if ((await visitor.compare(token, jpeg)) === null) notServed++;
      onDone();
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return notServed;
}
