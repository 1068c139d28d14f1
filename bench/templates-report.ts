import { count, percent } from '../src/cli/terminal/number-format.js';
import { textTable } from '../src/cli/terminal/text-table.js';
import type { Machine } from './machine.js';
import type { TemplateAccuracy } from './templates-accuracy.js';
import type { TemplateCost } from './templates-cost.js';
import type { Distribution, Unlinkability } from './templates-unlinkability.js';

export interface TemplatesReport {
  readonly measuredAt: string;
  readonly machine: Machine;
  readonly dataset: string;
  readonly model: string;
  readonly faces: number;
  readonly people: number;
  readonly cost: TemplateCost;
  readonly accuracy: TemplateAccuracy;
  readonly unlinkability: Unlinkability;
  readonly seconds: number;
}

/** Rounded to what the measurement can tell. */
export function templatesReportJson(report: TemplatesReport): string {
  const digits = (_: string, value: unknown) =>
    typeof value === 'number' ? Number(value.toPrecision(6)) : value;
  return `${JSON.stringify(report, digits, 2)}\n`;
}

export function templatesTables(report: TemplatesReport): string {
  const { machine, seconds } = report;
  return [
    `${report.dataset}: ${count(report.faces)} templates of ${count(report.people)} people, ${report.model}`,
    '',
    ...accuracyTable(report.accuracy),
    ...linkabilityTable(report.unlinkability),
    ...costTable(report.cost),
    `${machine.cpu}, ${machine.cores} cores, Node ${machine.node}; ${count(seconds)} s.`,
    '',
  ].join('\n');
}

function accuracyTable(accuracy: TemplateAccuracy): string[] {
  return [
    `At a false match rate of ${accuracy.falseMatchRate}, ${count(accuracy.genuine)} genuine and ` +
      `${count(accuracy.impostor)} impostor comparisons`,
    textTable([
      ['templates', 'threshold', 'false non-matches', 'rate'],
      ...(['plain', 'protected'] as const).map((kind) => [
        kind,
        accuracy[kind].threshold.toFixed(6),
        count(accuracy[kind].falseNonMatches),
        percent(accuracy[kind].falseNonMatchRate),
      ]),
    ]),
    `Difference ${accuracy.differenceInPercentagePoints.toFixed(3)} percentage points; scores differ by ` +
      `${accuracy.greatestScoreDifference.toExponential(1)} at most, ${count(accuracy.otherDecisions)} decisions.`,
    '',
  ];
}

function linkabilityTable(unlinkability: Unlinkability): string[] {
  const moments = ({ mean, standardDeviation, greatest }: Distribution) =>
    [mean, standardDeviation, greatest].map((value) => value.toFixed(4));
  const { unprotected, installations, samePicture } = unlinkability;
  const rows = [
    ['as the model gives them', unprotected],
    ['two installations', installations],
    ['two installations, the same picture', samePicture],
  ] as const;
  return [
    `Linking templates, each pair under ${count(unlinkability.draws)} draws of the keys`,
    textTable([
      ['templates', 'mated: mean', 'deviation', 'most', 'non-mated: mean', 'deviation', 'most', 'D-sys'],
      ...rows.map(([name, { mated, nonMated, dSys }]) => [
        name,
        ...moments(mated),
        ...moments(nonMated),
        dSys.toFixed(4),
      ]),
    ]),
    `The estimate gives ${unlinkability.noiseFloor.toFixed(4)} where there is nothing to find.`,
    '',
  ];
}

function costTable({ plain, open, protected: compare, protect }: TemplateCost): string[] {
  return [
    textTable([
      ['', 'µs'],
      ['comparison as before', plain.toFixed(1)],
      ['comparison under a transform', compare.toFixed(1)],
      ['opening a reference, once a sign-in', open.toFixed(1)],
      ['protecting a template', protect.toFixed(1)],
    ]),
    '',
  ];
}
