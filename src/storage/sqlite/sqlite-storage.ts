import { z } from 'zod';

import type { AccountStore, SessionStore, SignInFlowStore, Storage } from '../port.js';
import { SqliteDatabase, isUniqueViolation } from './database.js';

/**
 * The embedded store: one file beside the program, written through before an operation resolves.
 * Each operation is one statement, which SQLite makes atomic between connections and processes.
 *
 * @param file path of the database file, or `:memory:`
 */
export function openSqliteStorage(file: string): Storage {
  const db = SqliteDatabase.open(file);
  const expiredSessions = db.prepare('DELETE FROM sessions WHERE expires_at <= ?');
  const expiredFlows = db.prepare('DELETE FROM sign_in_flows WHERE expires_at <= ?');
  return {
    accounts: accountStore(db),
    sessions: sessionStore(db),
    signInFlows: signInFlowStore(db),
    removeExpired: async (now) => expiredSessions.run(now) + expiredFlows.run(now),
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
  })
  .transform((row) => ({
    id: row.id,
    email: row.email,
    passwordHash: row.password_hash,
    createdAt: row.created_at,
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
  const insert = db.prepare('INSERT INTO accounts VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
  const byEmail = db.prepare('SELECT * FROM accounts WHERE email = ?');
  const byId = db.prepare('SELECT * FROM accounts WHERE id = ?');
  const setReference = db.prepare(
    `UPDATE accounts SET reference_model = ?, reference_ciphertext = ?, reference_quality = ?,
            reference_created_at = ? WHERE id = ?`,
  );
  const read = (row: unknown) => (row === undefined ? null : accountRow.parse(row));

  return {
    insert: async ({ id, email, passwordHash, createdAt, reference }) => {
      try {
        insert.run(
          id,
          email,
          passwordHash,
          createdAt,
          reference?.modelId ?? null,
          reference?.ciphertext ?? null,
          reference?.qualityScore ?? null,
          reference?.createdAt ?? null,
        );
      } catch (error) {
        if (isUniqueViolation(error)) return 'duplicate_email';
        throw error;
      }
      return 'inserted';
    },
    findByEmail: async (email) => read(byEmail.get(email)),
    findById: async (id) => read(byId.get(id)),
    putReference: async (accountId, { modelId, ciphertext, qualityScore, createdAt }) => {
      const changed = setReference.run(modelId, ciphertext, qualityScore, createdAt, accountId);
      db.checkpoint();
      return changed > 0;
    },
    eraseReference: async (accountId) => {
      const changed = setReference.run(null, null, null, null, accountId);
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
  const insert = db.prepare('INSERT INTO sessions VALUES (?, ?, ?, ?, ?)');
  const live = db.prepare('SELECT * FROM sessions WHERE id = ? AND expires_at > ?');
  const remove = db.prepare('DELETE FROM sessions WHERE id = ?');
  return {
    insert: async ({ id, accountId, createdAt, expiresAt, methods }) => {
      insert.run(id, accountId, createdAt, expiresAt, methods.join(' '));
    },
    findLive: async (id, now) => {
      const row = live.get(id, now);
      return row === undefined ? null : sessionRow.parse(row);
    },
    delete: async (id) => remove.run(id) > 0,
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
  const insert = db.prepare('INSERT INTO sign_in_flows VALUES (?, ?, ?, ?, ?, ?)');
  const byId = db.prepare('SELECT * FROM sign_in_flows WHERE id = ?');
  const pass = db.prepare(
    `UPDATE sign_in_flows SET state = 'passed' WHERE id = ? AND state = 'awaiting_face' AND expires_at > ?`,
  );
  const countFailure = db.prepare(
    `UPDATE sign_in_flows
        SET face_failures = face_failures + 1,
            state = CASE WHEN face_failures + 1 >= ? THEN 'locked' ELSE state END
      WHERE id = ? AND state = 'awaiting_face' AND expires_at > ?
      RETURNING *`,
  );
  const read = (row: unknown) => (row === undefined ? null : signInFlowRow.parse(row));
  return {
    insert: async ({ id, accountId, state, faceFailures, createdAt, expiresAt }) => {
      insert.run(id, accountId, state, faceFailures, createdAt, expiresAt);
    },
    find: async (id) => read(byId.get(id)),
    pass: async (id, now) => pass.run(id, now) > 0,
    countFaceFailure: async (id, now, limit) => read(countFailure.get(limit, id, now)),
  };
}
