import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const SAMPLE_EVERY_MS = 1000;
/** What of a run is not looked at: until every part has been used, a server takes memory that it then keeps. */
const WARM_UP_SHARE = 0.2;
const MAX_WARM_UP_MS = 120_000;
/** In less, the halves are so short that one collection of garbage makes the difference. */
const MIN_JUDGED_MS = 300_000;

interface MemorySample {
  readonly at: number;
  readonly mib: number;
}

/** What a process has in memory, over a run. */
export interface MemoryGrowth {
  readonly warmUpSeconds: number;
  /** Mean of the second half after the warm-up ÷ mean of the first. */
  readonly ratio: number;
  readonly firstHalfMib: number;
  readonly secondHalfMib: number;
  readonly peakMib: number;
  /** Of the straight line through all samples after the warm-up. */
  readonly mibPerMinute: number;
  /** Whether the run was long enough to tell. */
  readonly judged: boolean;
}

/** Samples the resident memory of another process until it is stopped. */
export class MemoryWatch {
  readonly #samples: MemorySample[] = [];
  readonly #startedAt = performance.now();
  readonly #timer: NodeJS.Timeout;

  constructor(private readonly pid: number) {
    this.#timer = setInterval(() => void this.#sample(), SAMPLE_EVERY_MS);
  }

  /** @returns how it grew; null when there were too few samples to say anything */
  stop(): MemoryGrowth | null {
    clearInterval(this.#timer);
    const end = performance.now();
    const length = end - this.#startedAt;
    const warmUp = Math.min(MAX_WARM_UP_MS, WARM_UP_SHARE * length);
    const warm = this.#samples.filter(({ at }) => at >= this.#startedAt + warmUp);
    const middle = (this.#startedAt + warmUp + end) / 2;
    const first = warm.filter(({ at }) => at < middle);
    const second = warm.filter(({ at }) => at >= middle);
    if (first.length === 0 || second.length === 0) return null;
    const firstHalfMib = mean(first.map(({ mib }) => mib));
    const secondHalfMib = mean(second.map(({ mib }) => mib));
    return {
      warmUpSeconds: Math.round(warmUp / 1000),
      ratio: secondHalfMib / firstHalfMib,
      firstHalfMib,
      secondHalfMib,
      peakMib: Math.max(...warm.map(({ mib }) => mib)),
      mibPerMinute: slope(warm) * 60_000,
      judged: length >= MIN_JUDGED_MS,
    };
  }

  async #sample(): Promise<void> {
    try {
      this.#samples.push({ at: performance.now(), mib: await residentMib(this.pid) });
    } catch {
      // The process has just ended; whoever needs it notices.
    }
  }
}

async function residentMib(pid: number): Promise<number> {
  if (process.platform === 'linux') {
    const status = await readFile(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)![1]) / 1024;
  }
  const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(pid)]);
  return Number(stdout) / 1024;
}

/** Least squares, in MiB a millisecond. */
function slope(samples: readonly MemorySample[]): number {
  const at = mean(samples.map((sample) => sample.at));
  const mib = mean(samples.map((sample) => sample.mib));
  let product = 0;
  let square = 0;
  for (const sample of samples) {
    product += (sample.at - at) * (sample.mib - mib);
    square += (sample.at - at) ** 2;
  }
  return square === 0 ? 0 : product / square;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
