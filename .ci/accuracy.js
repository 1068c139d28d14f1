// Holds a report of `vultus evaluate` against the accuracy that docs/accuracy.md promises. Exits 1 when it falls short.
import { readFileSync } from 'node:fs';

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const fnmrAt = (rate) =>
  report.operating_points.find((point) => point.false_match_rate === rate)?.false_non_match_rate.rate;

const promises = [
  ['accuracy ≥ 99.3 %', report.accuracy.mean, (value) => value >= 0.993],
  ['FNMR at FMR 1e-3 ≤ 1.6 %', fnmrAt(1e-3), (value) => value <= 0.016],
  ['FNMR at FMR 1e-4 ≤ 3.0 %', fnmrAt(1e-4), (value) => value <= 0.03],
];
let kept = true;
for (const [promise, value, holds] of promises) {
  const ok = value !== undefined && holds(value);
  kept &&= ok;
  process.stdout.write(`${ok ? 'kept  ' : 'BROKEN'}  ${promise}: ${(100 * value).toFixed(2)} %\n`);
}
process.exit(kept ? 0 : 1);
