import {
  type AccountKey,
  type AccountRecord,
  type Archive,
  type AttemptCounter,
  type AuditEntry,
  DuplicateEmail,
  type OutboxMessage,
  type SignInFlow,
} from '../port.js';
import {
  INSERT_CONSENT,
  INSERT_NOTICE,
  INSERT_RECOVERY_CODE,
  consentValues,
  insertPasskey,
  noticeValues,
  passkeyValues,
} from './account-rows.js';
import { accountRecordReader } from './account-record.js';
import { type SqlValue, type SqliteDatabase, isUniqueViolation } from './database.js';
import {
  accountKeyRow,
  attemptCounterRow,
  attemptCounterValues,
  auditRow,
  auditValues,
  outboxRow,
  outboxValues,
} from './installation-rows.js';
import {
  INSERT_ACCOUNT,
  accountValues,
  insertLiveRecord,
  insertSession,
  liveRecordValues,
  selectAccounts,
  sessionValues,
  signInFlowRow,
  signInFlowValues,
} from './rows.js';

export function accountArchive(db: SqliteDatabase): Archive<AccountRecord> {
  const page = db.prepareReadAll(selectAccounts('id > ? ORDER BY id LIMIT ?'));
  const recordOf = accountRecordReader(db);
  const insert = db.prepareWrite(insertSession());
  const appendLiveRecord = db.prepareWrite(insertLiveRecord());
  const addPasskey = db.prepareWrite(insertPasskey());
  const addRecoveryCode = db.prepareWrite(INSERT_RECOVERY_CODE);
  const addNotice = db.prepareWrite(INSERT_NOTICE);
  const addConsent = db.prepareWrite(INSERT_CONSENT);
  const insertAccount = db.prepareWrite(INSERT_ACCOUNT);
  const remove = db.prepareWrite('DELETE FROM accounts WHERE id = ?');
  return {
    page: async (after, limit) => page(after ?? '', limit).map(recordOf),
    put: async (records) => {
      try {
        db.atomically(() => {
          for (const record of records) {
            const { account, sessions, liveRecords, passkeys, recoveryCodes, notices, consents } = record;
            // All that belongs to it goes with it.
            remove(account.id);
            insertAccount(...accountValues(account));
            for (const session of sessions) insert(...sessionValues(session));
            for (const trace of liveRecords) appendLiveRecord(...liveRecordValues(account.id, trace));
            for (const passkey of passkeys) addPasskey(...passkeyValues(account.id, passkey));
            for (const hash of recoveryCodes) addRecoveryCode(account.id, hash);
            for (const notice of notices) addNotice(...noticeValues(account.id, notice));
            for (const consent of consents) addConsent(...consentValues(account.id, consent));
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

export function signInFlowArchive(db: SqliteDatabase): Archive<SignInFlow> {
  return tableArchive(db, 'sign_in_flows', 'id', (row) => signInFlowRow.parse(row), signInFlowValues);
}

export function accountKeyArchive(db: SqliteDatabase): Archive<AccountKey> {
  return tableArchive(
    db,
    'account_keys',
    'account_id',
    (row) => accountKeyRow.parse(row),
    ({ accountId, sealed }) => [accountId, sealed],
  );
}

export function attemptCounterArchive(db: SqliteDatabase): Archive<AttemptCounter> {
  const id = "subject || ' ' || origin";
  return tableArchive(
    db,
    'attempt_counters',
    id,
    (row) => attemptCounterRow.parse(row),
    attemptCounterValues,
  );
}

export function outboxArchive(db: SqliteDatabase): Archive<OutboxMessage> {
  return tableArchive(db, 'outbox', 'id', (row) => outboxRow.parse(row), outboxValues);
}

/** @param id the expression by which the records are named and ordered */
function tableArchive<T>(
  db: SqliteDatabase,
  table: string,
  id: string,
  read: (row: unknown) => T,
  values: (record: T) => SqlValue[],
): Archive<T> {
  const page = db.prepareReadAll(`SELECT * FROM ${table} WHERE ${id} > ? ORDER BY ${id} LIMIT ?`);
  const columns = db.prepareReadAll(`SELECT name FROM pragma_table_info('${table}')`)().length;
  const put = db.prepareWrite(
    `INSERT OR REPLACE INTO ${table} VALUES (${Array.from({ length: columns }, () => '?').join(', ')})`,
  );
  const remove = db.prepareWrite(`DELETE FROM ${table} WHERE ${id} = ?`);
  return {
    page: async (after, limit) => page(after ?? '', limit).map(read),
    put: async (records) => {
      db.atomically(() => {
        for (const record of records) put(...values(record));
      });
    },
    remove: async (ids) => {
      db.atomically(() => {
        for (const key of ids) remove(key);
      });
    },
  };
}

/** The log only grows, here as well: an entry that is there already stays as it is. */
export function auditArchive(db: SqliteDatabase): Archive<AuditEntry> {
  const page = db.prepareReadAll('SELECT * FROM audit_log WHERE sequence > ? ORDER BY sequence LIMIT ?');
  const put = db.prepareWrite('INSERT INTO audit_log VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING');
  return {
    page: async (after, limit) => page(Number(after ?? 0), limit).map((row) => auditRow.parse(row)),
    put: async (entries) => {
      db.atomically(() => {
        for (const entry of entries) put(...auditValues(entry));
      });
    },
    remove: () => Promise.reject(new Error('entries of the audit log are not removed')),
  };
}
