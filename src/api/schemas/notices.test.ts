import { describe, expect, it } from 'vitest';

import { ANNOUNCEMENTS } from '../../auth/event-announcements.js';
import { noticeAnswer, noticesSchema, seenSchema } from './notices.js';

const notice = (kind: string, details: Record<string, string> = {}) =>
  noticeAnswer({ id: 'n1', kind, createdAt: 1_900_000_000_000, seen: false, details });

describe('noticeAnswer', () => {
  const kinds = Object.values(ANNOUNCEMENTS)
    .flatMap(({ success, failure }) => [success.notice, failure.notice])
    .filter((kind) => kind !== null);

  it.each([...kinds, 'new_device'])('says %s in whole sentences', (kind) => {
    for (const details of [{}, { device: 'Firefox on Linux' }, { by: 'operator' }]) {
      const { text } = notice(kind, details);
      expect(text).toMatch(/^[A-Z].*[^ ]\.$/);
      expect(text).not.toMatch(/undefined|no words/);
    }
  });

  it('names the device', () => {
    expect(notice('face_refused', { device: 'Firefox on Linux' }).text).toBe(
      'Somebody passed your password (Firefox on Linux), but not your face. If it was not you, change your password.',
    );
  });

  it('does not ask the owner whether it was them when it was the operator', () => {
    expect(notice('face_disabled', { by: 'operator' }).text).toBe(
      'The face of your account was removed. It was done by the operator of this service.',
    );
  });

  it('answers a white-list, also for kinds that it does not know', () => {
    const answer = notice('toString', { device: 'd', subject: 's', by: 'system', address: '192.0.2.1' });
    expect(answer.details).toEqual({ device: 'd', subject: 's', by: 'system' });
    expect(answer.text).toMatch(/no words/);
    expect(noticesSchema.safeParse({ notices: [answer] }).success).toBe(true);
  });
});

describe('seenSchema', () => {
  it('takes a hundred ids, and nothing else', () => {
    const ids = Array.from({ length: 100 }, (_, i) => `n${i}`);
    expect(seenSchema.safeParse({ ids }).success).toBe(true);
    for (const body of [
      { ids: [...ids, 'more'] },
      { ids: [1] },
      { ids: ['x'.repeat(301)] },
      { ids: 'n1' },
      {},
      { ids, all: true },
    ]) {
      expect(seenSchema.safeParse(body).success).toBe(false);
    }
  });
});
