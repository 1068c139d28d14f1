/** What one cell's samples say; latencies in microseconds. */
export interface LatencySummary {
  readonly calls: number;
  readonly medianUs: number;
  readonly p95Us: number;
  /** Calls one after the other: not what the store does for many callers at once. */
  readonly perSecond: number;
}

/** How a latency relates to that of the smallest store. */
export interface Growth {
  /** Of the medians over all rounds. */
  readonly ratio: number;
  /** Of each round's medians: lower and upper quartile. Half of the rounds lie within. */
  readonly quartiles: readonly [number, number];
  /** Of each round's medians: the least and the greatest. */
  readonly range: readonly [number, number];
}

export function summarise(rounds: readonly Float64Array[]): LatencySummary {
  const sorted = ascending(rounds.flatMap((round) => [...round]));
  return {
    calls: sorted.length,
    medianUs: quantile(sorted, 0.5),
    p95Us: quantile(sorted, 0.95),
    perSecond: (sorted.length * 1e6) / sorted.reduce((sum, value) => sum + value, 0),
  };
}

/** @param base the samples of the smallest store in the same rounds */
export function growth(base: readonly Float64Array[], rounds: readonly Float64Array[]): Growth {
  const ratios = ascending(rounds.map((round, i) => medianOf([round]) / medianOf([base[i]!])));
  return {
    ratio: medianOf(rounds) / medianOf(base),
    quartiles: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
    range: [quantile(ratios, 0), quantile(ratios, 1)],
  };
}

function medianOf(rounds: readonly Float64Array[]): number {
  return quantile(ascending(rounds.flatMap((round) => [...round])), 0.5);
}

export function ascending(values: readonly number[]): Float64Array {
  return Float64Array.from(values).sort();
}

/** @param share 0…1 of the values lie below; between two values it is interpolated */
export function quantile(sorted: Float64Array, share: number): number {
  const position = (sorted.length - 1) * share;
  const below = sorted[Math.floor(position)]!;
  const above = sorted[Math.ceil(position)]!;
  return below + (above - below) * (position % 1);
}
