import { readFileSync } from 'node:fs';

import { ServerUnreachable, VultusProblem } from '@vultus/client';
import { describe, expect, it } from 'vitest';

import { fieldText, isAboutFieldsOnly, problemText } from './problem-texts.js';

const DOCUMENT = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
const LANGUAGES = ['en', 'de'] as const;

describe('problemText', () => {
  const codes = firstColumn(DOCUMENT.slice(0, DOCUMENT.indexOf('\n## ')));

  it('reads the codes out of the document', () => {
    expect(codes.length).toBeGreaterThan(35);
    expect(codes).toContain('busy');
  });

  it.each(codes)('has words for %s in both languages', (code) => {
    for (const language of LANGUAGES)
      expect(problemText(problem({ code }), language)).toMatch(/^\p{Lu}.*[.]$/u);
    expect(problemText(problem({ code }), 'de')).not.toBe(problemText(problem({ code }), 'en'));
  });

  const reasons = DOCUMENT.split('\n## ')
    .filter((part) => part.startsWith('Reasons'))
    .flatMap(firstColumn);

  it.each(reasons)('says the reason %s instead of the general sentence', (reason) => {
    for (const language of LANGUAGES) {
      const general = problemText(problem({ code: 'live_check_failed' }), language);
      expect(problemText(problem({ code: 'live_check_failed', reasons: [reason] }), language)).not.toBe(
        general,
      );
    }
  });

  it('falls back on the sentence of the server for what it does not know', () => {
    expect(problemText(problem({ code: 'toString' }), 'de')).toBe('The detail.');
    expect(problemText(problem({ code: 'poor_quality', reasons: ['unheard_of'] }), 'en')).toBe(
      'The face cannot be seen well enough.',
    );
  });

  it('tells a server that does not answer from a fault of the page', () => {
    expect(problemText(new ServerUnreachable('x'), 'en')).toMatch(/does not answer/);
    expect(problemText(new TypeError('x'), 'en')).toMatch(/went wrong on this page/);
  });
});

describe('fieldText', () => {
  const [, part = ''] = DOCUMENT.split('\n## Codes of single fields');
  const codes = [...part.slice(0, part.indexOf('as zod names them')).matchAll(/`(\w+)`/g)]
    .map(([, code]) => code ?? '')
    .filter((code) => code !== 'validation_failed');

  it('reads the codes out of the document', () => {
    expect(codes).toContain('too_common');
  });

  it.each(codes.filter((code) => !code.startsWith('errors')))(
    'has words for %s in both languages',
    (code) => {
      const error = refusedField({ field: 'f', code, message: 'Use at least 12 characters.' });
      expect(fieldText(error, 'f', 'de')).not.toBe(fieldText(error, 'f', 'en'));
      expect(fieldText(error, 'f', 'en')).not.toBe('This cannot be used as it is.');
    },
  );

  it('names the limit of this server', () => {
    const error = refusedField({
      field: 'password',
      code: 'too_short',
      message: 'Use at least 15 characters.',
    });
    expect(fieldText(error, 'password', 'de')).toMatch(/mindestens 15 Zeichen/);
    expect(fieldText(error, 'email', 'de')).toBeUndefined();
    expect(isAboutFieldsOnly(error, ['password'])).toBe(true);
    expect(isAboutFieldsOnly(error, ['email'])).toBe(false);
  });

  it('does not leave a hole where the server names no limit', () => {
    const error = refusedField({ field: 'password', code: 'too_short', message: 'is too short' });
    expect(fieldText(error, 'password', 'en')).toBe('This cannot be used as it is.');
  });
});

function firstColumn(markdown: string): string[] {
  return [...markdown.matchAll(/^\| `(\w+)` \|/gm)].map(([, code]) => code ?? '');
}

function problem(given: {
  code: string;
  reasons?: string[];
  errors?: Record<string, string>[];
}): VultusProblem {
  const body = { type: 'urn:t', title: 'T', status: 422, detail: 'The detail.', request_id: 'r', ...given };
  // Codes come from the document, and some from a server that does not exist yet.
  return new VultusProblem(body as unknown as ConstructorParameters<typeof VultusProblem>[0]);
}

function refusedField(error: Record<string, string>): VultusProblem {
  return problem({ code: 'validation_failed', errors: [error] });
}
