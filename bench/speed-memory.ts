import { readFile } from 'node:fs/promises';

import { startProgress } from '../src/cli/terminal/progress.js';
import { type SectionReport, servedRow, total, verdict } from './speed-figures.js';
import type { PictureSize, Subject } from './speed-images.js';
import { ALLOCATOR_NOTE } from './speed-server.js';
import { Crowd, compareInLanes } from './speed-throughput.js';

/** MB, a million bytes each. */
const PEAK_LIMIT = { most: 350 };
/** Second half ÷ first half of the verifications that are looked at. */
const GROWTH_LIMIT = { most: 1.05 };
const LOOKED_AT = 1000;
/** In fewer, what a server takes at first and then keeps is not told from what it goes on taking. */
const LEAST_VERIFICATIONS = 2000;
/** Sign-ins that wait at a time: their tokens live ten minutes. */
const BATCH = 100;
const LANES = 4;
/** One picture in so many is a telephone's photograph. */
const PHOTOGRAPH_EVERY = 10;
const SAMPLE_EVERY_MS = 100;

interface MemorySample {
  /** Verifications that were done by then. */
  readonly done: number;
  readonly mb: number;
}

/** The memory of a server of its own, over many sign-ins with large pictures. Linux only: it is read from /proc. */
export async function measureMemory(
  { url, pid }: { readonly url: string; readonly pid: number },
  subjects: readonly Subject[],
  verifications: number,
  signal: AbortSignal,
): Promise<SectionReport> {
  const crowd = await Crowd.enrol(url, subjects);
  const samples: MemorySample[] = [];
  let done = 0;
  let notServed = 0;
  const timer = setInterval(() => {
    void memoryOf(pid, 'VmRSS').then(
      (mb) => samples.push({ done, mb }),
      // The process has just ended; whoever needs it notices.
      () => undefined,
    );
  }, SAMPLE_EVERY_MS);
  const progress = startProgress('Large pictures', verifications, process.stderr);
  try {
    while (done < verifications) {
      const comparisons = await crowd.comparisons(Math.min(BATCH, verifications - done), sizeOf);
      notServed += await compareInLanes(comparisons.values(), LANES, () => {
        done++;
        progress.advance();
      });
      signal.throwIfAborted();
    }
  } finally {
    clearInterval(timer);
    progress.stop();
  }
  const peak = await memoryOf(pid, 'VmHWM');
  const judged = verifications >= LEAST_VERIFICATIONS;
  const growth = growthOf(samples, verifications);
  return {
    rows: [
      {
        section: 'memory',
        name: `peak memory of the server, ${verifications} verifications of large pictures`,
        value: peak,
        unit: 'MB',
        ...verdict(peak, PEAK_LIMIT, judged),
      },
      ...(growth
        ? [
            {
              section: 'memory' as const,
              name: `memory over the last ${Math.min(LOOKED_AT, verifications)}: second half ÷ first`,
              value: growth.second / growth.first,
              ...verdict(growth.second / growth.first, GROWTH_LIMIT, judged),
              ours: { median: growth.second, unit: 'MB' as const },
              against: { median: growth.first, unit: 'MB' as const },
            },
          ]
        : []),
      servedRow('memory', 'verifications of large pictures', notServed),
    ],
    notes: [
      `Memory: VmHWM of a server of its own with two workers, ${LANES} at a time, pictures of 1920×1080 and every ` +
        `${PHOTOGRAPH_EVERY}th of 4000×3000; MB are millions of bytes; the allocator is ${ALLOCATOR_NOTE}. Halves are means of VmRSS ten times a second.`,
    ],
  };
}

function sizeOf(n: number): PictureSize {
  return n % PHOTOGRAPH_EVERY === 0 ? '4000×3000' : '1920×1080';
}

async function memoryOf(pid: number, what: 'VmRSS' | 'VmHWM'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const kib = Number(new RegExp(`^${what}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]);
  return (kib * 1024) / 1e6;
}

function growthOf(samples: readonly MemorySample[], verifications: number) {
  const from = Math.max(0, verifications - LOOKED_AT);
  const middle = (from + verifications) / 2;
  const first = samples.filter(({ done }) => done >= from && done < middle).map(({ mb }) => mb);
  const second = samples.filter(({ done }) => done >= middle).map(({ mb }) => mb);
  if (first.length === 0 || second.length === 0) return null;
  return { first: total(first) / first.length, second: total(second) / second.length };
}
