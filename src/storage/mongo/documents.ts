import { z } from 'zod';

import type { AccountRecord, BiometricReference, LiveRecord, Session, SignInFlow } from '../port.js';

const time = z.date().transform((date) => date.getTime());

const sessionDocument = z.object({
  id: z.string(),
  created_at: time,
  expires_at: time,
  methods: z.array(z.string()),
});

const liveRecordDocument = z
  .object({ ciphertext: z.instanceof(Uint8Array), created_at: time })
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
      ciphertext: z.instanceof(Uint8Array),
      quality_score: z.number().nullable(),
      created_at: time,
    })
    .nullable(),
  reference_erasures: z.int().nonnegative(),
  sessions: z.array(sessionDocument),
  live_records: liveRecords,
});
export type AccountDocument = z.input<typeof accountDocument>;

export function toAccountDocument({ account, sessions, liveRecords }: AccountRecord): AccountDocument {
  return {
    _id: account.id,
    email: account.email,
    password_hash: account.passwordHash,
    created_at: new Date(account.createdAt),
    reference: account.reference && toReferenceDocument(account.reference),
    reference_erasures: account.referenceErasures,
    sessions: sessions.map(toSessionDocument),
    live_records: liveRecords.map(toLiveRecordDocument),
  };
}

export function toReferenceDocument(reference: BiometricReference) {
  return {
    model_id: reference.modelId,
    // The driver stores a Buffer as binary data, and any other array of bytes as an object.
    ciphertext: Buffer.from(reference.ciphertext),
    quality_score: reference.qualityScore,
    created_at: new Date(reference.createdAt),
  };
}

export function toSessionDocument({ id, createdAt, expiresAt, methods }: Session) {
  return {
    id,
    created_at: new Date(createdAt),
    expires_at: new Date(expiresAt),
    methods: [...methods],
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
      },
      referenceErasures: parsed.reference_erasures,
    },
    sessions: parsed.sessions.map((session) => ({
      id: session.id,
      accountId: parsed._id,
      createdAt: session.created_at,
      expiresAt: session.expires_at,
      methods: session.methods,
    })),
    liveRecords: parsed.live_records,
  };
}

const liveRecordsDocument = z.object({ live_records: liveRecords });

/** @param document of an account, with no more than its live records */
export function readLiveRecords(document: unknown): LiveRecord[] {
  return liveRecordsDocument.parse(document).live_records;
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

/** A ticket that was spent: that it is there is all that it says. */
export interface TicketDocument {
  readonly _id: string;
  readonly expires_at: Date;
}

export const factDocument = z.object({ _id: z.string(), value: z.string() });
export type FactDocument = z.input<typeof factDocument>;
