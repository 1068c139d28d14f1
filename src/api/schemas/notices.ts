import { z } from 'zod';

import type { NoticeKind } from '../../auth/event-announcements.js';
import type { Notice } from '../../storage/port.js';

export const noticesSchema = z.object({
  notices: z.array(
    z.object({
      id: z.string(),
      kind: z.string().describe('Stable; new ones may come.'),
      text: z.string().describe('The same in a sentence.'),
      created_at: z.iso.datetime(),
      seen: z.boolean(),
      details: z.object({
        device: z.string().optional(),
        subject: z.string().optional().describe('What it is about, e.g. the id of a passkey.'),
        by: z.string().optional().describe('`operator` or `system`, when it was not the account itself.'),
      }),
    }),
  ),
});

export const seenSchema = z.strictObject({
  ids: z
    .array(
      z
        .string('must be a text')
        .max(300, 'is too long')
        .refine((id) => !/\p{Cc}/u.test(id), 'holds characters that no id has'),
    )
    .max(100, 'are too many')
    .meta({ example: ['0d5f0a8e-6c1c-4a55-9b1e-6f8d0e1b2c3d'] }),
});

export const noticesExample = {
  notices: [
    {
      id: 'flow:b2mGq0b3bXyX4m0lQ4b7bqk2m3J0l2m1a8kQ3v5n7xY',
      kind: 'face_refused',
      text: 'Somebody passed your password (Firefox on Linux), but not your face. If it was not you, change your password.',
      created_at: '2026-01-01T12:00:00.000Z',
      seen: false,
      details: { device: 'Firefox on Linux' },
    },
  ],
};

interface Words {
  /** @param device in brackets after a space, empty when unknown */
  readonly text: (device: string) => string;
  /** What to do when it was somebody else. */
  readonly advice?: string;
}

const NOT_YOU = 'If it was not you, change your password.';

const TEXTS: Readonly<Record<NoticeKind, Words>> = {
  face_refused: {
    text: (device) => `Somebody passed your password${device}, but not your face.`,
    advice: NOT_YOU,
  },
  passkey_refused: {
    text: (device) => `Somebody passed your password${device}, but had no passkey of yours.`,
    advice: NOT_YOU,
  },
  recovery_code_refused: {
    text: (device) => `Somebody passed your password${device}, but had no recovery code of yours.`,
    advice: NOT_YOU,
  },
  new_device: {
    text: (device) => `A device that was not known signed in to your account${device}.`,
    advice: NOT_YOU,
  },
  recovery_code_used: {
    text: (device) => `A recovery code was used to sign in${device}.`,
    advice: NOT_YOU,
  },
  attempts_delayed: {
    text: () => 'There were many failed attempts to sign in to your account. Further ones have to wait.',
  },
  attempts_cleared: {
    text: () => 'The failed attempts to sign in to your account were forgotten. Nobody has to wait any more.',
  },
  face_suspended: {
    text: () => 'Too many faces were refused, so your face is not accepted any more.',
    advice: 'Sign in with a passkey or a recovery code, and enrol your face again.',
  },
  sessions_revoked: { text: (device) => `The other sessions of your account were ended${device}.` },
  session_reused: {
    text: () =>
      'A token that had been replaced was used again: somebody may have copied it. Its session was ended.',
    advice: 'Sign in again, and change your password.',
  },
  password_changed: {
    text: (device) => `Your password was changed${device}.`,
    advice: 'If it was not you, contact the operator of this service.',
  },
  face_enrolled: { text: (device) => `A face was enrolled on your account${device}.`, advice: NOT_YOU },
  face_disabled: { text: (device) => `The face of your account was removed${device}.`, advice: NOT_YOU },
  face_renewal_requested: {
    text: () =>
      'The stored reference of your face was revoked. A new one takes its place when you next sign in with your face.',
  },
  face_renewed: {
    text: () => 'A new reference of your face has taken the place of the one that was stored.',
  },
  face_expired: {
    text: () => 'Your face was not used for a long time, and was erased.',
    advice: 'You can enrol it again.',
  },
  passkey_added: { text: (device) => `A passkey was added to your account${device}.`, advice: NOT_YOU },
  passkey_removed: { text: (device) => `A passkey was removed from your account${device}.`, advice: NOT_YOU },
  recovery_codes_issued: {
    text: (device) => `Recovery codes were issued for your account${device}. Earlier ones are void.`,
    advice: NOT_YOU,
  },
  consent_withdrawn: {
    text: (device) => `The consent to the processing of your face was withdrawn${device}.`,
    advice: NOT_YOU,
  },
  account_exported: { text: (device) => `The data of your account were exported${device}.`, advice: NOT_YOU },
};

/** For what a newer version has written. */
const UNKNOWN_KIND: Words = {
  text: () => 'Something happened that this version of the server has no words for.',
};

export function noticeAnswer({ id, kind, createdAt, seen, details }: Notice) {
  const { device, subject, by } = details;
  return {
    id,
    kind,
    text: textOf(kind, device, by),
    created_at: new Date(createdAt).toISOString(),
    seen,
    details: {
      ...(device === undefined ? {} : { device }),
      ...(subject === undefined ? {} : { subject }),
      ...(by === undefined ? {} : { by }),
    },
  };
}

function textOf(kind: string, device: string | undefined, by: string | undefined): string {
  const { text, advice } = Object.hasOwn(TEXTS, kind) ? TEXTS[kind as NoticeKind] : UNKNOWN_KIND;
  const said = text(device === undefined ? '' : ` (${device})`);
  const after = by === 'operator' ? 'It was done by the operator of this service.' : advice;
  return after === undefined ? said : `${said} ${after}`;
}
