import { distance } from 'fastest-levenshtein';

/** Two letters that changed places are two edits. */
const MOST_EDITS = 2;
/** In a short name two edits make another word: HOME is no HOST. */
const LONG_NAME = 8;
/** Beginnings that no other program's variables are known to have. */
const OURS = /^(FACE|TEMPLATE|WEBHOOK|CONSENT|RATE_LIMIT|ATTEMPTS|IMAGE_MAX|LIVE|VERIFICATION|VULTUS)_/;

export interface UnknownVariable {
  readonly name: string;
  /** The known one that it resembles most; null when none does. */
  readonly nearest: string | null;
}

/**
 * Variables that look as if they were meant for this program, which does not read them.
 *
 * @param names of the environment
 * @param known those that the program reads
 */
export function misspelt(names: readonly string[], known: readonly string[]): UnknownVariable[] {
  const found: UnknownVariable[] = [];
  for (const name of names) {
    if (known.includes(name)) continue;
    const nearest = nearestOf(name, known);
    if (nearest !== null || OURS.test(name)) found.push({ name, nearest });
  }
  return found;
}

export function misspeltSentence({ name, nearest }: UnknownVariable): string {
  return `${name} is set, and nothing reads it.${nearest === null ? '' : ` Is ${nearest} meant?`}`;
}

function nearestOf(name: string, known: readonly string[]): string | null {
  let best: string | null = null;
  let least = Infinity;
  for (const candidate of known) {
    const edits = distance(name.toUpperCase(), candidate);
    const most = candidate.length >= LONG_NAME ? MOST_EDITS : 1;
    if (edits <= most && edits < least) [best, least] = [candidate, edits];
  }
  return best;
}
