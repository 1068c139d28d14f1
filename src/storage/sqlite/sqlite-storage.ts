import type { SignInFlowStore, Storage } from '../port.js';
import { accountStore } from './account-store.js';
import {
  accountArchive,
  accountKeyArchive,
  attemptCounterArchive,
  auditArchive,
  outboxArchive,
  signInFlowArchive,
} from './archive.js';
import { SqliteDatabase } from './database.js';
import {
  accountKeyStore,
  attemptCounterStore,
  auditStore,
  installationFacts,
  outboxStore,
  ticketStore,
} from './installation-stores.js';
import { consentStore, noticeStore } from './owner-stores.js';
import { signInFlowRow, signInFlowValues } from './rows.js';
import { passkeyStore, recoveryCodeStore } from './second-factor-stores.js';
import { sessionStore } from './session-store.js';

/**
 * The embedded store: one file beside the program, written through to the disk before an operation resolves.
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
  const expiredCounters = db.prepareWrite('DELETE FROM attempt_counters WHERE expires_at <= ?');
  return {
    accounts: db.settled(accountStore(db)),
    sessions: db.settled(sessionStore(db)),
    signInFlows: db.settled(signInFlowStore(db)),
    tickets: db.settled(ticketStore(db)),
    passkeys: db.settled(passkeyStore(db)),
    recoveryCodes: db.settled(recoveryCodeStore(db)),
    notices: db.settled(noticeStore(db)),
    consents: db.settled(consentStore(db)),
    accountKeys: db.settled(accountKeyStore(db)),
    attempts: db.settled(attemptCounterStore(db)),
    audit: db.settled(auditStore(db)),
    outbox: db.settled(outboxStore(db)),
    facts: db.settled(installationFacts(db)),
    archive: {
      accounts: db.settled(accountArchive(db)),
      signInFlows: db.settled(signInFlowArchive(db)),
      accountKeys: db.settled(accountKeyArchive(db)),
      attempts: db.settled(attemptCounterArchive(db)),
      audit: db.settled(auditArchive(db)),
      outbox: db.settled(outboxArchive(db)),
    },
    ping: async () => {
      // With the lock that a write would need: reading works where writing does not.
      db.atomically(ping);
    },
    removeExpired: async (now) => {
      expiredSessions(now);
      expiredFlows(now);
      expiredTickets(now);
      expiredCounters(now);
      db.checkpoint();
    },
    close: () => db.close(),
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
  const takeBack = db.prepareWrite(
    `UPDATE sign_in_flows SET face_failures = face_failures - 1
      WHERE id = ? AND state = 'awaiting_face' AND expires_at > ? AND face_failures > 0`,
  );
  const removeOf = db.prepareWrite('DELETE FROM sign_in_flows WHERE account_id = ?');
  const read = (row: unknown) => (row === undefined ? null : signInFlowRow.parse(row));
  return {
    insert: async (flow) => {
      insert(...signInFlowValues(flow));
    },
    find: async (id) => read(byId(id)),
    pass: async (id, now) => pass(id, now) > 0,
    countFaceFailure: async (id, now, limit) => read(countFailure(limit, id, now)),
    reserveFaceAttempt: async (id, now, limit) => read(reserveAttempt(id, now, limit)),
    takeBackFaceAttempt: async (id, now) => {
      takeBack(id, now);
    },
    deleteOf: async (accountId) => {
      removeOf(accountId);
    },
  };
}
