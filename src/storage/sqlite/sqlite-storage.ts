import { z } from 'zod';

import {
  type AccountStore,
  type InstallationFacts,
  MAX_LIVE_RECORDS,
  MAX_SESSIONS,
  type Session,
  type SessionStore,
  type SignInFlowStore,
  type Storage,
  type TicketStore,
} from '../port.js';
import { accountArchive, signInFlowArchive } from './archive.js';
import { SqliteDatabase, isUniqueViolation } from './database.js';
import {
  INSERT_ACCOUNT,
  LIVE_RECORDS_OF,
  SESSIONS_AND_ACCOUNTS,
  accountRow,
  accountValues,
  insertLiveRecord,
  insertSession,
  liveRecordRow,
  liveRecordValues,
  sessionRow,
  sessionValues,
  signInFlowRow,
  signInFlowValues,
} from './rows.js';

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
  const expiredTickets = db.prepareWrite('DELETE FROM spent_tickets WHERE expires_at <= ?');
  return {
    accounts: accountStore(db),
    sessions: sessionStore(db),
    signInFlows: signInFlowStore(db),
    tickets: ticketStore(db),
    facts: installationFacts(db),
    archive: { accounts: accountArchive(db), signInFlows: signInFlowArchive(db) },
    ping: async () => {
      // With the lock that a write would need: reading works where writing does not.
      db.atomically(ping);
    },
    removeExpired: async (now) => {
      expiredSessions(now);
      expiredFlows(now);
      expiredTickets(now);
      db.checkpoint();
    },
    close: async () => {
      db.close();
    },
  };
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
  const appendLiveRecord = db.prepareWrite(insertLiveRecord('AND reference_model IS NOT NULL'));
  const dropOldestLiveRecords = db.prepareWrite(
    `DELETE FROM live_records WHERE rowid IN
       (SELECT rowid FROM live_records WHERE account = (SELECT number FROM accounts WHERE id = ?)
         ORDER BY position DESC LIMIT -1 OFFSET ${MAX_LIVE_RECORDS})`,
  );
  const eraseLiveRecords = db.prepareWrite(
    'DELETE FROM live_records WHERE account = (SELECT number FROM accounts WHERE id = ?)',
  );
  const liveRecordsOf = db.prepareReadAll(LIVE_RECORDS_OF);
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
      const changed = db.atomically(() => {
        eraseLiveRecords(accountId);
        return eraseReference(accountId);
      });
      db.checkpoint();
      return changed > 0;
    },
    // What is dropped leaves the journal with the next checkpoint: no secret beside those that are kept.
    appendLiveRecord: async (accountId, record) =>
      db.atomically(() => {
        const appended = appendLiveRecord(...liveRecordValues(accountId, record)) > 0;
        if (appended) dropOldestLiveRecords(accountId);
        return appended;
      }),
    liveRecords: async (accountId) => liveRecordsOf(accountId).map((row) => liveRecordRow.parse(row)),
  };
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
  const reserveAttempt = db.prepareWriteReturning(
    `UPDATE sign_in_flows SET face_failures = face_failures + 1
      WHERE id = ? AND state = 'awaiting_face' AND expires_at > ? AND face_failures < ?
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
    reserveFaceAttempt: async (id, now, limit) => read(reserveAttempt(id, now, limit)),
  };
}

function ticketStore(db: SqliteDatabase): TicketStore {
  const spend = db.prepareWrite('INSERT INTO spent_tickets VALUES (?, ?) ON CONFLICT (id) DO NOTHING');
  return { spend: async (id, expiresAt) => spend(id, expiresAt) > 0 };
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
