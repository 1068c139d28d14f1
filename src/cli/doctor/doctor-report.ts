import { printable } from '../terminal/printable.js';
import { textTable } from '../terminal/text-table.js';
import type { Finding, Verdict } from './finding.js';

export function doctorTable(findings: readonly Finding[]): string {
  const rows = findings.flatMap(({ check, verdict, says, advice }) => [
    [verdict, check, printable(says)],
    ...(advice === undefined ? [] : [['', '', `→ ${printable(advice)}`]]),
  ]);
  const number = (verdict: Verdict) => findings.filter((finding) => finding.verdict === verdict).length;
  const summary = (['ok', 'warning', 'failed', 'skipped'] as const)
    .map((verdict) => `${number(verdict)} ${verdict}`)
    .join(', ');
  return `${textTable(rows)}\n\n${summary}\n`;
}

export function doctorJson(findings: readonly Finding[]): string {
  const status = isSound(findings) ? 'ok' : 'failed';
  return `${JSON.stringify({ status, findings }, null, 2)}\n`;
}

/** Warnings are for the operator to weigh. */
export function isSound(findings: readonly Finding[]): boolean {
  return findings.every(({ verdict }) => verdict !== 'failed');
}
