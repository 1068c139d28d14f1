import { describe, expect, it } from 'vitest';

import { de } from './de.js';
import { en } from './en.js';

type Texts = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** That the keys are the same is for the compiler to see; what is filled in is not. */
describe('the German texts', () => {
  const english = Object.entries(en as Texts).flatMap(([section, texts]) =>
    Object.entries(texts).map(([key, text]) => ({ section, key, text })),
  );

  it.each(english)('fill in the same as the English ones: $section.$key', ({ section, key, text }) => {
    const german = (de as Texts)[section]?.[key] ?? '';
    expect(german).not.toBe('');
    expect(placeholders(german)).toEqual(placeholders(text));
  });

  it('say “Sie”', () => {
    const all = JSON.stringify(de);
    expect(all).not.toMatch(/\b(du|dein\w*|dich|dir)\b/i);
  });
});

function placeholders(text: string): string[] {
  return [...text.matchAll(/\{\{\w+\}\}/g)].map(([placeholder]) => placeholder).sort();
}
