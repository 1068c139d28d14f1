import { count, percent } from '../src/cli/terminal/number-format.js';
import { textTable } from '../src/cli/terminal/text-table.js';
import { ascending, quantile } from './latency.js';
import type { MemoryGrowth } from './live-memory.js';
import { LOAD_KINDS, type LoadKind, type LoadRecord, type LoadStretch } from './load-traffic.js';
import type { Machine } from './machine.js';

/**
 * Of requests that are served, 99 of 100 within these milliseconds. A session check waits for nothing but the event
 * loop. A sign-in waits behind 32 others, and a verification behind 32 pictures (FACE_QUEUE) after its upload: a
 * second or two at the pace of this machine, and more while all that shares its cores.
 */
const P99_LIMIT_MS: Readonly<Record<LoadKind, number>> = {
  'session check': 250,
  'sign-in': 5000,
  verification: 5000,
};
/** Times of a shorter run are told, but not judged: what else the machine does says more about them. */
const LEAST_MINUTES = 5;
/** Mean memory of the second half ÷ that of the first. */
const MEMORY_LIMIT = 1.05;
const RECOVERY_MS = 5000;
/** Medians of light traffic, from then on ÷ before the load. */
const RECOVERED_LIMIT = 2;
/** Sent so much later than they were due, requests were not the load that is told of. */
const CLIENT_LATE_LIMIT_MS = 50;

export interface LoadMethod {
  readonly minutes: number;
  readonly accounts: number;
  readonly factor: number;
  readonly callers: number;
  /** Load averages of the last minute, before and after measuring. */
  readonly load: readonly [number, number];
}

export interface LoadMeasurements {
  readonly capacity: LoadStretch;
  readonly before: LoadStretch;
  readonly underLoad: LoadStretch;
  readonly after: LoadStretch;
  readonly memory: MemoryGrowth | null;
  readonly clientDelayMs: number;
  readonly faults: number;
}

interface Demand {
  readonly name: string;
  readonly value: number | null;
  readonly limit: string;
  /** Null where the run cannot tell. */
  readonly holds: boolean | null;
}

interface KindFigures {
  readonly asked: number;
  readonly served: number;
  readonly refused: number;
  readonly medianMs: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  readonly maxMs: number | null;
  readonly refusedP99Ms: number | null;
}

interface StretchFigures {
  readonly askedPerSecond: number;
  readonly servedPerSecond: number;
  readonly refusedShare: number;
  readonly withoutSignIn: number;
  /** By what was answered instead. */
  readonly wrong: Readonly<Record<string, number>>;
  readonly kinds: Readonly<Record<LoadKind, KindFigures>>;
}

interface LoadReport {
  readonly measuredAt: string;
  readonly machine: Machine;
  readonly method: LoadMethod;
  readonly demands: readonly Demand[];
  readonly capacity: StretchFigures;
  readonly lightBefore: StretchFigures;
  readonly load: StretchFigures;
  readonly lightAfter: StretchFigures;
  readonly recovery: Recovery;
  readonly memory: MemoryGrowth | null;
  readonly client: { readonly eventLoopP99Ms: number; readonly sentLateP99Ms: number };
  readonly faultsInLog: number;
}

interface Recovery {
  /** Since the end of the load, until the last request that was refused then. */
  readonly lastRefusalSeconds: number | null;
  readonly refusedLater: number;
  /** Medians from 5 s after the load ÷ before it. */
  readonly ratios: Readonly<Record<LoadKind, number | null>>;
}

export function loadReport(measured: LoadMeasurements, method: LoadMethod, machine: Machine): LoadReport {
  const { underLoad, before, after, memory } = measured;
  const figures = describe(underLoad);
  const recovery = describeRecovery(before, after);
  const sentLate = p99(underLoad.sentLateMs) ?? 0;
  const wrong = [measured.capacity, before, underLoad, after].reduce(
    (sum, stretch) => sum + wrongIn(stretch),
    0,
  );
  const longEnough = method.minutes >= LEAST_MINUTES;
  const atMost = (name: string, value: number | null, limit: number, judged = longEnough): Demand => ({
    name,
    value,
    limit: `≤ ${limit}`,
    holds: judged && value !== null ? value <= limit : null,
  });
  return {
    measuredAt: new Date().toISOString(),
    machine,
    method,
    demands: [
      atMost('answers that are neither right nor an honest 503, in all', wrong, 0, true),
      atMost('faults in the log of the server', measured.faults, 0, true),
      ...LOAD_KINDS.map((kind) =>
        atMost(`${kind} under load: p99, ms`, figures.kinds[kind].p99Ms, P99_LIMIT_MS[kind]),
      ),
      atMost('memory: second half ÷ first', memory?.ratio ?? null, MEMORY_LIMIT, memory?.judged ?? false),
      atMost('refused from 5 s after the load on', recovery.refusedLater, 0),
      ...LOAD_KINDS.map((kind) =>
        atMost(`${kind}: from 5 s after the load ÷ before`, recovery.ratios[kind], RECOVERED_LIMIT),
      ),
      atMost('the client itself: requests sent late, p99, ms', sentLate, CLIENT_LATE_LIMIT_MS),
    ],
    capacity: describe(measured.capacity),
    lightBefore: describe(before),
    load: figures,
    lightAfter: describe(after),
    recovery,
    memory,
    client: { eventLoopP99Ms: measured.clientDelayMs, sentLateP99Ms: sentLate },
    faultsInLog: measured.faults,
  };
}

export function loadDemandsHold({ demands }: LoadReport): boolean {
  return demands.every(({ holds }) => holds !== false);
}

function describe(stretch: LoadStretch): StretchFigures {
  const { records, seconds, withoutSignIn } = stretch;
  const wrong: Record<string, number> = {};
  for (const { kind, outcome } of records) {
    if (typeof outcome === 'string') continue;
    const name = `${kind}: ${outcome.wrong}`;
    wrong[name] = (wrong[name] ?? 0) + 1;
  }
  const kinds = Object.fromEntries(
    LOAD_KINDS.map((kind) => [kind, describeKind(records.filter((record) => record.kind === kind))]),
  ) as Record<LoadKind, KindFigures>;
  return {
    askedPerSecond: (records.length + withoutSignIn) / seconds,
    servedPerSecond: records.filter(({ outcome }) => outcome === 'served').length / seconds,
    refusedShare: records.filter(({ outcome }) => outcome === 'refused').length / Math.max(1, records.length),
    withoutSignIn,
    wrong,
    kinds,
  };
}

function describeKind(records: readonly LoadRecord[]): KindFigures {
  const served = ascending(records.filter(({ outcome }) => outcome === 'served').map(({ ms }) => ms));
  const refused = records.filter(({ outcome }) => outcome === 'refused').map(({ ms }) => ms);
  const at = (share: number) => (served.length === 0 ? null : quantile(served, share));
  return {
    asked: records.length,
    served: served.length,
    refused: refused.length,
    medianMs: at(0.5),
    p95Ms: at(0.95),
    p99Ms: at(0.99),
    maxMs: at(1),
    refusedP99Ms: p99(refused),
  };
}

function describeRecovery(before: LoadStretch, after: LoadStretch): Recovery {
  const refusals = after.records.filter(({ outcome }) => outcome === 'refused').map(({ at }) => at);
  const later = after.records.filter(({ at }) => at >= RECOVERY_MS);
  const medianOf = (records: readonly LoadRecord[], kind: LoadKind) =>
    describeKind(records.filter((record) => record.kind === kind)).medianMs;
  return {
    lastRefusalSeconds: refusals.length === 0 ? null : Math.max(...refusals) / 1000,
    refusedLater: refusals.filter((at) => at >= RECOVERY_MS).length,
    ratios: Object.fromEntries(
      LOAD_KINDS.map((kind) => {
        const [first, then] = [medianOf(before.records, kind), medianOf(later, kind)];
        return [kind, first === null || then === null ? null : then / first];
      }),
    ) as Record<LoadKind, number | null>,
  };
}

function wrongIn({ records }: LoadStretch): number {
  return records.filter(({ outcome }) => typeof outcome !== 'string').length;
}

function p99(values: readonly number[]): number | null {
  return values.length === 0 ? null : quantile(ascending(values), 0.99);
}

/** Rounded to what the measurement can tell. */
export function loadReportJson(report: LoadReport): string {
  const digits = (_: string, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(4)) : value;
  return `${JSON.stringify(report, digits, 2)}\n`;
}

export function loadTable(report: LoadReport): string {
  const { demands, method, machine, memory, client, recovery } = report;
  const stretches = [
    ['capacity', report.capacity],
    ['light, before', report.lightBefore],
    [`load, ${method.factor}× capacity`, report.load],
    ['light, after', report.lightAfter],
  ] as const;
  const wrong = stretches.flatMap(([name, { wrong: found }]) =>
    Object.entries(found).map(([what, times]) => `${times} × ${what} (${name})`),
  );
  return [
    textTable([
      ['demand', 'figure', 'limit', ''],
      ...demands.map(({ name, value, limit, holds }) => [
        name,
        value === null ? '–' : String(Number(value.toFixed(3))),
        limit,
        holds === null ? 'not judged' : holds ? 'held' : 'MISSED',
      ]),
    ]),
    '',
    textTable([
      ['stretch', 'asked /s', 'served /s', 'refused', 'without sign-in'],
      ...stretches.map(([name, { askedPerSecond, servedPerSecond, refusedShare, withoutSignIn }]) => [
        name,
        askedPerSecond.toFixed(1),
        servedPerSecond.toFixed(1),
        percent(refusedShare),
        count(withoutSignIn),
      ]),
    ]),
    '',
    textTable([
      ['stretch', 'kind', 'served', 'refused', 'median ms', 'p95', 'p99', 'max', 'refusals p99'],
      ...stretches.flatMap(([name, { kinds }]) =>
        LOAD_KINDS.map((kind) => {
          const { served, refused, medianMs, p95Ms, p99Ms, maxMs, refusedP99Ms } = kinds[kind];
          const times = [medianMs, p95Ms, p99Ms, maxMs, refusedP99Ms].map((ms) => ms?.toFixed(1) ?? '–');
          return [name, kind, count(served), count(refused), ...times];
        }),
      ),
    ]),
    '',
    wrong.length === 0 ? 'Every answer was the right one or an honest 503.' : `WRONG: ${wrong.join('; ')}.`,
    recovery.lastRefusalSeconds === null
      ? 'Nothing was refused after the load.'
      : `The last refusal came ${recovery.lastRefusalSeconds.toFixed(1)} s after the end of the load.`,
    ...(memory
      ? [
          `Memory of the server: ${count(memory.firstHalfMib)} MiB in the first half after ${memory.warmUpSeconds} s, ` +
            `${count(memory.secondHalfMib)} MiB in the second, ${count(memory.peakMib)} MiB at most; ` +
            `${memory.mibPerMinute.toFixed(1)} MiB a minute.`,
        ]
      : []),
    `The client: event loop p99 ${client.eventLoopP99Ms.toFixed(1)} ms, requests sent late p99 ${client.sentLateP99Ms.toFixed(1)} ms. ` +
      'Every time is from when a request was due.',
    `${method.minutes} minutes, ${method.accounts} accounts; capacity by ${method.callers} callers that wait for each answer.`,
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}, Node ${machine.node}; ` +
      `load ${method.load[0]} before, ${method.load[1]} after.`,
    '',
  ].join('\n');
}
