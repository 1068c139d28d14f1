import {
  type KeyFigure,
  factsTable,
  figure,
  figures,
  htmlPage,
  keyFigureList,
  list,
  section,
  table,
  warning,
} from '../evaluation/page-parts.js';
import { count, percent, percentRange } from '../terminal/number-format.js';
import { networkHistogram, sweepChart } from './pad-charts.js';
import type { PadFindings } from './pad-findings.js';
import { padLimitsOf } from './pad-limits.js';
import { type FigureTable, cueTable, errorRateTable, sweepTable } from './pad-tables.js';
import { type PresentationRates, worstSpecies } from './presentation-rates.js';

/** The findings as one HTML file for people: no script, nothing that is loaded from elsewhere. */
export function padPage(findings: PadFindings): string {
  const title = `Presentation attack detection by ${findings.model.id} on ${findings.dataset}`;
  const { limits } = findings;
  return htmlPage(title, `${count(findings.images.length)} frames, ${findings.date}`, [
    ...findings.warnings.map(warning),
    keyFigureList(keyFigures(findings)),
    section(
      'Error rates',
      asHtml(
        `At the shipped limits: network ${limits.network}, moiré ${limits.moire} dB, border ${limits.border} and then ` +
          `network ${limits.networkInBorder}. With 95 % Wilson intervals.`,
        errorRateTable(findings),
      ),
    ),
    section(
      'What each check adds',
      asHtml('Each row has the checks of the rows above it and one more.', cueTable(findings)),
    ),
    section(
      'Other thresholds',
      asHtml("Thresholds on the network's score, the cues as shipped.", sweepTable(findings)),
    ),
    section('Curves', figures(charts(findings))),
    section('Failures to acquire', failuresToAcquire(findings)),
    section('What was measured', whatWasMeasured(findings)),
    section('Limits', list(padLimitsOf(findings))),
  ]);
}

function keyFigures({ shipped: { frames, sessions }, failureToAcquire }: PadFindings): KeyFigure[] {
  const pair = (unit: string, rates: PresentationRates): KeyFigure[] => {
    const worst = worstSpecies(rates);
    const { bpcer } = rates;
    return [
      [
        `Worst APCER, ${unit}`,
        worst ? percent(worst.rate) : '–',
        worst ? `${worst.species}, ${percentRange(worst.interval)}` : 'no attack was decided on',
      ],
      [
        `BPCER, ${unit}`,
        bpcer.trials > 0 ? percent(bpcer.rate) : '–',
        bpcer.trials > 0 ? percentRange(bpcer.interval) : 'nothing bona fide was decided on',
      ],
    ];
  };
  return [
    ...(sessions ? pair('sessions', sessions) : []),
    ...pair('frames', frames),
    [
      'Failure to acquire',
      percent(failureToAcquire.rate),
      `${count(failureToAcquire.errors)} of ${count(failureToAcquire.trials)} frames`,
    ],
  ];
}

function asHtml(explanation: string, { head, rows }: FigureTable): string {
  return table(explanation, head, rows);
}

function charts(findings: PadFindings): string[] {
  return [
    figure(
      networkHistogram(findings),
      'Scores of the network',
      'All frames with a face, in bins of 0.02. Dashed: the shipped threshold.',
    ),
    figure(
      sweepChart(findings, ({ frames }) => frames),
      'Error rates by threshold, frames',
      'Every frame decided by itself. Dashed: the shipped threshold.',
    ),
    ...(findings.shipped.sessions
      ? [
          figure(
            sweepChart(findings, ({ sessions }) => sessions),
            'Error rates by threshold, sessions',
            'Decided by the medians of a session. Dashed: the shipped threshold.',
          ),
        ]
      : []),
  ];
}

function failuresToAcquire({ failureToAcquire, failureReasons, poorQuality }: PadFindings): string {
  const { errors, trials, interval } = failureToAcquire;
  const explanation =
    `${count(errors)} of ${count(trials)} frames without one face, on which nothing is decided ` +
    `(95 % interval ${percentRange(interval)}). ${count(poorQuality)} frames with a face are of a quality that a ` +
    `verification refuses; they are decided on all the same.`;
  return table(
    explanation,
    ['Reason', 'Frames'],
    failureReasons.map((entry) => [entry.reason, count(entry.count)]),
  );
}

function whatWasMeasured(findings: PadFindings): string {
  const { images, model, shipped, subjects } = findings;
  const bonaFide = images.filter(({ species }) => species === null).length;
  const sessionCount = ({ bpcer, apcer }: PresentationRates) =>
    [bpcer, ...apcer].reduce((sum, { trials, nonResponses }) => sum + trials + nonResponses, 0);
  return factsTable(
    [
      ['Image set', findings.dataset],
      ['Frames', `${count(bonaFide)} bona fide, ${count(images.length - bonaFide)} of attacks`],
      [
        'Subjects',
        subjects ? `${count(subjects.bonaFide)} bona fide, ${count(subjects.attack)} of attacks` : 'unknown',
      ],
      [
        'Sessions',
        shipped.sessions
          ? `${count(sessionCount(shipped.sessions))} of ${count(findings.sessionFrames)} frames; ` +
            `${count(findings.leftOut)} frames are in none`
          : 'none',
      ],
      ['Network', `${model.id}, sha256 ${model.sha256}`],
      ['Date', findings.date],
    ],
    findings.commandLine,
  );
}
