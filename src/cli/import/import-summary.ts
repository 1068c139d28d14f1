import { count } from '../terminal/number-format.js';
import { textTable } from '../terminal/text-table.js';
import type { Tally } from './importation.js';

/** What an import would do. */
export function surveySummary(tally: Tally): string {
  const { newcomers, withFace, hereAlready } = tally;
  const sentence =
    `${count(newcomers)} ${newcomers === 1 ? 'account' : 'accounts'} would be imported, ` +
    `of these ${count(withFace)} with a face; ` +
    `${count(hereAlready)} ${hereAlready === 1 ? 'is' : 'are'} here already; ` +
    `${count(refusedOf(tally))} cannot be imported`;
  return sentence + refusalList(tally) + costSentence(tally);
}

/** The price of not telling strangers by the time of a refusal who came from elsewhere. */
function costSentence({ highestBcryptCost }: Tally): string {
  if (highestBcryptCost === 0) return '';
  return `The highest bcrypt cost is ${highestBcryptCost}: every refused sign-in here will cost that, too.\n`;
}

/** What an import has done. */
export function importSummary(tally: Tally): string {
  const { newcomers, withFace, hereAlready } = tally;
  const refused = refusedOf(tally);
  const sentence =
    `${count(newcomers)} ${newcomers === 1 ? 'account was' : 'accounts were'} imported, ` +
    `of these ${count(withFace)} with a face; ` +
    `${count(hereAlready)} ${hereAlready === 1 ? 'was' : 'were'} here already, and nothing about them was changed; ` +
    `${count(refused)} ${refused === 1 ? 'was' : 'were'} left out`;
  return sentence + refusalList(tally);
}

export function tokenSummary(revokedTokens: number): string {
  return (
    `${count(revokedTokens)} revoked ${revokedTokens === 1 ? 'token needs' : 'tokens need'} no record here: ` +
    'every token of the earlier system is refused, revoked or not. Everybody signs in again.\n'
  );
}

/** How many records cannot be imported. */
export function refusedOf({ refusals, unusualIds }: Tally): number {
  return refusals.length + unusualIds;
}

/** By id and reason only: this goes to terminals and logs, where nobody's address belongs. */
function refusalList({ refusals, unusualIds }: Tally): string {
  const paragraphs: string[] = [];
  if (refusals.length > 0) {
    paragraphs.push(textTable([['_id', 'reason'], ...refusals.map(({ id, reason }) => [id, reason])]));
  }
  if (unusualIds > 0) {
    paragraphs.push(
      `${count(unusualIds)} with an _id that is no ObjectId. To see them in the earlier system's database:\n` +
        "db.User.find({ _id: { $not: { $type: 'objectId' } } })",
    );
  }
  return paragraphs.length === 0 ? '.\n' : `:\n\n${paragraphs.join('\n\n')}\n\n`;
}
