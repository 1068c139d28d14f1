import { ServerUnreachable, VultusProblem, isProblem } from '@vultus/client';

import type { Language } from './texts/language.js';
import { englishWords } from './texts/problem-words.en.js';
import { germanWords } from './texts/problem-words.de.js';
import type { ProblemWords } from './texts/problem-words.js';

const WORDS: Readonly<Record<Language, ProblemWords>> = { en: englishWords, de: germanWords };

/** @returns what happened and what to do, for the person in front of the screen, whatever was thrown */
export function problemText(error: Error, language: Language): string {
  const words = WORDS[language];
  if (error instanceof ServerUnreachable) return words.unreachable;
  if (!(error instanceof VultusProblem)) return words.fault;
  // A newer server may have codes that this page has not heard of; its own sentence is better than none.
  const text = wordsFor(words.codes, error.code) ?? error.detail;
  const reasons = error.reasons.flatMap((reason) => wordsFor(words.reasons, reason) ?? []);
  return reasons.length > 0 ? reasons.join(' ') : text;
}

/**
 * What the server said about one field, in words.
 *
 * @returns undefined when there is nothing wrong with it
 */
export function fieldText(error: Error | null, field: string, language: Language): string | undefined {
  if (!isProblem(error, 'validation_failed')) return undefined;
  const wrong = error.errors.find((entry) => entry.field === field);
  if (!wrong) return undefined;
  const { fields, otherField } = WORDS[language];
  const number = /\d+/.exec(wrong.message)?.[0];
  const text = wordsFor(fields, wrong.code);
  if (text === undefined) return otherField;
  // Limits are the operator's, and stand in the server's sentence only.
  return text.includes('{n}') && number === undefined ? otherField : text.replace('{n}', number ?? '');
}

/** @param fields that the form shows errors at by itself @returns whether there is more to say than what stands there */
export function isAboutFieldsOnly(error: Error | null, fields: readonly string[]): boolean {
  return (
    isProblem(error, 'validation_failed') &&
    error.errors.length > 0 &&
    error.errors.every(({ field }) => fields.includes(field))
  );
}

function wordsFor(words: Readonly<Record<string, string>>, key: string): string | undefined {
  return Object.hasOwn(words, key) ? words[key] : undefined;
}
