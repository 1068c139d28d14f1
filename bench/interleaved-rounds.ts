import { setImmediate } from 'node:timers/promises';

import { startProgress } from '../src/cli/terminal/progress.js';
import type { FilledStore } from './filled-store.js';
import type { Call, StorageOperation } from './storage-operations.js';

/** How often, and how many calls at a time. */
export interface Extent {
  readonly rounds: number;
  readonly callsPerRound: number;
}

interface Circumstances {
  readonly name: string;
  /** Called before each round. */
  readonly keepWarm: () => Promise<void>;
  readonly signal: AbortSignal;
}

/** One operation on a store of one size. */
export interface Cell {
  readonly operation: StorageOperation;
  readonly store: FilledStore;
  /** Latencies in microseconds, an array for each round. */
  readonly rounds: Float64Array[];
}

/**
 * Samples every operation on every store in rounds. Within a round each size has its turn, close to the
 * others' and in all orders over the rounds, so that whatever else the machine does meets all sizes alike;
 * what a round says of one size stands beside what it says of the others. A first round warms up and is
 * forgotten.
 *
 * @param signal ends it between two turns with an AbortError
 */
export async function measureInRounds(
  stores: readonly FilledStore[],
  operations: readonly StorageOperation[],
  { rounds, callsPerRound, name, keepWarm, signal }: Extent & Circumstances,
): Promise<Cell[][]> {
  const cells = operations.map((operation) =>
    stores.map((store): Cell => ({ operation, store, rounds: [] })),
  );
  const progress = startProgress(`Measuring ${name}, round`, rounds + 1, process.stderr);
  try {
    for (let round = 0; round <= rounds; round++) {
      await keepWarm();
      for (const sizes of inTurn(cells, round)) {
        for (const { operation, store, rounds: results } of inTurn(sizes, round)) {
          const calls = Array.from({ length: callsPerRound }, () => operation.draw(store));
          const latencies = await timeEach(calls);
          if (round > 0) results.push(latencies);
          await setImmediate(undefined, { signal });
        }
      }
      progress.advance();
    }
  } finally {
    progress.stop();
  }
  return cells;
}

/** Rotated, and backwards every other round: of three, all six orders come in six rounds. */
function inTurn<T>(items: readonly T[], round: number): T[] {
  const first = round % items.length;
  const order = [...items.slice(first), ...items.slice(0, first)];
  return round % 2 === 0 ? order : order.reverse();
}

/**
 * One call after the other.
 *
 * @returns microseconds each
 * @throws Error when a call does not find what is there: it would be fast, and no measurement
 */
async function timeEach(calls: readonly Call[]): Promise<Float64Array> {
  const latencies = new Float64Array(calls.length);
  for (const [i, call] of calls.entries()) {
    const start = performance.now();
    const found = await call();
    latencies[i] = (performance.now() - start) * 1000;
    if (!found) throw new Error('the store does not hold what it was filled with');
  }
  return latencies;
}
