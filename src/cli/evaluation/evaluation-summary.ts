import type { Findings } from './findings.js';
import { cosine, count, identitiesText, percent, percentRange, rate } from '../terminal/number-format.js';
import { textTable } from '../terminal/text-table.js';

/** What `vultus evaluate` prints. */
export function evaluationSummary(findings: Findings): string {
  const { accuracy, accuracyOfCompared, equalErrorRate, comparisons, failureToAcquire: failed } = findings;
  const sections = [
    [
      `Evaluation of ${findings.model.id} on ${findings.dataset}`,
      `${count(findings.images)} images of ${identitiesText(findings)}; ` +
        `${count(comparisons.listedGenuine)} genuine and ${count(comparisons.listedImpostor)} impostor pairs listed; ` +
        `${count(comparisons.impostor)} impostor comparisons ${findings.allAgainstAll ? '(all against all)' : '(listed)'}`,
      `Failures to acquire: ${failed.errors} (${percent(failed.rate)})` +
        findings.failureReasons.map((entry) => `; ${entry.reason} ${entry.count}`).join(''),
      ...(failed.errors === 0
        ? []
        : [
            `They make wrong decisions of ${comparisons.withoutScore.genuine} genuine and ` +
              `${comparisons.withoutScore.impostor} impostor pairs listed.`,
          ]),
    ].join('\n'),
    findings.warnings.join('\n'),
    [
      `Accuracy  ${percent(accuracy.mean)} ± ${percent(accuracy.standardDeviation)} ` +
        `(mean and standard deviation of ${accuracy.folds.length} folds)` +
        (failed.errors === 0
          ? ''
          : `; ${percent(accuracyOfCompared.mean)} ± ${percent(accuracyOfCompared.standardDeviation)} ` +
            `of the pairs with two templates`),
      `EER       ${percent(equalErrorRate.rate)} at cosine ${cosine(equalErrorRate.cosine)}`,
    ].join('\n'),
    operatingPoints(findings),
    shipped(findings),
  ];
  return sections.filter((section) => section !== '').join('\n\n') + '\n';
}

function operatingPoints({ operatingPoints, allAgainstAll }: Findings): string {
  if (operatingPoints.length === 0) return '';
  return (
    'Thresholds found here\n' +
    textTable([
      ['FMR', 'threshold', 'FNMR (95 %)', ...(allAgainstAll ? ['FNMR, all genuine'] : [])],
      ...operatingPoints.map((point) => [
        rate(point.falseMatchRate),
        cosine(point.cosine),
        `${percent(point.fnmrListed.rate)} (${percentRange(point.fnmrListed.interval)})`,
        ...(point.fnmrAll ? [percent(point.fnmrAll.rate)] : []),
      ]),
    ])
  );
}

function shipped({ shipped, model }: Findings): string {
  if (typeof shipped === 'string') return `No shipped threshold was checked. ${shipped}`;
  const { dataset, date } = shipped.measuredOn;
  return (
    `Shipped thresholds (calibration/${model.id}.json, measured on ${dataset}, ${date})\n` +
    textTable([
      ['for FMR', 'threshold', 'FMR here', 'false matches', 'FNMR here (95 %)'],
      ...shipped.points.map((point) => [
        rate(point.falseMatchRate),
        cosine(point.cosine),
        rate(point.fmrHere.rate),
        count(point.fmrHere.errors),
        `${percent(point.fnmrListed.rate)} (${percentRange(point.fnmrListed.interval)})`,
      ]),
    ])
  );
}
