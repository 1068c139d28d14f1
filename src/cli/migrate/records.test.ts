import { describe, expect, it } from 'vitest';

import {
  ACCOUNTS,
  ACCOUNT_KEYS,
  ATTEMPT_COUNTERS,
  AUDIT_ENTRIES,
  OUTBOX,
  type RecordKind,
  SIGN_IN_FLOWS,
  sameRecord,
} from './records.js';

const KINDS = [
  example(ACCOUNTS, {
    account: {
      id: 'a',
      email: 'a@example.org',
      passwordHash: 'x',
      createdAt: 1,
      reference: {
        modelId: 'm',
        ciphertext: Uint8Array.of(1, 2),
        qualityScore: 0.5,
        createdAt: 2,
        lastUsedAt: 3,
        renewalDue: false,
      },
      referenceErasures: 0,
      secondFactorOwed: false,
      hasPasskeys: true,
    },
    sessions: [
      {
        id: 's',
        accountId: 'a',
        tokenHash: 't',
        replaced: { tokenHash: 'r', at: 1 },
        createdAt: 2,
        lastUsedAt: 3,
        expiresAt: 4,
        methods: ['pwd', 'face'],
        device: 'd',
      },
    ],
    liveRecords: [{ ciphertext: Uint8Array.of(3), createdAt: 5 }],
    passkeys: [
      {
        id: 'p',
        publicKey: Uint8Array.of(4),
        counter: 1,
        transports: ['usb'],
        name: 'n',
        backedUp: true,
        createdAt: 6,
        lastUsedAt: 7,
      },
    ],
    recoveryCodes: ['c'],
    notices: [{ id: 'n', kind: 'k', createdAt: 8, seen: false, details: { device: 'd' } }],
    consents: [{ version: '1', textDigest: 'x', givenAt: 9, withdrawnAt: 10, means: 'call' }],
  }),
  example(ACCOUNT_KEYS, { accountId: 'a', sealed: Uint8Array.of(1) }),
  example(SIGN_IN_FLOWS, {
    id: 'f',
    accountId: 'a',
    state: 'awaiting_face' as const,
    faceFailures: 1,
    createdAt: 2,
    expiresAt: 3,
  }),
  example(ATTEMPT_COUNTERS, { subject: 's', origin: 'o', failures: 1, blockedUntil: 2, expiresAt: 3 }),
  example(AUDIT_ENTRIES, { sequence: 1, at: 2, accountId: 'a', record: '{}', hash: 'h' }),
  example(OUTBOX, { id: 'm', body: 'b', createdAt: 1, dueAt: 2, attempts: 3 }),
];

/** Follow from what else is in the record. */
const DERIVED = ['account.hasPasskeys', 'sessions.0.accountId'];

describe.each(KINDS)('of the $name', ({ paths, differs }) => {
  it.each(paths.filter((path) => !DERIVED.includes(path)))('%s makes a difference', (path) => {
    expect(differs(path)).toBe(true);
  });

  it('nothing else does', () => {
    for (const path of paths.filter((candidate) => DERIVED.includes(candidate))) {
      expect(differs(path)).toBe(false);
    }
  });
});

/** A kind with a record of it that has everything, of which single values can be changed. */
function example<T>(kind: RecordKind<T>, record: T) {
  return {
    name: kind.name,
    paths: pathsOf(record),
    differs: (path: string) => !sameRecord(kind, record, changedAt(record, path.split('.')) as T),
  };
}

function pathsOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return [''];
  return Object.entries(value).flatMap(([name, part]) =>
    pathsOf(part).map((path) => (path === '' ? name : `${name}.${path}`)),
  );
}

function changedAt(value: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined) {
    if (value instanceof Uint8Array) return Uint8Array.of(...value, 0);
    return typeof value === 'boolean' ? !value : `${String(value)} changed`;
  }
  const whole = value as Record<string, unknown>;
  const part = changedAt(whole[name], rest);
  return Array.isArray(value) ? value.with(Number(name), part) : { ...whole, [name]: part };
}
