// Holds a report of `vultus evaluate-pad` against the error rates that docs/accuracy.md promises. Exits 1 when it falls
// short.
import { readFileSync } from 'node:fs';

const report = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const { frames, sessions } = report;

const promises = [
  ['BPCER, sessions ≤ 5 %', sessions?.bpcer.rate, 0.05],
  ['BPCER, frames ≤ 4 %', frames.bpcer.rate, 0.04],
  ['worst APCER, sessions ≤ 4 %', sessions?.worst_apcer, 0.04],
  ['worst APCER, frames ≤ 2 %', frames.worst_apcer, 0.02],
  ['failures to acquire ≤ 3 %', report.failure_to_acquire.rate, 0.03],
];
let kept = true;
for (const [promise, value, limit] of promises) {
  // A rate of nothing is null, and null would count as 0.
  const ok = typeof value === 'number' && value <= limit;
  kept &&= ok;
  process.stdout.write(`${ok ? 'kept  ' : 'BROKEN'}  ${promise}: ${(100 * value).toFixed(2)} %\n`);
}
process.exit(kept ? 0 : 1);
