import { countReasons } from './acquisition.js';
import type { CalibrationResult } from './calibration-document.js';
import { comparisonsNeeded } from './error-rates.js';
import { cosine, count, percent, percentRange, rate } from '../terminal/number-format.js';
import type { Scores } from './scores.js';
import { textTable } from '../terminal/text-table.js';

/** What `vultus calibrate` prints. */
export function calibrationSummary({ calibration, unsupported }: CalibrationResult, scores: Scores): string {
  const on = calibration.measured_on;
  const failures = countReasons(scores.failures).map((entry) => `${entry.reason} ${entry.count}`);
  const lines = [
    `Calibration of ${calibration.model} on ${on.dataset}`,
    `${count(on.images)} images of ${count(on.identities)} identities; ` +
      `${count(on.impostor_comparisons)} impostor and ${count(on.genuine_comparisons)} genuine comparisons`,
    `Failures to acquire: ${[count(on.failures_to_acquire), ...failures].join('; ')}`,
  ];
  if (!scores.identities.known) {
    lines.push(
      '',
      `IDENTITIES ARE UNKNOWN: ${scores.identities.reason}. Only the listed impostor pairs were compared, ` +
        `and the number of identities counts the groups that genuine pairs join.`,
    );
  }
  lines.push(
    '',
    textTable([
      ['FMR', 'threshold', 'FNMR', '95 %'],
      ...calibration.thresholds.map((point) => [
        rate(point.false_match_rate),
        cosine(point.cosine),
        percent(point.false_non_match_rate),
        percentRange(point.false_non_match_rate_95),
      ]),
    ]),
  );
  if (unsupported.length > 0) {
    const needed = unsupported.map((r) => `${rate(r)} (takes ${count(comparisonsNeeded(r))})`);
    lines.push('', `Left out, for want of impostor comparisons: ${needed.join(', ')}.`);
  }
  return lines.join('\n') + '\n';
}
