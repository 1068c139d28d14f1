import { count, percent, percentRange } from '../terminal/number-format.js';
import { textTable } from '../terminal/text-table.js';
import type { PadFindings } from './pad-findings.js';
import { type FigureTable, cueTable, errorRateTable, sweepTable } from './pad-tables.js';
import { type KindRate, worstSpecies } from './presentation-rates.js';

/** What `vultus evaluate-pad` prints. */
export function padSummary(findings: PadFindings): string {
  const { failureToAcquire: failed, limits, subjects, shipped } = findings;
  const sections = [
    [
      `Presentation attack detection by ${findings.model.id} on ${findings.dataset}`,
      `${count(findings.images.length)} frames` +
        (subjects
          ? ` of ${count(subjects.bonaFide)} bona fide and ${count(subjects.attack)} attack subjects; ` +
            `sessions of ${count(findings.sessionFrames)} frames`
          : ''),
      `Failures to acquire: ${failed.errors} (${percent(failed.rate)})` +
        findings.failureReasons.map(({ reason, count: times }) => `; ${reason} ${times}`).join(''),
      `Of poor quality, but decided on all the same: ${count(findings.poorQuality)} frames` +
        (findings.leftOut > 0 ? `; in no session: ${count(findings.leftOut)} frames` : ''),
    ].join('\n'),
    findings.warnings.join('\n'),
    [
      headline('Worst APCER, frames  ', worstSpecies(shipped.frames)),
      ...(shipped.sessions ? [headline('Worst APCER, sessions', worstSpecies(shipped.sessions))] : []),
    ].join('\n'),
    `At the shipped limits (network ${limits.network}, moiré ${limits.moire} dB, ` +
      `border ${limits.border} and then network ${limits.networkInBorder})\n` +
      asText(errorRateTable(findings)),
    `What each check adds\n${asText(cueTable(findings))}`,
    `Other thresholds on the network's score\n${asText(sweepTable(findings))}`,
  ];
  return sections.filter((section) => section !== '').join('\n\n') + '\n';
}

function headline(name: string, worst: (KindRate & { readonly species: string }) | undefined): string {
  if (!worst) return `${name}  no attack was decided on`;
  return `${name}  ${percent(worst.rate)} (${percentRange(worst.interval)}), ${worst.species}`;
}

function asText({ head, rows }: FigureTable): string {
  const cell = (figure: string | readonly [string, string]) =>
    typeof figure === 'string' ? figure : `${figure[0]} (${figure[1]})`;
  return textTable([head, ...rows.map((row) => row.map(cell))]);
}
