import { count } from '../src/cli/terminal/number-format.js';
import { textTable } from '../src/cli/terminal/text-table.js';
import type { Machine } from './machine.js';
import type { Limit, SectionReport, SpeedRow, Spread, Unit } from './speed-figures.js';

const HEADING = ['', 'figure', 'half of the rounds', 'limit', '', 'ours', 'compared with', 'accuracy'];

export interface SpeedReport {
  readonly measuredAt: string;
  readonly machine: Machine;
  readonly method: SpeedMethod;
  /** Demands first, then what is only told. */
  readonly rows: readonly SpeedRow[];
  readonly notes: readonly string[];
  /** What was not measured, and why. */
  readonly skipped: readonly string[];
}

interface SpeedMethod {
  readonly rounds: number;
  readonly verifications: number;
  readonly pictures: string;
  /** Load averages of the last minute, before and after measuring. */
  readonly load: readonly [number, number];
  readonly seconds: number;
}

export function speedReport(
  sections: readonly SectionReport[],
  skipped: readonly string[],
  circumstances: { readonly machine: Machine; readonly method: SpeedMethod },
): SpeedReport {
  const rows = sections.flatMap((section) => section.rows);
  return {
    measuredAt: new Date().toISOString(),
    ...circumstances,
    rows: [
      ...rows.filter(({ limit }) => limit !== undefined),
      ...rows.filter(({ limit }) => limit === undefined),
    ],
    notes: sections.flatMap((section) => section.notes),
    skipped,
  };
}

export function demandsHold({ rows }: SpeedReport): boolean {
  return rows.every(({ holds }) => holds !== false);
}

/** Rounded to what the measurement can tell. */
export function speedReportJson(report: SpeedReport): string {
  const digits = (_: string, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(4)) : value;
  const { rows, ...rest } = report;
  const lines = rows.map((row) => `    ${JSON.stringify(row, digits)}`).join(',\n');
  return `${JSON.stringify(rest, digits, 2).slice(0, -2)},\n  "rows": [\n${lines}\n  ]\n}\n`;
}

export function speedTable(report: SpeedReport): string {
  const { rows, notes, skipped, machine, method } = report;
  return [
    textTable([HEADING, ...rows.map(cellsOf)].map(withoutEmptyEnd)),
    '',
    ...notes,
    `Pictures: ${method.pictures}`,
    `${method.rounds} rounds; ${count(method.seconds)} s. ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ` +
      `${machine.system}, Node ${machine.node}; load ${method.load[0]} before, ${method.load[1]} after.`,
    ...skipped.map((what) => `SKIPPED: ${what}`),
    '',
  ].join('\n');
}

/** The same rows for docs/performance.md. */
export function speedMarkdown({ rows }: SpeedReport): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const ruler = HEADING.map((name) => (name === 'figure' ? '---:' : '---'));
  return [HEADING, ruler, ...rows.map(cellsOf)].map(line).join('\n') + '\n';
}

function cellsOf(row: SpeedRow): string[] {
  const { name, value, unit, quartiles, limit, holds, ours, against, accuracy } = row;
  return [
    name,
    value === null ? '' : amount(value, unit),
    quartiles ? quartiles.map((ratio) => ratio.toFixed(2)).join('–') : '',
    limit ? limitText(limit, unit) : '',
    limit ? { true: 'held', false: 'MISSED', null: 'too short to judge' }[String(holds ?? null)]! : '',
    ours ? spreadText(ours) : '',
    against ? spreadText(against) : '',
    accuracy ?? '',
  ];
}

function withoutEmptyEnd(cells: readonly string[]): string[] {
  return cells.slice(0, cells.findLastIndex((cell) => cell !== '') + 1);
}

function limitText(limit: Limit, unit?: Unit): string {
  const suffix = unit ? ` ${unit}` : '';
  return 'most' in limit ? `≤ ${limit.most}${suffix}` : `≥ ${limit.least}${suffix}`;
}

function spreadText({ median, upper, upperName, unit }: Spread): string {
  const tail = upper === undefined || !upperName ? '' : ` (${upperName} ${digits(upper)})`;
  return `${digits(median)} ${unit}${tail}`.replace(' /s', '/s');
}

function amount(value: number, unit?: Unit): string {
  if (unit) return `${digits(value)} ${unit}`;
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}

function digits(value: number): string {
  if (value >= 1000) return count(value);
  return value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
}
