import type { Findings } from './findings.js';
import { cosine, count, identitiesText, percent, percentRange, rate } from '../terminal/number-format.js';
import { detChart, rocChart, scoreHistogram, thresholdChart } from './report-charts.js';
import { limitsOf } from './report-limits.js';
import { REPORT_STYLE } from './report-style.js';

/** The findings as one HTML file for people: no script, nothing that is loaded from elsewhere. */
export function reportPage(findings: Findings): string {
  const title = `Evaluation of ${findings.model.id} on ${findings.dataset}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<title>${escapeHtml(title)}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
<p class="soft">${count(findings.images)} images of ${identitiesText(findings)}, ${escapeHtml(findings.date)}</p>
${findings.warnings.map((warning) => `<p class="warning">${escapeHtml(warning)}</p>`).join('\n')}
${keyFigures(findings)}
<h2>Error rates by threshold</h2>
${operatingPoints(findings)}
<h2>Thresholds in use</h2>
${shippedThresholds(findings)}
<h2>Curves</h2>
<div class="charts">
${charts(findings)}
</div>
<h2>Failures to acquire</h2>
${failuresToAcquire(findings)}
<h2>What was measured</h2>
${whatWasMeasured(findings)}
<h2>Limits</h2>
<ul>
${limitsOf(findings)
  .map((limit) => `<li>${escapeHtml(limit)}</li>`)
  .join('\n')}
</ul>
</body>
</html>
`;
}

function keyFigures(findings: Findings): string {
  const { accuracy, accuracyOfCompared, equalErrorRate, failureToAcquire } = findings;
  const figures = [
    [
      'Accuracy',
      percent(accuracy.mean),
      `± ${percent(accuracy.standardDeviation)} over ${accuracy.folds.length} folds`,
    ],
    ...(failureToAcquire.errors === 0
      ? []
      : [
          [
            'Accuracy without failures to acquire',
            percent(accuracyOfCompared.mean),
            `± ${percent(accuracyOfCompared.standardDeviation)}, pairs with two templates`,
          ],
        ]),
    ['Equal error rate', percent(equalErrorRate.rate), `at cosine ${cosine(equalErrorRate.cosine)}`],
    [
      'Failure to acquire',
      percent(failureToAcquire.rate),
      `${count(failureToAcquire.errors)} of ${count(failureToAcquire.trials)} images`,
    ],
  ];
  const items = figures.map(
    ([name = '', value = '', note = '']) =>
      `<div><dt>${name}</dt><dd>${value}<small>${note}</small></dd></div>`,
  );
  return `<dl class="key">\n${items.join('\n')}\n</dl>`;
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

function charts(findings: Findings): string {
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
  ].join('\n');
}

function figure(svg: string, name: string, caption: string): string {
  return (
    `<figure><div role="img" aria-label="${escapeHtml(`${name}. ${caption}`)}">${svg}</div>` +
    `<figcaption><strong>${escapeHtml(name)}.</strong> ${escapeHtml(caption)}</figcaption></figure>`
  );
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
  const rows = facts.map(
    ([name, value]) => `<tr><th scope="row">${name}</th><td>${escapeHtml(value)}</td></tr>`,
  );
  rows.push(`<tr><th scope="row">Command</th><td><code>${escapeHtml(findings.commandLine)}</code></td></tr>`);
  return `<table class="facts"><tbody>\n${rows.join('\n')}\n</tbody></table>`;
}

/** A value, or a value with a note that stands below it where there is little room. */
type Cell = string | readonly [value: string, note: string];

function table(explanation: string, head: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const headCells = head.map((cell) => `<th scope="col">${escapeHtml(cell)}</th>`).join('');
  const bodyRows = rows.map(
    ([first = '', ...cells]) =>
      `<tr><th scope="row">${cellHtml(first)}</th>${cells.map((cell) => `<td>${cellHtml(cell)}</td>`).join('')}</tr>`,
  );
  return (
    `<p class="soft small">${escapeHtml(explanation)}</p>\n` +
    `<div class="scroll"><table><thead><tr>${headCells}</tr></thead>\n` +
    `<tbody>\n${bodyRows.join('\n')}\n</tbody></table></div>`
  );
}

function cellHtml(cell: Cell): string {
  if (typeof cell === 'string') return escapeHtml(cell);
  return `${escapeHtml(cell[0])} <small>${escapeHtml(cell[1])}</small>`;
}

function escapeHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
