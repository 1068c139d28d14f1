import { z } from 'zod';

import {
  type Account,
  type AccountRecord,
  type AccountStore,
  type Archive,
  DuplicateEmail,
  type InstallationFacts,
  MAX_SESSIONS,
  type Session,
  type SessionStore,
  type SignInFlow,
  type SignInFlowStore,
  type Storage,
} from '../port.js';
import { type SqlValue, SqliteDatabase, isUniqueViolation } from './database.js';

/**
 * The embedded store: one file beside the program, written through before an operation resolves.
 * Each operation is one transaction, atomic between connections and processes.
 *
 * @param file path of the database file, or `:memory:`
 * @throws StorageUnavailable when it cannot be opened
 */
export function openSqliteStorage(file: string): Storage {
  const db = SqliteDatabase.open(file);
  const ping = db.prepareRead('SELECT 1');
  const expiredSessions = db.prepareWrite('DELETE FROM sessions WHERE expires_at <= ?');
  const expiredFlows = db.prepareWrite('DELETE FROM sign_in_flows WHERE expires_at <= ?');
  return {
    accounts: accountStore(db),
    sessions: sessionStore(db),
    signInFlows: signInFlowStore(db),
    facts: installationFacts(db),
    archive: { accounts: accountArchive(db), signInFlows: signInFlowArchive(db) },
    ping: async () => {
      // With the lock that a write would need: reading works where writing does not.
      db.atomically(ping);
    },
    removeExpired: async (now) => {
      expiredSessions(now);
      expiredFlows(now);
      db.checkpoint();
    },
    close: async () => {
      db.close();
    },
  };
}

/** The driver gives a row's bytes in one form when it is asked for one row, in another for many. */
const blob = z.union([
  z.instanceof(Uint8Array),
  z.instanceof(ArrayBuffer).transform((buffer) => new Uint8Array(buffer)),
]);

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
  qualityScore: z.number().nullable(),
  createdAt: z.int(),
});

const INSERT_ACCOUNT = `INSERT INTO accounts
  (id, email, password_hash, created_at, reference_model, reference_ciphertext, reference_quality,
   reference_created_at, reference_erasures)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** For INSERT_ACCOUNT. */
function accountValues(account: Account): SqlValue[] {
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

function accountStore(db: SqliteDatabase): AccountStore {
  const insert = db.prepareWrite(INSERT_ACCOUNT);
  const byEmail = db.prepareRead('SELECT * FROM accounts WHERE email = ?');
  const byId = db.prepareRead('SELECT * FROM accounts WHERE id = ?');
  const replacePasswordHash = db.prepareWrite(
    'UPDATE accounts SET password_hash = ? WHERE id = ? AND password_hash = ?',
  );
  const putReference = db.prepareWrite(
    `UPDATE accounts SET reference_model = ?, reference_ciphertext = ?, reference_quality = ?,
            reference_created_at = ?
      WHERE id = ? AND reference_erasures = ?
        AND EXISTS (SELECT 1 FROM sessions WHERE id = ? AND account = number AND expires_at > ?)`,
  );
  const eraseReference = db.prepareWrite(
    `UPDATE accounts SET reference_model = NULL, reference_ciphertext = NULL, reference_quality = NULL,
            reference_created_at = NULL, reference_erasures = reference_erasures + 1
      WHERE id = ?`,
  );
  const read = (row: unknown) => (row === undefined ? null : accountRow.parse(row));

  return {
    insert: async (account) => {
      try {
        insert(...accountValues(account));
      } catch (error) {
        if (isUniqueViolation(error, 'accounts.email')) return 'duplicate_email';
        throw error;
      }
      return 'inserted';
    },
    findByEmail: async (email) => read(byEmail(email)),
    findById: async (id) => read(byId(id)),
    replacePasswordHash: async (accountId, current, replacement) =>
      replacePasswordHash(replacement, accountId, current) > 0,
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
const SESSIONS_AND_ACCOUNTS = `SELECT accounts.*, sessions.id AS session_id, sessions.created_at AS opened_at,
    expires_at, methods FROM sessions JOIN accounts ON number = account`;

/** @param condition on the account, which must have the second value as its id */
function insertSession(condition = ''): string {
  return `INSERT INTO sessions
    SELECT ?1, number, (SELECT coalesce(max(position), 0) + 1 FROM sessions WHERE account = number), ?3, ?4, ?5
      FROM accounts WHERE id = ?2 ${condition}`;
}

/** For `insertSession`. */
function sessionValues({ id, accountId, createdAt, expiresAt, methods }: Session): SqlValue[] {
  return [id, accountId, createdAt, expiresAt, methods.join(' ')];
}

function sessionStore(db: SqliteDatabase): SessionStore {
  const insert = db.prepareWrite(insertSession());
  const insertUnlessFaceEnrolled = db.prepareWrite(insertSession('AND reference_model IS NULL'));
  const endOldest = db.prepareWrite(
    `DELETE FROM sessions WHERE id IN
       (SELECT id FROM sessions WHERE account = (SELECT number FROM accounts WHERE id = ?)
         ORDER BY position DESC LIMIT -1 OFFSET ${MAX_SESSIONS})`,
  );
  const live = db.prepareRead(
    `${SESSIONS_AND_ACCOUNTS} WHERE sessions.id = ? AND accounts.id = ? AND expires_at > ?`,
  );
  const remove = db.prepareWrite(
    'DELETE FROM sessions WHERE id = ? AND account = (SELECT number FROM accounts WHERE id = ?)',
  );
  const open = (session: Session, insertion: typeof insert) =>
    db.atomically(() => {
      const inserted = insertion(...sessionValues(session)) > 0;
      if (inserted) endOldest(session.accountId);
      return inserted;
    });
  return {
    insert: async (session) => open(session, insert),
    insertUnlessFaceEnrolled: async (session) => open(session, insertUnlessFaceEnrolled),
    findLive: async (accountId, id, now) => {
      const row = live(id, accountId, now);
      return row === undefined ? null : { account: accountRow.parse(row), session: sessionRow.parse(row) };
    },
    delete: async (accountId, id) => remove(id, accountId) > 0,
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

/** In the order of the table's columns. */
function signInFlowValues(flow: SignInFlow): SqlValue[] {
  return [flow.id, flow.accountId, flow.state, flow.faceFailures, flow.createdAt, flow.expiresAt];
}

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
    insert: async (flow) => {
      insert(...signInFlowValues(flow));
    },
    find: async (id) => read(byId(id)),
    pass: async (id, now) => pass(id, now) > 0,
    countFaceFailure: async (id, now, limit) => read(countFailure(limit, id, now)),
  };
}

function installationFacts(db: SqliteDatabase): InstallationFacts {
  const read = db.prepareRead('SELECT value FROM installation WHERE fact = ?');
  const write = db.prepareWrite('INSERT OR REPLACE INTO installation VALUES (?, ?)');
  const forget = db.prepareWrite('DELETE FROM installation WHERE fact = ?');
  const row = z.object({ value: z.string() }).optional();
  return {
    read: async (fact) => row.parse(read(fact))?.value ?? null,
    write: async (fact, value) => {
      if (value === null) forget(fact);
      else write(fact, value);
    },
  };
}

function accountArchive(db: SqliteDatabase): Archive<AccountRecord> {
  const page = db.prepareReadAll('SELECT * FROM accounts WHERE id > ? ORDER BY id LIMIT ?');
  const sessionsOf = db.prepareReadAll(`${SESSIONS_AND_ACCOUNTS} WHERE accounts.id = ? ORDER BY position`);
  const insertAccount = db.prepareWrite(INSERT_ACCOUNT);
  const insert = db.prepareWrite(insertSession());
  const remove = db.prepareWrite('DELETE FROM accounts WHERE id = ?');
  return {
    page: async (after, limit) =>
      page(after ?? '', limit).map((row) => {
        const account = accountRow.parse(row);
        return { account, sessions: sessionsOf(account.id).map((session) => sessionRow.parse(session)) };
      }),
    put: async (records) => {
      try {
        db.atomically(() => {
          for (const { account, sessions } of records) {
            // Its sessions go with it.
            remove(account.id);
            insertAccount(...accountValues(account));
            for (const session of sessions) insert(...sessionValues(session));
          }
        });
      } catch (error) {
        if (isUniqueViolation(error, 'accounts.email')) throw new DuplicateEmail();
        throw error;
      }
    },
    remove: async (ids) => {
      db.atomically(() => {
        for (const id of ids) remove(id);
      });
    },
  };
}

function signInFlowArchive(db: SqliteDatabase): Archive<SignInFlow> {
  const page = db.prepareReadAll('SELECT * FROM sign_in_flows WHERE id > ? ORDER BY id LIMIT ?');
  const put = db.prepareWrite('INSERT OR REPLACE INTO sign_in_flows VALUES (?, ?, ?, ?, ?, ?)');
  const remove = db.prepareWrite('DELETE FROM sign_in_flows WHERE id = ?');
  return {
    page: async (after, limit) => page(after ?? '', limit).map((row) => signInFlowRow.parse(row)),
    put: async (flows) => {
      db.atomically(() => {
        for (const flow of flows) put(...signInFlowValues(flow));
      });
    },
    remove: async (ids) => {
      db.atomically(() => {
        for (const id of ids) remove(id);
      });
    },
  };
}
