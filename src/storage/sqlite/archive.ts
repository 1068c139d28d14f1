import { type AccountRecord, type Archive, DuplicateEmail, type SignInFlow } from '../port.js';
import { type SqliteDatabase, isUniqueViolation } from './database.js';
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

export function accountArchive(db: SqliteDatabase): Archive<AccountRecord> {
  const page = db.prepareReadAll('SELECT * FROM accounts WHERE id > ? ORDER BY id LIMIT ?');
  const sessionsOf = db.prepareReadAll(`${SESSIONS_AND_ACCOUNTS} WHERE accounts.id = ? ORDER BY position`);
  const liveRecordsOf = db.prepareReadAll(LIVE_RECORDS_OF);
  const insertAccount = db.prepareWrite(INSERT_ACCOUNT);
  const insert = db.prepareWrite(insertSession());
  const appendLiveRecord = db.prepareWrite(insertLiveRecord());
  const remove = db.prepareWrite('DELETE FROM accounts WHERE id = ?');
  return {
    page: async (after, limit) =>
      page(after ?? '', limit).map((row) => {
        const account = accountRow.parse(row);
        return {
          account,
          sessions: sessionsOf(account.id).map((session) => sessionRow.parse(session)),
          liveRecords: liveRecordsOf(account.id).map((record) => liveRecordRow.parse(record)),
        };
      }),
    put: async (records) => {
      try {
        db.atomically(() => {
          for (const { account, sessions, liveRecords } of records) {
            // Its sessions and live records go with it.
            remove(account.id);
            insertAccount(...accountValues(account));
            for (const session of sessions) insert(...sessionValues(session));
            for (const record of liveRecords) appendLiveRecord(...liveRecordValues(account.id, record));
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
