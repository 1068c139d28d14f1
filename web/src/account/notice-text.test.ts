import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { noticeText } from './notice-text.js';

const SOURCE = readFileSync(new URL('../../../src/auth/event-announcements.ts', import.meta.url), 'utf8');
const KINDS = [
  ...SOURCE.slice(0, SOURCE.indexOf(';\n', SOURCE.indexOf('NoticeKind'))).matchAll(/\| '(\w+)'/g),
].map(([, kind]) => kind ?? '');

const notice = (kind: string, details = {}) => ({
  id: 'n',
  kind,
  text: 'The English text.',
  created_at: '2026-01-01T12:00:00.000Z',
  seen: false,
  details,
});

describe('noticeText', () => {
  it('knows the kinds that the server has', () => {
    expect(KINDS.length).toBeGreaterThan(18);
  });

  it.each(KINDS)('says %s in German', (kind) => {
    for (const details of [{}, { device: 'Firefox on Linux' }, { by: 'operator' }]) {
      const text = noticeText(notice(kind, details), 'de');
      expect(text).not.toBe('The English text.');
      expect(text).toMatch(/^\p{Lu}.*\.$/u);
      expect(text).not.toMatch(/[{}]|undefined/);
    }
  });

  it('names the device in German, too', () => {
    expect(noticeText(notice('passkey_added', { device: 'Firefox on Linux' }), 'de')).toBe(
      'Ihrem Konto wurde ein Passkey hinzugefügt (Firefox unter Linux). Wenn Sie das nicht waren, ändern Sie Ihr Passwort.',
    );
  });

  it('keeps the sentence of the server for what it does not know, and in English', () => {
    expect(noticeText(notice('toString'), 'de')).toBe('The English text.');
    expect(noticeText(notice('passkey_added'), 'en')).toBe('The English text.');
  });
});
