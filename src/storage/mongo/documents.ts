import { z } from 'zod';

import type {
  AccountRecord,
  BiometricReference,
  Consent,
  LiveRecord,
  Notice,
  Passkey,
  Session,
  SignInFlow,
} from '../port.js';

const time = z.date().transform((date) => date.getTime());

const bytes = z.instanceof(Uint8Array);

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

const passkeyDocument = z.object({
  id: z.string(),
  public_key: bytes,
  counter: z.int().nonnegative(),
  transports: z.array(z.string()),
  name: z.string(),
  backed_up: z.boolean(),
  created_at: time,
  last_used_at: time.nullable(),
});

const noticeDocument = z.object({
  id: z.string(),
  kind: z.string(),
  created_at: time,
  seen: z.boolean(),
  // As text: a field's name may be anything.
  details: z.string().transform((text) => z.record(z.string(), z.string()).parse(JSON.parse(text))),
});

const consentDocument = z.object({
  version: z.string(),
  text_digest: z.string(),
  given_at: time,
  withdrawn_at: time.nullable(),
  means: z.string(),
});

const liveRecordDocument = z
  .object({ ciphertext: bytes, created_at: time })
  .transform((record): LiveRecord => ({ ciphertext: record.ciphertext, createdAt: record.created_at }));

/** Documents of schema version 1 have none. */
const liveRecords = z.array(liveRecordDocument).default([]);

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
  live_records: liveRecords,
  passkeys: z.array(passkeyDocument).default([]),
  recovery_codes: z.array(z.string()).default([]),
  notices: z.array(noticeDocument).default([]),
  consents: z.array(consentDocument).default([]),
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

export function toPasskeyDocument(passkey: Passkey) {
  const { id, publicKey, counter, transports, name, backedUp, createdAt, lastUsedAt } = passkey;
  return {
    id,
    public_key: Buffer.from(publicKey),
    counter,
    transports: [...transports],
    name,
    backed_up: backedUp,
    created_at: new Date(createdAt),
    last_used_at: lastUsedAt === null ? null : new Date(lastUsedAt),
  };
}

export function toNoticeDocument({ id, kind, createdAt, seen, details }: Notice) {
  return { id, kind, created_at: new Date(createdAt), seen, details: JSON.stringify(details) };
}

export function toConsentDocument({ version, textDigest, givenAt, withdrawnAt, means }: Consent) {
  return {
    version,
    text_digest: textDigest,
    given_at: new Date(givenAt),
    withdrawn_at: withdrawnAt === null ? null : new Date(withdrawnAt),
    means,
  };
}

export function toLiveRecordDocument({ ciphertext, createdAt }: LiveRecord) {
  return { ciphertext: Buffer.from(ciphertext), created_at: new Date(createdAt) };
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
      hasPasskeys: parsed.passkeys.length > 0,
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
    liveRecords: parsed.live_records,
    passkeys: parsed.passkeys.map(passkeyOf),
    recoveryCodes: parsed.recovery_codes.toSorted(),
    notices: parsed.notices.map(noticeOf),
    consents: parsed.consents.map(consentOf),
  };
}

function passkeyOf(passkey: z.output<typeof passkeyDocument>): Passkey {
  return {
    id: passkey.id,
    publicKey: passkey.public_key,
    counter: passkey.counter,
    transports: passkey.transports,
    name: passkey.name,
    backedUp: passkey.backed_up,
    createdAt: passkey.created_at,
    lastUsedAt: passkey.last_used_at,
  };
}

function noticeOf({
  id,
  kind,
  created_at: createdAt,
  seen,
  details,
}: z.output<typeof noticeDocument>): Notice {
  return { id, kind, createdAt, seen, details };
}

function consentOf(consent: z.output<typeof consentDocument>): Consent {
  return {
    version: consent.version,
    textDigest: consent.text_digest,
    givenAt: consent.given_at,
    withdrawnAt: consent.withdrawn_at,
    means: consent.means,
  };
}

const partsDocument = z.object({
  live_records: liveRecords,
  passkeys: z.array(passkeyDocument).default([]),
  recovery_codes: z.array(z.string()).default([]),
  notices: z.array(noticeDocument).default([]),
  consents: z.array(consentDocument).default([]),
});

/** @param document of an account, with any of the parts that are read on their own */
export function readParts(document: unknown) {
  const parsed = partsDocument.parse(document);
  return {
    liveRecords: parsed.live_records,
    passkeys: parsed.passkeys.map(passkeyOf),
    recoveryCodes: parsed.recovery_codes,
    notices: parsed.notices.map(noticeOf),
    consents: parsed.consents.map(consentOf),
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
