import { createHash } from 'node:crypto';

import type {
  AccountKey,
  AccountRecord,
  Archive,
  AttemptCounter,
  AuditEntry,
  OutboxMessage,
  SignInFlow,
  Storage,
} from '../../storage/port.js';

/** One kind of record as a migration sees it. */
export interface RecordKind<T> {
  readonly name: string;
  readonly archiveOf: (storage: Storage) => Archive<T>;
  readonly idOf: (record: T) => string;
  /** Everything that the record says, in an order of its own: equal records have equal contents. */
  readonly contentOf: (record: T) => unknown;
  /** Whether the record still matters at `now`. One that does not may be gone from a store at any moment. */
  readonly matters: (record: T, now: number) => boolean;
  /**
   * What becomes of a record that only the target has: of no use to anybody, it is `removed`; somebody must say that
   * it may be lost, `when_told`; or it stands for ever, `never`, like one that the target has otherwise.
   */
  readonly surplus: 'removed' | 'when_told' | 'never';
}

export const ACCOUNTS: RecordKind<AccountRecord> = {
  name: 'accounts',
  archiveOf: ({ archive }) => archive.accounts,
  idOf: ({ account }) => account.id,
  contentOf: ({ account, sessions, liveRecords, passkeys, recoveryCodes, notices, consents }) => {
    const { id, email, passwordHash, createdAt, reference, referenceErasures, secondFactorOwed } = account;
    return [
      [id, email, passwordHash, createdAt, referenceErasures, secondFactorOwed],
      reference && [
        reference.modelId,
        base64(reference.ciphertext),
        reference.qualityScore,
        reference.createdAt,
        reference.lastUsedAt,
        reference.renewalDue,
      ],
      sessions.map((session) => [
        [session.id, session.createdAt, session.lastUsedAt, session.expiresAt, session.methods],
        [session.tokenHash, session.replaced?.tokenHash ?? null, session.replaced?.at ?? null],
        session.device,
      ]),
      liveRecords.map((record) => [base64(record.ciphertext), record.createdAt]),
      passkeys.map((passkey) => [
        [passkey.id, base64(passkey.publicKey), passkey.counter, passkey.transports, passkey.name],
        [passkey.backedUp, passkey.createdAt, passkey.lastUsedAt],
      ]),
      recoveryCodes,
      notices.map((notice) => [
        [notice.id, notice.kind, notice.createdAt, notice.seen],
        Object.entries(notice.details).toSorted(),
      ]),
      consents.map(({ version, textDigest, givenAt, withdrawnAt, means }) => [
        version,
        textDigest,
        givenAt,
        withdrawnAt,
        means,
      ]),
    ];
  },
  matters: () => true,
  surplus: 'when_told',
};

export const SIGN_IN_FLOWS: RecordKind<SignInFlow> = {
  name: 'sign-ins in progress',
  archiveOf: ({ archive }) => archive.signInFlows,
  idOf: ({ id }) => id,
  contentOf: ({ id, accountId, state, faceFailures, createdAt, expiresAt }) => [
    id,
    accountId,
    state,
    faceFailures,
    createdAt,
    expiresAt,
  ],
  matters: ({ expiresAt }, now) => expiresAt > now,
  surplus: 'removed',
};

export const ACCOUNT_KEYS: RecordKind<AccountKey> = {
  name: 'keys of accounts',
  archiveOf: ({ archive }) => archive.accountKeys,
  idOf: ({ accountId }) => accountId,
  contentOf: ({ accountId, sealed }) => [accountId, base64(sealed)],
  matters: () => true,
  surplus: 'when_told',
};

export const ATTEMPT_COUNTERS: RecordKind<AttemptCounter> = {
  name: 'counters of attempts',
  archiveOf: ({ archive }) => archive.attempts,
  idOf: ({ subject, origin }) => `${subject} ${origin}`,
  contentOf: ({ subject, origin, failures, blockedUntil, expiresAt }) => [
    subject,
    origin,
    failures,
    blockedUntil,
    expiresAt,
  ],
  matters: ({ expiresAt }, now) => expiresAt > now,
  surplus: 'removed',
};

export const AUDIT_ENTRIES: RecordKind<AuditEntry> = {
  name: 'entries of the audit log',
  archiveOf: ({ archive }) => archive.audit,
  idOf: ({ sequence }) => String(sequence).padStart(16, '0'),
  contentOf: ({ sequence, at, accountId, record, hash }) => [sequence, at, accountId, record, hash],
  matters: () => true,
  surplus: 'never',
};

export const OUTBOX: RecordKind<OutboxMessage> = {
  name: 'messages to send',
  archiveOf: ({ archive }) => archive.outbox,
  idOf: ({ id }) => id,
  contentOf: ({ id, body, createdAt, dueAt, attempts }) => [id, body, createdAt, dueAt, attempts],
  matters: () => true,
  surplus: 'removed',
};

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');

const PAGE = 500;

/** All records of a store that matter at `now`, ascending by id, a page in memory at a time. */
export async function* recordsOf<T>(
  storage: Storage,
  kind: RecordKind<T>,
  now: number,
): AsyncGenerator<T, undefined> {
  const archive = kind.archiveOf(storage);
  for (let after: string | null = null; ;) {
    const page: T[] = await archive.page(after, PAGE);
    for (const record of page) if (kind.matters(record, now)) yield record;
    if (page.length < PAGE) return;
    after = kind.idOf(page.at(-1)!);
  }
}

export function sameRecord<T>(kind: RecordKind<T>, a: T, b: T): boolean {
  return JSON.stringify(kind.contentOf(a)) === JSON.stringify(kind.contentOf(b));
}

/** What a store has of one kind: two stores with equal fingerprints have the same records. */
export interface Fingerprint {
  readonly count: number;
  /** Over the contents in the order of the ids, in hexadecimal. */
  readonly sha256: string;
}

export async function fingerprint<T>(
  storage: Storage,
  kind: RecordKind<T>,
  now: number,
): Promise<Fingerprint> {
  const hash = createHash('sha256');
  let count = 0;
  for await (const record of recordsOf(storage, kind, now)) {
    hash.update(`${JSON.stringify(kind.contentOf(record))}\n`);
    count++;
  }
  return { count, sha256: hash.digest('hex') };
}
