import { type KeySurvey, type KeyUse, UNKNOWN_KEY } from '../../auth/key-survey.js';
import type { Rotation } from '../../auth/key-rotation.js';
import type { TemplateKeys } from '../../auth/template-keys.js';
import { count } from '../terminal/number-format.js';
import { textTable } from '../terminal/text-table.js';

const UNUSED: KeyUse = { accountKeys: 0, references: 0, liveRecords: 0 };

/** The keys at hand, and those that records name though they are not. */
export function statusTable({ uses }: KeySurvey, { all }: Pick<TemplateKeys, 'all'>): string {
  const state = new Map(all.map(({ id }, i) => [id, i === 0 ? 'seals' : 'opens']));
  const ids = [...new Set([...state.keys(), ...uses.keys()])];
  return textTable([
    ['template key', 'is there and', 'account keys', 'version 1 references', 'version 1 live records'],
    ...ids.map((id) => {
      const { accountKeys, references, liveRecords } = uses.get(id) ?? UNUSED;
      return [
        id === UNKNOWN_KEY ? 'not named' : id,
        state.get(id) ?? 'missing',
        ...[accountKeys, references, liveRecords].map(count),
      ];
    }),
  ]);
}

/** What is to be done next. */
export function statusAdvice(
  { uses }: KeySurvey,
  { all, first }: Pick<TemplateKeys, 'all' | 'first'>,
): string {
  const here = new Set(all.map(({ id }) => id));
  const lines: string[] = [];
  if ([...uses].some(([id, use]) => !here.has(id) && id !== UNKNOWN_KEY && use.accountKeys > 0)) {
    lines.push('A key is missing: put it back, or the faces under it have to be enrolled anew.');
  }
  if (
    [...uses].some(
      ([id, use]) => here.has(id) && (use.references > 0 || (use.accountKeys > 0 && id !== first.id)),
    )
  ) {
    lines.push('Bring everything under the first key: vultus keys rotate');
  }
  const unused = all.slice(1).filter(({ id }) => !uses.has(id));
  if (unused.length > 0) {
    lines.push(`Nothing needs ${unused.map(({ id }) => id).join(', ')} any more: vultus keys retire`);
  }
  return lines.map((line) => `${line}\n`).join('');
}

export function rotationSummary({ resealed, upgraded }: Rotation, firstId: string): string {
  return (
    `${count(resealed)} account keys were brought under the template key ${firstId}, and ${count(upgraded)} ` +
    'references of an earlier version under a key of their account.\n'
  );
}
