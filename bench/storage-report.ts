import { count } from '../src/cli/terminal/number-format.js';
import { textTable } from '../src/cli/terminal/text-table.js';
import { WAITING_FLOWS } from './filled-store.js';
import type { Cell, Extent } from './interleaved-rounds.js';
import { type Growth, type LatencySummary, growth, summarise } from './latency.js';
import type { Machine } from './machine.js';

/** The median may grow by so much between the smallest and the largest store. */
const GROWTH_LIMIT = 1.5;

interface Measurement extends LatencySummary {
  readonly store: string;
  readonly operation: string;
  readonly method: string;
  readonly accounts: number;
  /** Null for the smallest store, which the others are compared with. */
  readonly growth: Growth | null;
}

/** What was measured on one store. */
export interface PartialReport {
  readonly store: string;
  /** Load averages of the last minute, before and after measuring. */
  readonly load: readonly [number, number];
  /** For each operation the sizes, ascending. */
  readonly cells: readonly (readonly Cell[])[];
}

interface StorageReport {
  readonly measuredAt: string;
  readonly machine: Machine;
  readonly method: Extent & { readonly waitingFlows: number };
  readonly stores: readonly Pick<PartialReport, 'store' | 'load'>[];
  readonly demand: {
    readonly growthLimit: number;
    readonly from: number;
    readonly to: number;
    readonly holds: boolean;
  };
  readonly measurements: readonly Measurement[];
}

export function storageReport(
  parts: readonly PartialReport[],
  circumstances: {
    readonly machine: Machine;
    readonly extent: Extent;
    readonly sizes: readonly number[];
  },
): StorageReport {
  const { machine, extent, sizes } = circumstances;
  const measurements = parts.flatMap(measurementsOf);
  const to = Math.max(...sizes);
  return {
    measuredAt: new Date().toISOString(),
    machine,
    method: { ...extent, waitingFlows: WAITING_FLOWS },
    stores: parts.map(({ store, load }) => ({ store, load })),
    demand: {
      growthLimit: GROWTH_LIMIT,
      from: Math.min(...sizes),
      to,
      holds: measurements.every(({ accounts, growth }) => accounts !== to || !isTooMuch(growth)),
    },
    measurements,
  };
}

function measurementsOf({ store, cells }: PartialReport): Measurement[] {
  return cells.flatMap((sizes) =>
    sizes.map((cell, i) => ({
      store,
      operation: cell.operation.name,
      method: cell.operation.method,
      accounts: cell.store.accounts,
      growth: i === 0 ? null : growth(sizes[0]!.rounds, cell.rounds),
      ...summarise(cell.rounds),
    })),
  );
}

function isTooMuch(growth: Growth | null): boolean {
  return growth !== null && growth.ratio > GROWTH_LIMIT;
}

/** Rounded to what the measurement can tell. */
export function storageReportJson(report: StorageReport): string {
  const digits = (_: string, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(4)) : value;
  const { measurements, ...rest } = report;
  const lines = measurements.map((measurement) => `    ${JSON.stringify(measurement, digits)}`).join(',\n');
  return `${JSON.stringify(rest, null, 2).slice(0, -2)},\n  "measurements": [\n${lines}\n  ]\n}\n`;
}

export function storageTable({ measurements, method, machine, stores, demand }: StorageReport): string {
  const heading = [
    'store',
    'operation',
    'accounts',
    'ratio',
    'half of the rounds',
    'all rounds',
    'median µs',
    'p95 µs',
    'per second',
  ];
  const rows = measurements.map(({ store, operation, accounts, growth, medianUs, p95Us, perSecond }) => [
    store,
    operation,
    count(accounts),
    growth ? factor(growth.ratio) + (accounts === demand.to && isTooMuch(growth) ? ' !' : '') : '1',
    growth ? range(growth.quartiles) : '',
    growth ? range(growth.range) : '',
    microseconds(medianUs),
    microseconds(p95Us),
    count(perSecond),
  ]);
  return [
    textTable([heading, ...rows]),
    '',
    `Ratio: the median latency ÷ that of ${count(demand.from)} accounts, in the same run.`,
    `${method.rounds} rounds of ${method.callsPerRound} calls of each kind, one after the other; ` +
      `attempts are counted on ${count(method.waitingFlows)} waiting sign-ins.`,
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}, Node ${machine.node}.`,
    ...stores.map(({ store, load }) => `Load while measuring ${store}: ${load[0]} before, ${load[1]} after.`),
    `The median may grow by ${GROWTH_LIMIT}× to ${count(demand.to)} accounts: ${demand.holds ? 'held' : 'BROKEN'}.`,
    '',
  ].join('\n');
}

function factor(value: number): string {
  return value.toFixed(2);
}

function range([low, high]: readonly [number, number]): string {
  return `${factor(low)}–${factor(high)}`;
}

function microseconds(value: number): string {
  return value < 100 ? value.toFixed(1) : count(value);
}
