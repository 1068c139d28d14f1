import { z } from 'zod';

import type { AccountRecord, BiometricReference, Session, SignInFlow } from '../port.js';
import {
  PARTS,
  partsOf,
  toConsentDocument,
  toLiveRecordDocument,
  toNoticeDocument,
  toPasskeyDocument,
} from './account-part-documents.js';
import { bytes, time } from './document-fields.js';

/** Those of schema versions 1 and 2 have no name but their token's hash, and have not been used since. */
const sessionDocument = z.object({
  id: z.string(),
  created_at: time,
  expires_at: time,
  methods: z.array(z.string()),
  token_hash: z.string().optional(),
  replaced: z.object({ token_hash: z.string(), at: time }).nullable().default(null),
  last_used_at: time.optional(),
  device: z.string().nullable().default(null),
});

const accountDocument = z.object({
  _id: z.string(),
  email: z.string(),
  password_hash: z.string(),
  created_at: time,
  reference: z
    .object({
      model_id: z.string(),
      ciphertext: bytes,
      quality_score: z.number().nullable(),
      created_at: time,
      last_used_at: time.optional(),
      renewal_due: z.boolean().default(false),
    })
    .nullable(),
  second_factor_owed: z.boolean().default(false),
  reference_erasures: z.int().nonnegative(),
  sessions: z.array(sessionDocument),
  /** Of all its passkeys; absent where there are none, so that the index over it is of those that have any. */
  passkey_ids: z.array(z.string()).optional(),
  ...PARTS,
});
export type AccountDocument = z.input<typeof accountDocument>;

export function toAccountDocument(record: AccountRecord): AccountDocument {
  const { account, sessions, liveRecords, passkeys, recoveryCodes, notices, consents } = record;
  return {
    _id: account.id,
    email: account.email,
    password_hash: account.passwordHash,
    created_at: new Date(account.createdAt),
    reference: account.reference && toReferenceDocument(account.reference),
    reference_erasures: account.referenceErasures,
    sessions: sessions.map(toSessionDocument),
    second_factor_owed: account.secondFactorOwed,
    live_records: liveRecords.map(toLiveRecordDocument),
    ...(passkeys.length > 0 && { passkey_ids: passkeys.map(({ id }) => id) }),
    passkeys: passkeys.map(toPasskeyDocument),
    recovery_codes: [...recoveryCodes],
    notices: notices.map(toNoticeDocument),
    consents: consents.map(toConsentDocument),
  };
}

export function toReferenceDocument(reference: BiometricReference) {
  return {
    model_id: reference.modelId,
    // The driver stores a Buffer as binary data, and any other array of bytes as an object.
    ciphertext: Buffer.from(reference.ciphertext),
    quality_score: reference.qualityScore,
    created_at: new Date(reference.createdAt),
    last_used_at: new Date(reference.lastUsedAt),
    renewal_due: reference.renewalDue,
  };
}

export function toSessionDocument(session: Session) {
  const { id, createdAt, expiresAt, methods, tokenHash, replaced, lastUsedAt, device } = session;
  return {
    id,
    created_at: new Date(createdAt),
    expires_at: new Date(expiresAt),
    methods: [...methods],
    token_hash: tokenHash,
    replaced: replaced && { token_hash: replaced.tokenHash, at: new Date(replaced.at) },
    last_used_at: new Date(lastUsedAt),
    device,
  };
}

export function readRecord(document: unknown): AccountRecord {
  const parsed = accountDocument.parse(document);
  const { reference } = parsed;
  return {
    account: {
      id: parsed._id,
      email: parsed.email,
      passwordHash: parsed.password_hash,
      createdAt: parsed.created_at,
      reference: reference && {
        modelId: reference.model_id,
        ciphertext: reference.ciphertext,
        qualityScore: reference.quality_score,
        createdAt: reference.created_at,
        lastUsedAt: reference.last_used_at ?? reference.created_at,
        renewalDue: reference.renewal_due,
      },
      referenceErasures: parsed.reference_erasures,
      secondFactorOwed: parsed.second_factor_owed,
      hasPasskeys: parsed.passkey_ids !== undefined,
    },
    sessions: parsed.sessions.map((session) => ({
      id: session.id,
      accountId: parsed._id,
      tokenHash: session.token_hash ?? session.id,
      replaced: session.replaced && { tokenHash: session.replaced.token_hash, at: session.replaced.at },
      createdAt: session.created_at,
      lastUsedAt: session.last_used_at ?? session.created_at,
      expiresAt: session.expires_at,
      methods: session.methods,
      device: session.device,
    })),
    ...partsOf(parsed),
  };
}

const signInFlowDocument = z.object({
  _id: z.string(),
  account_id: z.string(),
  state: z.enum(['awaiting_face', 'passed', 'locked']),
  face_failures: z.int().nonnegative(),
  created_at: time,
  expires_at: time,
});
export type SignInFlowDocument = z.input<typeof signInFlowDocument>;

export function toSignInFlowDocument(flow: SignInFlow): SignInFlowDocument {
  return {
    _id: flow.id,
    account_id: flow.accountId,
    state: flow.state,
    face_failures: flow.faceFailures,
    created_at: new Date(flow.createdAt),
    expires_at: new Date(flow.expiresAt),
  };
}

export function readFlow(document: unknown): SignInFlow {
  const parsed = signInFlowDocument.parse(document);
  return {
    id: parsed._id,
    accountId: parsed.account_id,
    state: parsed.state,
    faceFailures: parsed.face_failures,
    createdAt: parsed.created_at,
    expiresAt: parsed.expires_at,
  };
}
