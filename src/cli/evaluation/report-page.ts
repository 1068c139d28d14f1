import type { Findings } from './findings.js';
import { cosine, count, identitiesText, percent, percentRange, rate } from '../terminal/number-format.js';
import {
  type KeyFigure,
  escapeHtml,
  factsTable,
  figure,
  figures,
  htmlPage,
  keyFigureList,
  list,
  section,
  table,
  warning,
} from './page-parts.js';
import { detChart, rocChart, scoreHistogram, thresholdChart } from './report-charts.js';
import { limitsOf } from './report-limits.js';

/** The findings as one HTML file for people: no script, nothing that is loaded from elsewhere. */
export function reportPage(findings: Findings): string {
  const title = `Evaluation of ${findings.model.id} on ${findings.dataset}`;
  const subtitle = `${count(findings.images)} images of ${identitiesText(findings)}, ${findings.date}`;
  return htmlPage(title, subtitle, [
    ...findings.warnings.map(warning),
    keyFigures(findings),
    section('Error rates by threshold', operatingPoints(findings)),
    section('Thresholds in use', shippedThresholds(findings)),
    section('Curves', figures(charts(findings))),
    section('Failures to acquire', failuresToAcquire(findings)),
    section('What was measured', whatWasMeasured(findings)),
    section('Limits', list(limitsOf(findings))),
  ]);
}

function keyFigures(findings: Findings): string {
  const { accuracy, accuracyOfCompared, equalErrorRate, failureToAcquire } = findings;
  const entries: KeyFigure[] = [
    [
      'Accuracy',
      percent(accuracy.mean),
      `± ${percent(accuracy.standardDeviation)} over ${accuracy.folds.length} folds`,
    ],
    ['Equal error rate', percent(equalErrorRate.rate), `at cosine ${cosine(equalErrorRate.cosine)}`],
    [
      'Failure to acquire',
      percent(failureToAcquire.rate),
      `${count(failureToAcquire.errors)} of ${count(failureToAcquire.trials)} images`,
    ],
  ];
  if (failureToAcquire.errors > 0) {
    entries.splice(1, 0, [
      'Accuracy without failures to acquire',
      percent(accuracyOfCompared.mean),
      `± ${percent(accuracyOfCompared.standardDeviation)}, pairs with two templates`,
    ]);
  }
  return keyFigureList(entries);
}

function operatingPoints({ operatingPoints, allAgainstAll, comparisons }: Findings): string {
  if (operatingPoints.length === 0) return '<p>There are too few impostor comparisons for any threshold.</p>';
  return table(
    `Thresholds from ${count(comparisons.impostor)} impostor comparisons ` +
      `(${allAgainstAll ? 'all images against all' : 'the listed pairs'}); ` +
      `false non-match rate of ${count(comparisons.listedGenuine)} listed genuine pairs, with 95 % Wilson interval` +
      (comparisons.allGenuine === undefined
        ? '.'
        : `, and of all ${count(comparisons.allGenuine)} genuine pairs among the images.`),
    [
      'False match rate',
      'Threshold (cosine)',
      'False non-match rate',
      ...(allAgainstAll ? ['All genuine pairs'] : []),
    ],
    operatingPoints.map((point) => [
      [rate(point.falseMatchRate), `1 in ${count(1 / point.falseMatchRate)}`],
      cosine(point.cosine),
      [percent(point.fnmrListed.rate), percentRange(point.fnmrListed.interval)],
      ...(point.fnmrAll ? [percent(point.fnmrAll.rate)] : []),
    ]),
  );
}

function shippedThresholds({ shipped, model, comparisons }: Findings): string {
  if (typeof shipped === 'string') return `<p>No shipped threshold was checked. ${escapeHtml(shipped)}</p>`;
  const { dataset, date } = shipped.measuredOn;
  return table(
    `calibration/${model.id}.json, measured on ${dataset}, ${date}, tried on the images of this evaluation: ` +
      `false matches among ${count(comparisons.impostor)} impostor comparisons, ` +
      `false non-matches among ${count(comparisons.listedGenuine)} listed genuine pairs.`,
    [
      'For false match rate',
      'Threshold (cosine)',
      'False match rate (false matches) here',
      'False non-match rate here',
    ],
    shipped.points.map((point) => [
      rate(point.falseMatchRate),
      cosine(point.cosine),
      [rate(point.fmrHere.rate), count(point.fmrHere.errors)],
      [percent(point.fnmrListed.rate), percentRange(point.fnmrListed.interval)],
    ]),
  );
}

function charts(findings: Findings): string[] {
  return [
    figure(rocChart(findings), 'ROC curve', 'How many genuine pairs match, for each rate of false matches.'),
    figure(detChart(findings), 'DET curve', 'Both error rates on logarithmic scales. Dashed: equal rates.'),
    figure(
      scoreHistogram(findings),
      'Comparison scores',
      'Bins of 0.02. Dashed: the thresholds for the false match rates written on them.',
    ),
    figure(
      thresholdChart(findings),
      'Error rates by threshold',
      'What a stricter threshold gains in false matches and costs in false non-matches, on a logarithmic scale.',
    ),
  ];
}

function failuresToAcquire(findings: Findings): string {
  const { errors, trials, interval } = findings.failureToAcquire;
  const { genuine, impostor } = findings.comparisons.withoutScore;
  if (errors === 0) return `<p>Every one of the ${count(trials)} images gave a template.</p>`;
  return table(
    `${count(errors)} of ${count(trials)} images gave no template (95 % interval ${percentRange(interval)}). ` +
      `Listed pairs that are counted as wrong for that: ${count(genuine)} genuine, ${count(impostor)} impostor.`,
    ['Reason', 'Images'],
    findings.failureReasons.map((entry) => [entry.reason, count(entry.count)]),
  );
}

function whatWasMeasured(findings: Findings): string {
  const { comparisons, model } = findings;
  const facts: [string, string][] = [
    ['Image set', findings.dataset],
    ['Images', `${count(findings.images)} of ${identitiesText(findings)}`],
    [
      'Listed pairs',
      `${count(comparisons.listedGenuine)} genuine, ${count(comparisons.listedImpostor)} impostor, ` +
        `${findings.accuracy.folds.length} folds ${findings.foldsOfFile ? 'of the pairs file' : 'assigned in turn'}`,
    ],
    [
      'Comparisons',
      `${count(comparisons.impostor)} impostor` +
        (comparisons.allGenuine === undefined
          ? ' (listed)'
          : `, ${count(comparisons.allGenuine)} genuine (all against all)`),
    ],
    ['Recognition model', `${model.id}, sha256 ${model.sha256}`],
    ['Date', findings.date],
  ];
  return factsTable(facts, findings.commandLine);
}
