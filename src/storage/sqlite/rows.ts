import { z } from 'zod';

import type { Account, LiveRecord, Session, SignInFlow } from '../port.js';
import type { SqlValue } from './database.js';

export const blob = z.instanceof(Uint8Array);

/** SQLite has no truth values. */
export const flag = z.int().transform((value) => value !== 0);

const reference = z
  .object({
    modelId: z.string(),
    ciphertext: blob,
    qualityScore: z.number().nullable(),
    createdAt: z.int(),
    lastUsedAt: z.int(),
    renewalDue: z.boolean(),
  })
  .nullable();

/** Read with every request: its schemas are made once, and its flags are not schemas of their own. */
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
    reference_last_used_at: z.int().nullable(),
    reference_renewal_due: z.int(),
    second_factor_owed: z.int(),
    has_passkeys: z.int(),
  })
  .transform((row): Account => ({
    id: row.id,
    email: row.email,
    passwordHash: row.password_hash,
    createdAt: row.created_at,
    referenceErasures: row.reference_erasures,
    secondFactorOwed: row.second_factor_owed !== 0,
    hasPasskeys: row.has_passkeys !== 0,
    reference: reference.parse(
      row.reference_model === null
        ? null
        : {
            modelId: row.reference_model,
            ciphertext: row.reference_ciphertext,
            qualityScore: row.reference_quality,
            createdAt: row.reference_created_at,
            lastUsedAt: row.reference_last_used_at,
            renewalDue: row.reference_renewal_due !== 0,
          },
    ),
  }));

/** The columns that `accountRow` reads. */
const ACCOUNT_COLUMNS = `accounts.*,
    EXISTS (SELECT 1 FROM passkeys WHERE passkeys.account = accounts.number) AS has_passkeys`;

/** @param condition on the account */
export function selectAccounts(condition: string): string {
  return `SELECT ${ACCOUNT_COLUMNS} FROM accounts WHERE ${condition}`;
}

export const INSERT_ACCOUNT = `INSERT INTO accounts
  (id, email, password_hash, created_at, reference_model, reference_ciphertext, reference_quality,
   reference_created_at, reference_erasures, reference_last_used_at, reference_renewal_due, second_factor_owed)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** For INSERT_ACCOUNT. */
export function accountValues(account: Account): SqlValue[] {
  const { id, email, passwordHash, createdAt, reference, referenceErasures, secondFactorOwed } = account;
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
    reference?.lastUsedAt ?? null,
    Number(reference?.renewalDue ?? false),
    Number(secondFactorOwed),
  ];
}

export const sessionRow = z
  .object({
    session_id: z.string(),
    id: z.string(),
    token_hash: z.string(),
    replaced_hash: z.string().nullable(),
    replaced_at: z.int().nullable(),
    opened_at: z.int(),
    last_used_at: z.int(),
    expires_at: z.int(),
    methods: z.string(),
    device: z.string().nullable(),
  })
  .transform((row): Session => ({
    id: row.session_id,
    accountId: row.id,
    tokenHash: row.token_hash,
    replaced:
      row.replaced_hash === null || row.replaced_at === null
        ? null
        : { tokenHash: row.replaced_hash, at: row.replaced_at },
    createdAt: row.opened_at,
    lastUsedAt: row.last_used_at,
    expiresAt: row.expires_at,
    methods: row.methods.split(' ').filter(Boolean),
    device: row.device,
  }));

/** A session's columns beside those of its account. */
export const SESSIONS_AND_ACCOUNTS = `SELECT ${ACCOUNT_COLUMNS}, sessions.id AS session_id,
    sessions.created_at AS opened_at, expires_at, methods, token_hash, replaced_hash, replaced_at, last_used_at, device
    FROM sessions JOIN accounts ON number = account`;

/** The row's number of the account whose id is the first value. */
export const ACCOUNT_NUMBER = '(SELECT number FROM accounts WHERE id = ?1)';

/** The position after the last one that the account has in `table`. */
export function nextPosition(table: string): string {
  return `(SELECT coalesce(max(position), 0) + 1 FROM ${table} WHERE account = number)`;
}

/** Drops all but the newest `max` rows of the account in `table`. */
export function dropOldest(table: string, max: number): string {
  return `DELETE FROM ${table} WHERE account = ${ACCOUNT_NUMBER} AND position <= (SELECT position FROM ${table}
    WHERE account = ${ACCOUNT_NUMBER} ORDER BY position DESC LIMIT 1 OFFSET ${max})`;
}

/** @param condition on the account, which must have the second value as its id */
export function insertSession(condition = ''): string {
  return `INSERT INTO sessions
    SELECT ?1, number, ${nextPosition('sessions')}, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10
      FROM accounts WHERE id = ?2 ${condition}`;
}

/** For `insertSession`. */
export function sessionValues(session: Session): SqlValue[] {
  const { id, accountId, createdAt, expiresAt, methods, tokenHash, replaced, lastUsedAt, device } = session;
  return [
    id,
    accountId,
    createdAt,
    expiresAt,
    methods.join(' '),
    tokenHash,
    replaced?.tokenHash ?? null,
    replaced?.at ?? null,
    lastUsedAt,
    device,
  ];
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
    SELECT number, ${nextPosition('live_records')}, ?2, ?3
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
