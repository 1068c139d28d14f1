import { ascending, quantile } from './latency.js';

/** What a run of the speed benchmark can be limited to, in the order in which it is measured. */
export const SPEED_SECTIONS = [
  'engine',
  'http',
  'throughput',
  'responsiveness',
  'session-check',
  'peers',
  'start',
  'memory',
] as const;
export type SpeedSection = (typeof SPEED_SECTIONS)[number];

/** Ratios of fewer rounds are told, but not judged. */
export const LEAST_ROUNDS = 10;

export type Unit = 'ms' | '/s' | 'MB' | 's';

/** One side of a comparison. */
export interface Spread {
  readonly median: number;
  /** Of the samples, or what `upperName` says. */
  readonly upper?: number;
  readonly upperName?: 'p95' | 'p99';
  readonly unit: Unit;
}

export type Limit = { readonly most: number } | { readonly least: number };

/** One line of the table. */
export interface SpeedRow {
  readonly section: SpeedSection;
  readonly name: string;
  /** What is judged: a ratio, or an absolute figure in `unit`. Null where there is nothing to compare with. */
  readonly value: number | null;
  readonly unit?: Unit;
  /** Of the rounds: half of them lie within. */
  readonly quartiles?: readonly [number, number];
  readonly limit?: Limit;
  /** Null where there is no limit, or the run was too short to tell. */
  readonly holds?: boolean | null;
  readonly ours?: Spread;
  readonly against?: Spread;
  readonly accuracy?: string;
}

export interface SectionReport {
  readonly rows: readonly SpeedRow[];
  /** How it was measured, and what to know when reading it. */
  readonly notes: readonly string[];
}

interface Ratio {
  readonly value: number;
  readonly quartiles: readonly [number, number];
}

/** Samples of both sides in each round, in one unit. */
export interface PairedRounds {
  readonly ours: readonly (readonly number[])[];
  readonly against: readonly (readonly number[])[];
}

/**
 * The median over the rounds of what ours took in all ÷ what the other side took in all, so that whatever else the
 * machine did in a round met both.
 */
export function ratioOf({ ours, against }: PairedRounds): Ratio {
  return spreadOfRatios(ours.map((round, i) => total(round) / total(against[i]!)));
}

/** @param ratios of single rounds */
export function spreadOfRatios(ratios: readonly number[]): Ratio {
  const sorted = ascending(ratios);
  return { value: quantile(sorted, 0.5), quartiles: [quantile(sorted, 0.25), quantile(sorted, 0.75)] };
}

export function spreadOf(rounds: readonly (readonly number[])[], unit: Unit = 'ms'): Spread {
  const sorted = ascending(rounds.flat());
  return { median: quantile(sorted, 0.5), upper: quantile(sorted, 0.95), upperName: 'p95', unit };
}

/** @param judged whether the run was long enough */
export function verdict(value: number, limit: Limit, judged: boolean): Pick<SpeedRow, 'limit' | 'holds'> {
  if (!judged) return { limit, holds: null };
  return { limit, holds: 'most' in limit ? value <= limit.most : value >= limit.least };
}

/** How many of what was asked for was not served: judged however short the run. */
export function servedRow(section: SpeedSection, what: string, notServed: number): SpeedRow {
  return { section, name: `${what} not served`, value: notServed, ...verdict(notServed, { most: 0 }, true) };
}

/** Turns about with the rounds, so that nobody always comes first. */
export function inTurn<T>(items: readonly T[], round: number): T[] {
  const first = round % items.length;
  return [...items.slice(first), ...items.slice(0, first)];
}

export function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
