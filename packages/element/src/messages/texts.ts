import { de } from './de.js';
import { type MessageKey, type Messages, en } from './en.js';

const LANGUAGES: Readonly<Record<string, Messages>> = { en, de };

/** What the element says, in one language. */
export class Texts {
  /** @param overrides in the place of single texts */
  constructor(
    /** Of the texts, which may be another one than was wished for. */
    readonly language: string,
    private readonly overrides: Partial<Messages> = {},
  ) {}

  say(key: MessageKey, values: Readonly<Record<string, string | number>> = {}): string {
    const text = this.overrides[key] ?? (LANGUAGES[this.language] ?? en)[key];
    return text.replace(/\{(\w+)\}/g, (placeholder, name: string) => String(values[name] ?? placeholder));
  }

  /** @param seconds a wait, said in full minutes where it is long */
  sayTime(seconds: number): string {
    return seconds <= 90
      ? this.say('time.seconds', { count: Math.ceil(seconds) })
      : this.say('time.minutes', { count: Math.ceil(seconds / 60) });
  }
}

/** @param wishes language tags, the dearest first. @returns the first that there are texts for, else English */
export function nearestLanguage(wishes: readonly (string | null | undefined)[]): string {
  for (const wish of wishes) {
    const [language = ''] = (wish ?? '').toLowerCase().split('-');
    if (Object.hasOwn(LANGUAGES, language)) return language;
  }
  return 'en';
}
