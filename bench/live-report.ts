import { count, percent } from '../src/cli/terminal/number-format.js';
import { textTable } from '../src/cli/terminal/text-table.js';
import { ascending, quantile } from './latency.js';
import { type ClientRecord, type Crowd, isVerdict } from './live-crowd.js';
import type { SingleSession } from './live-latency.js';
import type { MemoryGrowth } from './live-memory.js';
import type { Machine } from './machine.js';

/** Guidance of a session that has the server for itself ÷ the engine's own time, medians. */
const LATENCY_LIMIT = 1.3;
/** Ratios of a shorter run are told, but not judged. */
const LEAST_MINUTES = 5;
/** Of the frames of clients that heed the rate. */
const LOST_LIMIT = 0.02;
/**
 * The client with the fewest frames a second ÷ the one with the most, over the run. Ten minutes gave 0.95; single
 * minutes on a busy machine, in which clients are asked for two frames a second or for three, 0.76…0.85.
 */
const FAIRNESS_LIMIT = 0.7;
/** Mean memory of the second half ÷ that of the first. */
const MEMORY_LIMIT = 1.05;

interface Spread {
  readonly median: number;
  readonly p95: number;
}

interface Demand {
  readonly name: string;
  readonly value: number | null;
  readonly limit: string;
  /** Null where the run cannot tell. */
  readonly holds: boolean | null;
}

interface LiveReport {
  readonly measuredAt: string;
  readonly machine: Machine;
  readonly method: LiveMethod;
  readonly demands: readonly Demand[];
  readonly singleSession: {
    readonly framesPerSecond: number;
    readonly frames: number;
    /** Of each frame's guidance ÷ engine: half of the frames lie within. */
    readonly quartiles: readonly [number, number];
    readonly guidanceMs: Spread;
    readonly engineMs: Spread;
  };
  readonly manySessions: {
    readonly framesPerSecond: { readonly each: readonly number[]; readonly all: number };
    readonly announced: { readonly p5: number; readonly median: number; readonly p95: number };
    readonly frames: {
      readonly sent: number;
      readonly answered: number;
      readonly lost: number;
      readonly lostAtStart: number;
    };
    readonly guidanceMs: Spread;
    readonly sessions: number;
    readonly endings: Readonly<Record<string, number>>;
  };
  readonly stills: {
    readonly served: number;
    readonly notServed: number;
    /** Beside the sessions ÷ alone, medians. */
    readonly ratio: number | null;
    readonly ms: Spread | null;
    readonly aloneMs: Spread;
  };
  readonly memory: MemoryGrowth | null;
}

export interface LiveMethod {
  readonly minutes: number;
  readonly sessions: number;
  readonly workers: number;
  readonly frameBytes: number;
  /** Load averages of the last minute, before and after measuring. */
  readonly load: readonly [number, number];
}

export interface LiveMeasurements {
  readonly single: SingleSession;
  readonly crowd: Crowd;
  readonly stillsAloneMs: readonly number[];
  readonly memory: MemoryGrowth | null;
}

export function liveReport(
  { single, crowd, stillsAloneMs, memory }: LiveMeasurements,
  method: LiveMethod,
  machine: Machine,
): LiveReport {
  const singleSession = describeSingle(single);
  const manySessions = describeMany(crowd.clients);
  const stills = describeStills(crowd, stillsAloneMs);
  const latency = singleSession.guidanceMs.median / singleSession.engineMs.median;
  const { sent, lost } = manySessions.frames;
  const { each } = manySessions.framesPerSecond;
  const fairness = Math.min(...each) / Math.max(...each);
  const cutShort = Object.entries(manySessions.endings).reduce(
    (sum, [ending, times]) => sum + (isVerdict(ending) ? 0 : times),
    0,
  );
  // A short run on a machine that does other work says little: only what has to hold always is judged then.
  const longEnough = method.minutes >= LEAST_MINUTES;
  const atMost = (name: string, value: number, limit: number, judged = longEnough): Demand => ({
    name,
    value,
    limit: `≤ ${limit}`,
    holds: judged ? value <= limit : null,
  });
  return {
    measuredAt: new Date().toISOString(),
    machine,
    method,
    demands: [
      atMost('one session: guidance ÷ engine alone', latency, LATENCY_LIMIT),
      {
        name: `${method.sessions} sessions: slowest ÷ fastest client`,
        value: fairness,
        limit: `≥ ${FAIRNESS_LIMIT}`,
        holds: longEnough ? fairness >= FAIRNESS_LIMIT : null,
      },
      atMost('frames lost ÷ frames sent', lost / sent, LOST_LIMIT),
      atMost('sessions ended by the server', cutShort, 0, true),
      atMost('stills that were not served', stills.notServed, 0, true),
      memory
        ? atMost('memory: second half ÷ first', memory.ratio, MEMORY_LIMIT, memory.judged)
        : { name: 'memory: second half ÷ first', value: null, limit: `≤ ${MEMORY_LIMIT}`, holds: null },
    ],
    singleSession,
    manySessions,
    stills,
    memory,
  };
}

export function demandsHold({ demands }: LiveReport): boolean {
  return demands.every(({ holds }) => holds !== false);
}

function describeSingle({ frames, framesPerSecond }: SingleSession): LiveReport['singleSession'] {
  const ratios = ascending(frames.map(({ guidanceMs, engineMs }) => guidanceMs / engineMs));
  return {
    framesPerSecond,
    frames: frames.length,
    quartiles: [quantile(ratios, 0.25), quantile(ratios, 0.75)],
    guidanceMs: spread(frames.map(({ guidanceMs }) => guidanceMs)),
    engineMs: spread(frames.map(({ engineMs }) => engineMs)),
  };
}

function describeMany(clients: readonly ClientRecord[]): LiveReport['manySessions'] {
  const each = clients.map(({ answered, activeMs }) => (answered * 1000) / activeMs);
  const rates = ascending(clients.flatMap((client) => client.rates));
  const endings: Record<string, number> = {};
  for (const client of clients) {
    for (const [ending, times] of client.endings) endings[ending] = (endings[ending] ?? 0) + times;
  }
  const sum = (read: (client: ClientRecord) => number) =>
    clients.reduce((total, client) => total + read(client), 0);
  return {
    framesPerSecond: { each, all: each.reduce((total, rate) => total + rate, 0) },
    announced: { p5: quantile(rates, 0.05), median: quantile(rates, 0.5), p95: quantile(rates, 0.95) },
    frames: {
      sent: sum(({ sent }) => sent),
      answered: sum(({ answered }) => answered),
      lost: sum(({ lost }) => lost),
      lostAtStart: sum(({ lostAtStart }) => lostAtStart),
    },
    guidanceMs: spread(clients.flatMap(({ guidanceMs }) => guidanceMs)),
    sessions: Object.values(endings).reduce((total, times) => total + times, 0),
    endings,
  };
}

function describeStills({ stills }: Crowd, aloneMs: readonly number[]): LiveReport['stills'] {
  const alone = spread(aloneMs);
  const beside = stills.ms.length > 0 ? spread(stills.ms) : null;
  return {
    served: stills.ms.length,
    notServed: stills.notServed,
    ratio: beside && beside.median / alone.median,
    ms: beside,
    aloneMs: alone,
  };
}

function spread(values: readonly number[]): Spread {
  const sorted = ascending(values);
  return { median: quantile(sorted, 0.5), p95: quantile(sorted, 0.95) };
}

/** Rounded to what the measurement can tell. */
export function liveReportJson(report: LiveReport): string {
  const digits = (_: string, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(4)) : value;
  return `${JSON.stringify(report, digits, 2)}\n`;
}

export function liveTable(report: LiveReport): string {
  const { demands, singleSession, manySessions, stills, memory, method, machine } = report;
  const rows = demands.map(({ name, value, limit, holds }) => [
    name,
    value === null ? '–' : String(Number(value.toFixed(3))),
    limit,
    holds === null ? 'not judged: too short' : holds ? 'held' : 'BROKEN',
  ]);
  const { each, all } = manySessions.framesPerSecond;
  const { sent, lost, lostAtStart } = manySessions.frames;
  const { announced } = manySessions;
  return [
    textTable([['demand', 'figure', 'limit', ''], ...rows]),
    '',
    textTable([
      ['', 'frames per second', 'median ms', 'p95 ms'],
      [
        'one session, guidance at the client',
        singleSession.framesPerSecond.toFixed(1),
        ...ms(singleSession.guidanceMs),
      ],
      ['the same frames, engine alone', '', ...ms(singleSession.engineMs)],
      [
        `${method.sessions} sessions, guidance at the client`,
        `${Math.min(...each).toFixed(2)}–${Math.max(...each).toFixed(2)} each, ${all.toFixed(1)} in all`,
        ...ms(manySessions.guidanceMs),
      ],
      ['a still beside them', '', ...(stills.ms ? ms(stills.ms) : ['–', '–'])],
      ['a still alone', '', ...ms(stills.aloneMs)],
    ]),
    '',
    `Guidance ÷ engine: half of the ${count(singleSession.frames)} frames within ` +
      `${singleSession.quartiles.map((ratio) => ratio.toFixed(2)).join('–')}. Timed at the client, so the way there and back is in it.`,
    `Many sessions: ${count(manySessions.sessions)} sessions, ${count(sent)} frames, ${count(lost)} lost (${percent(lost / sent)}), ` +
      `${count(lostAtStart)} of them in the first second of a session; ` +
      `announced ${announced.p5}–${announced.p95} frames a second, mostly ${announced.median}.`,
    `Ended: ${Object.entries(manySessions.endings)
      .sort(([, a], [, b]) => b - a)
      .map(([ending, times]) => `${ending} ${times}`)
      .join(', ')}.`,
    `Stills: ${stills.served} served beside the sessions` +
      (stills.ratio === null ? '.' : `, in ${stills.ratio.toFixed(2)}× the time of one alone.`),
    ...(memory ? [memoryLine(memory)] : []),
    `${method.minutes} minutes of ${method.sessions} sessions on ${method.workers} workers, frames of ${count(method.frameBytes)} bytes.`,
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}, Node ${machine.node}; ` +
      `load ${method.load[0]} before, ${method.load[1]} after.`,
    '',
  ].join('\n');
}

function memoryLine(memory: MemoryGrowth): string {
  const { warmUpSeconds, firstHalfMib, secondHalfMib, peakMib, mibPerMinute, judged } = memory;
  return (
    `Memory of the server, after ${warmUpSeconds} s of warm-up: ${count(firstHalfMib)} MiB in the first half, ` +
    `${count(secondHalfMib)} MiB in the second, ${count(peakMib)} MiB at most; ${mibPerMinute.toFixed(1)} MiB a minute.` +
    (judged ? '' : ' Too short a run to judge it: 5 minutes at least.')
  );
}

function ms({ median, p95 }: Spread): [string, string] {
  return [median.toFixed(1), p95.toFixed(1)];
}
