import { readFileSync } from 'node:fs';

import type { ProblemCode } from '@vultus/client';
import { describe, expect, it } from 'vitest';

import { de } from './de.js';
import { type MessageKey, en } from './en.js';
import { problemWords } from './problem-words.js';
import { Texts, nearestLanguage } from './texts.js';

const ERRORS = readFileSync(new URL('../../../../docs/errors.md', import.meta.url), 'utf8');
const codes = [...ERRORS.matchAll(/^\| `(\w+)` \| \d{3} \|/gm)].map(([, code]) => code as ProblemCode);
const reasons = [...ERRORS.slice(ERRORS.indexOf('## Reasons')).matchAll(/^\| `(\w+)` \|/gm)].map(
  ([, reason]) => reason!,
);

/** What no call of this element can be answered but by a fault of its own. */
const FAULTS = [
  'bad_request',
  'body_too_large',
  'email_taken',
  'file_missing',
  'image_too_large',
  'invalid_credentials',
  'invalid_recovery_code',
  'live_check_not_offered',
  'malformed_json',
  'malformed_upload',
  'not_found',
  'passkey_in_use',
  'passkey_not_found',
  'passkey_rejected',
  'session_not_found',
  'token_superseded',
  'too_many_passkeys',
  'unsupported_image',
  'unsupported_media_type',
  'validation_failed',
];

describe('texts', () => {
  it('are there in German as in English, with the same places to fill in', () => {
    expect(Object.keys(de).toSorted()).toEqual(Object.keys(en).toSorted());
    for (const [key, text] of Object.entries(en)) {
      const places = (words: string) => [...words.matchAll(/\{\w+\}/g)].map(String).toSorted();
      expect(places(de[key as MessageKey]), key).toEqual(places(text));
      expect(de[key as MessageKey].trim(), key).not.toBe('');
    }
  });

  it('address the reader formally, and shout at nobody', () => {
    for (const text of Object.values(de)) expect(text).not.toMatch(/\b([Dd]u|[Dd]ein\w*|[Dd]ich|[Dd]ir)\b|!/);
    for (const text of Object.values(en)) expect(text).not.toContain('!');
  });

  it('say something of their own about each refusal that can come', () => {
    expect(codes.length).toBeGreaterThan(40);
    const unsaid = codes.filter((code) => problemWords({ code, reasons: [] }) === 'problem.page_fault');
    expect(unsaid.toSorted()).toEqual(FAULTS);
  });

  it('say something about each reason', () => {
    expect(reasons.length).toBeGreaterThan(18);
    for (const reason of reasons) {
      expect(problemWords({ code: 'live_check_failed', reasons: [reason] })).toBe(`reason.${reason}`);
    }
    expect(problemWords({ code: 'live_check_failed', reasons: ['unheard_of'] })).toBe(
      'problem.live_check_failed',
    );
  });

  it('can be replaced one by one, and filled in', () => {
    const texts = new Texts('de', { start: 'Los' });
    expect(texts.say('start')).toBe('Los');
    expect(texts.say('step', { step: 2, total: 3 })).toBe('Schritt 2 von 3');
    expect(texts.sayTime(30)).toBe('30 s');
    expect(texts.sayTime(3_600)).toBe('60 min');
  });

  it('are in the nearest language that there is', () => {
    expect(nearestLanguage(['de-AT', 'en'])).toBe('de');
    expect(nearestLanguage([null, '', 'fr', 'DE'])).toBe('de');
    expect(nearestLanguage(['fr', 'constructor'])).toBe('en');
  });
});
