import { z } from 'zod';

import type { Account, LiveRecord, Session, SignInFlow } from '../port.js';
import type { SqlValue } from './database.js';

/** The driver gives a row's bytes in one form when it is asked for one row, in another for many. */
const blob = z.union([
  z.instanceof(Uint8Array),
  z.instanceof(ArrayBuffer).transform((buffer) => new Uint8Array(buffer)),
]);

export const accountRow = z
  .object({
    id: z.string(),
    email: z.string(),
    password_hash: z.string(),
    created_at: z.int(),
    reference_model: z.string().nullable(),
    reference_ciphertext: blob.nullable(),
    reference_quality: z.number().nullable(),
    reference_created_at: z.int().nullable(),
    reference_erasures: z.int().nonnegative(),
  })
  .transform((row) => ({
    id: row.id,
    email: row.email,
    passwordHash: row.password_hash,
    createdAt: row.created_at,
    referenceErasures: row.reference_erasures,
    reference: referenceSchema.nullable().parse(
      row.reference_model === null
        ? null
        : {
            modelId: row.reference_model,
            ciphertext: row.reference_ciphertext,
            qualityScore: row.reference_quality,
            createdAt: row.reference_created_at,
          },
    ),
  }));

const referenceSchema = z.object({
  modelId: z.string(),
  ciphertext: blob,
  qualityScore: z.number().nullable(),
  createdAt: z.int(),
});

export const INSERT_ACCOUNT = `INSERT INTO accounts
  (id, email, password_hash, created_at, reference_model, reference_ciphertext, reference_quality,
   reference_created_at, reference_erasures)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** For INSERT_ACCOUNT. */
export function accountValues(account: Account): SqlValue[] {
  const { id, email, passwordHash, createdAt, reference, referenceErasures } = account;
  return [
    id,
    email,
    passwordHash,
    createdAt,
    reference?.modelId ?? null,
    reference?.ciphertext ?? null,
    reference?.qualityScore ?? null,
    reference?.createdAt ?? null,
    referenceErasures,
  ];
}

export const sessionRow = z
  .object({
    session_id: z.string(),
    id: z.string(),
    opened_at: z.int(),
    expires_at: z.int(),
    methods: z.string(),
  })
  .transform((row) => ({
    id: row.session_id,
    accountId: row.id,
    createdAt: row.opened_at,
    expiresAt: row.expires_at,
    methods: row.methods.split(' ').filter(Boolean),
  }));

/** A session's columns beside those of its account. */
export const SESSIONS_AND_ACCOUNTS = `SELECT accounts.*, sessions.id AS session_id, sessions.created_at AS opened_at,
    expires_at, methods FROM sessions JOIN accounts ON number = account`;

/** @param condition on the account, which must have the second value as its id */
export function insertSession(condition = ''): string {
  return `INSERT INTO sessions
    SELECT ?1, number, (SELECT coalesce(max(position), 0) + 1 FROM sessions WHERE account = number), ?3, ?4, ?5
      FROM accounts WHERE id = ?2 ${condition}`;
}

/** For `insertSession`. */
export function sessionValues({ id, accountId, createdAt, expiresAt, methods }: Session): SqlValue[] {
  return [id, accountId, createdAt, expiresAt, methods.join(' ')];
}

export const liveRecordRow = z
  .object({ ciphertext: blob, created_at: z.int() })
  .transform((row) => ({ ciphertext: row.ciphertext, createdAt: row.created_at }));

/** Of the account with the given id, oldest first. */
export const LIVE_RECORDS_OF = `SELECT ciphertext, live_records.created_at
    FROM live_records JOIN accounts ON number = account WHERE accounts.id = ? ORDER BY position`;

/** @param condition on the account, which must have the first value as its id */
export function insertLiveRecord(condition = ''): string {
  return `INSERT INTO live_records
    SELECT number, (SELECT coalesce(max(position), 0) + 1 FROM live_records WHERE account = number), ?2, ?3
      FROM accounts WHERE id = ?1 ${condition}`;
}

/** For `insertLiveRecord`. */
export function liveRecordValues(accountId: string, { ciphertext, createdAt }: LiveRecord): SqlValue[] {
  return [accountId, ciphertext, createdAt];
}

export const signInFlowRow = z
  .object({
    id: z.string(),
    account_id: z.string(),
    state: z.enum(['awaiting_face', 'passed', 'locked']),
    face_failures: z.int().nonnegative(),
    created_at: z.int(),
    expires_at: z.int(),
  })
  .transform((row) => ({
    id: row.id,
    accountId: row.account_id,
    state: row.state,
    faceFailures: row.face_failures,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
  }));

/** In the order of the table's columns. */
export function signInFlowValues(flow: SignInFlow): SqlValue[] {
  return [flow.id, flow.accountId, flow.state, flow.faceFailures, flow.createdAt, flow.expiresAt];
}
