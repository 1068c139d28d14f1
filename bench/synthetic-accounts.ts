import { createHash, randomBytes } from 'node:crypto';

import { hashTokenReference } from '../src/auth/tokens.js';
import type { AccountRecord } from '../src/storage/port.js';

/** By what an account and its session are found. */
export interface AccountKeys {
  readonly id: string;
  readonly email: string;
  readonly sessionId: string;
}

/** Version (1 byte), nonce (12), 512 values of 4 bytes, tag (16): what `TemplateVault` makes of a template. */
const CIPHERTEXT_BYTES = 2077;
/** Kept stores are measured again later; nothing in them may have expired by then. */
const SESSIONS_EXPIRE_FROM = Date.UTC(2100, 0, 1);
const ACCOUNTS_CREATED_FROM = Date.UTC(2025, 0, 1);

const FIRST_NAMES =
  'an bo ida max lena omar maria chidi yasmin thomas aaliyah giovanni alexandra wilhelmina maximiliane'.split(
    ' ',
  );
const LAST_NAMES =
  'li roy kim diaz novak okafor rossi schmidt johansson fernandez papadopoulos vandenberg wijayasinghe'.split(
    ' ',
  );
const DOMAINS = [
  'x.example',
  'mail.example',
  'example.com',
  'post.example.net',
  'students.university.example',
  'mail.department.government.example',
];

/** @returns the keys of the account with this number: the same in every run, scattered like real ones */
export function accountKeys(index: number): AccountKeys {
  const digest = digestOf(index);
  return {
    id: uuid(digest),
    email: email(index, digest),
    sessionId: hashTokenReference(`session ${index}`),
  };
}

/** @returns an enrolled account with one live session, of the size that real ones have */
export function accountRecord(index: number): AccountRecord {
  const { id, email, sessionId } = accountKeys(index);
  const digest = digestOf(index);
  const createdAt = ACCOUNTS_CREATED_FROM + digest.readUInt32LE(20);
  return {
    account: {
      id,
      email,
      passwordHash: passwordHash(),
      createdAt,
      reference: {
        modelId: 'fr_feature@0123456789ab',
        ciphertext: randomBytes(CIPHERTEXT_BYTES),
        qualityScore: digest.readUInt16LE(24) / 0xffff,
        createdAt,
        lastUsedAt: createdAt,
        renewalDue: false,
      },
      referenceErasures: 0,
      secondFactorOwed: false,
      hasPasskeys: false,
    },
    sessions: [
      {
        id: sessionId,
        accountId: id,
        createdAt,
        expiresAt: SESSIONS_EXPIRE_FROM + digest.readUInt32LE(26),
        methods: ['pwd', 'face'],
        tokenHash: sessionId,
        replaced: null,
        lastUsedAt: createdAt,
        device: 'Firefox on Linux',
      },
    ],
    // Of an account that has enrolled by a still; no operation that is measured reads or writes any.
    liveRecords: [],
    passkeys: [],
    recoveryCodes: [],
    notices: [],
    consents: [],
  };
}

function digestOf(index: number): Buffer {
  return createHash('sha256').update(`account ${index}`).digest();
}

/** Version 4, as `randomUUID` makes them. */
function uuid(bytes: Buffer): string {
  const hex = bytes.toString('hex');
  const variant = '89ab'[bytes[8]! & 3]!;
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20, 32),
  ].join('-');
}

/** Between 15 and some 70 characters, many with a beginning in common; the number makes it unique. */
function email(index: number, digest: Buffer): string {
  const pick = (from: readonly string[], byte: number) => from[digest[byte]! % from.length]!;
  return `${pick(FIRST_NAMES, 16)}.${pick(LAST_NAMES, 17)}${index}@${pick(DOMAINS, 18)}`;
}

/** In form and size what the password hasher writes; it matches no password. */
function passwordHash(): string {
  const base64 = (bytes: number) => randomBytes(bytes).toString('base64').replaceAll('=', '');
  return `$argon2id$v=19$m=19456,t=2,p=1$${base64(16)}$${base64(32)}`;
}
