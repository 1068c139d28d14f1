import { z } from 'zod';

import type { AccountStore, SessionStore, SignInFlowStore, Storage } from '../port.js';
import { SqliteDatabase, isUniqueViolation } from './database.js';

/**
 * The embedded store: one file beside the program, written through before an operation resolves.
 * Each operation is one statement in a transaction of its own, atomic between connections and processes.
 *
 * @param file path of the database file, or `:memory:`
 */
export function openSqliteStorage(file: string): Storage {
  const db = SqliteDatabase.open(file);
  const expiredSessions = db.prepareWrite('DELETE FROM sessions WHERE expires_at <= ?');
  const expiredFlows = db.prepareWrite('DELETE FROM sign_in_flows WHERE expires_at <= ?');
  return {
    accounts: accountStore(db),
    sessions: sessionStore(db),
    signInFlows: signInFlowStore(db),
    removeExpired: async (now) => {
      const removed = expiredSessions(now) + expiredFlows(now);
      db.checkpoint();
      return removed;
    },
    close: async () => {
      db.close();
    },
  };
}

const blob = z.instanceof(Uint8Array);

const accountRow = z
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
  qualityScore: z.number(),
  createdAt: z.int(),
});

function accountStore(db: SqliteDatabase): AccountStore {
  const insert = db.prepareWrite('INSERT INTO accounts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)');
  const byEmail = db.prepareRead('SELECT * FROM accounts WHERE email = ?');
  const byId = db.prepareRead('SELECT * FROM accounts WHERE id = ?');
  const putReference = db.prepareWrite(
    `UPDATE accounts SET reference_model = ?, reference_ciphertext = ?, reference_quality = ?,
            reference_created_at = ?
      WHERE id = ? AND reference_erasures = ?
        AND EXISTS (SELECT 1 FROM sessions WHERE id = ? AND account_id = accounts.id AND expires_at > ?)`,
  );
  const eraseReference = db.prepareWrite(
    `UPDATE accounts SET reference_model = NULL, reference_ciphertext = NULL, reference_quality = NULL,
            reference_created_at = NULL, reference_erasures = reference_erasures + 1
      WHERE id = ?`,
  );
  const read = (row: unknown) => (row === undefined ? null : accountRow.parse(row));

  return {
    insert: async ({ id, email, passwordHash, createdAt, reference, referenceErasures }) => {
      try {
        insert(
          id,
          email,
          passwordHash,
          createdAt,
          reference?.modelId ?? null,
          reference?.ciphertext ?? null,
          reference?.qualityScore ?? null,
          reference?.createdAt ?? null,
          referenceErasures,
        );
      } catch (error) {
        if (isUniqueViolation(error)) return 'duplicate_email';
        throw error;
      }
      return 'inserted';
    },
    findByEmail: async (email) => read(byEmail(email)),
    findById: async (id) => read(byId(id)),
    putReference: async (accountId, { modelId, ciphertext, qualityScore, createdAt }, allowedBy) => {
      const { sessionId, referenceErasures, now } = allowedBy;
      const changed = putReference(
        modelId,
        ciphertext,
        qualityScore,
        createdAt,
        accountId,
        referenceErasures,
        sessionId,
        now,
      );
      db.checkpoint();
      return changed > 0;
    },
    eraseReference: async (accountId) => {
      const changed = eraseReference(accountId);
      db.checkpoint();
      return changed > 0;
    },
  };
}

const sessionRow = z
  .object({
    id: z.string(),
    account_id: z.string(),
    created_at: z.int(),
    expires_at: z.int(),
    methods: z.string(),
  })
  .transform((row) => ({
    id: row.id,
    accountId: row.account_id,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    methods: row.methods.split(' '),
  }));

function sessionStore(db: SqliteDatabase): SessionStore {
  const insert = db.prepareWrite('INSERT INTO sessions VALUES (?, ?, ?, ?, ?)');
  const insertUnlessFaceEnrolled = db.prepareWrite(
    `INSERT INTO sessions SELECT ?, id, ?, ?, ? FROM accounts WHERE id = ? AND reference_model IS NULL`,
  );
  const live = db.prepareRead('SELECT * FROM sessions WHERE id = ? AND expires_at > ?');
  const remove = db.prepareWrite('DELETE FROM sessions WHERE id = ?');
  return {
    insert: async ({ id, accountId, createdAt, expiresAt, methods }) => {
      insert(id, accountId, createdAt, expiresAt, methods.join(' '));
    },
    insertUnlessFaceEnrolled: async ({ id, accountId, createdAt, expiresAt, methods }) =>
      insertUnlessFaceEnrolled(id, createdAt, expiresAt, methods.join(' '), accountId) > 0,
    findLive: async (id, now) => {
      const row = live(id, now);
      return row === undefined ? null : sessionRow.parse(row);
    },
    delete: async (id) => remove(id) > 0,
  };
}

const signInFlowRow = z
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

function signInFlowStore(db: SqliteDatabase): SignInFlowStore {
  const insert = db.prepareWrite('INSERT INTO sign_in_flows VALUES (?, ?, ?, ?, ?, ?)');
  const byId = db.prepareRead('SELECT * FROM sign_in_flows WHERE id = ?');
  const pass = db.prepareWrite(
    `UPDATE sign_in_flows SET state = 'passed' WHERE id = ? AND state = 'awaiting_face' AND expires_at > ?`,
  );
  const countFailure = db.prepareWriteReturning(
    `UPDATE sign_in_flows
        SET face_failures = face_failures + 1,
            state = CASE WHEN face_failures + 1 >= ? THEN 'locked' ELSE state END
      WHERE id = ? AND state = 'awaiting_face' AND expires_at > ?
      RETURNING *`,
  );
  const read = (row: unknown) => (row === undefined ? null : signInFlowRow.parse(row));
  return {
    insert: async ({ id, accountId, state, faceFailures, createdAt, expiresAt }) => {
      insert(id, accountId, state, faceFailures, createdAt, expiresAt);
    },
    find: async (id) => read(byId(id)),
    pass: async (id, now) => pass(id, now) > 0,
    countFaceFailure: async (id, now, limit) => read(countFailure(limit, id, now)),
  };
}
