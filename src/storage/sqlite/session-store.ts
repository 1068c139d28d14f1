import { MAX_SESSIONS, type Session, type SessionStore } from '../port.js';
import type { SqliteDatabase } from './database.js';
import {
  ACCOUNT_NUMBER,
  SESSIONS_AND_ACCOUNTS,
  accountRow,
  dropOldest,
  insertSession,
  sessionRow,
  sessionValues,
} from './rows.js';

export function sessionStore(db: SqliteDatabase): SessionStore {
  const insert = db.prepareWrite(insertSession());
  const insertByPasswordAlone = db.prepareWrite(
    insertSession(
      `AND reference_model IS NULL AND second_factor_owed = 0
       AND NOT EXISTS (SELECT 1 FROM passkeys WHERE account = number)`,
    ),
  );
  const endOldest = db.prepareWrite(dropOldest('sessions', MAX_SESSIONS));
  const live = db.prepareRead(
    `${SESSIONS_AND_ACCOUNTS}
      WHERE sessions.id = ? AND accounts.id = ? AND expires_at > ? AND last_used_at > ?`,
  );
  const list = db.prepareReadAll(
    `${SESSIONS_AND_ACCOUNTS} WHERE accounts.id = ? AND expires_at > ? AND last_used_at > ? ORDER BY position`,
  );
  const touch = db.prepareWrite(
    `UPDATE sessions SET last_used_at = max(last_used_at, ?3) WHERE id = ?2 AND account = ${ACCOUNT_NUMBER}`,
  );
  const replaceToken = db.prepareWrite(
    `UPDATE sessions SET token_hash = ?4, replaced_hash = token_hash, replaced_at = ?5
      WHERE id = ?2 AND account = ${ACCOUNT_NUMBER} AND token_hash = ?3`,
  );
  const remove = db.prepareWrite(`DELETE FROM sessions WHERE id = ?2 AND account = ${ACCOUNT_NUMBER}`);
  const removeOthers = db.prepareWrite(
    `DELETE FROM sessions WHERE account = ${ACCOUNT_NUMBER} AND id IS NOT ?2`,
  );
  const open = (session: Session, insertion: typeof insert) =>
    db.atomically(() => {
      const inserted = insertion(...sessionValues(session)) > 0;
      if (inserted) endOldest(session.accountId);
      return inserted;
    });
  return {
    insert: async (session) => open(session, insert),
    insertByPasswordAlone: async (session) => open(session, insertByPasswordAlone),
    findLive: async (accountId, id, { now, idleSince }) => {
      const row = live(id, accountId, now, idleSince);
      return row === undefined ? null : { account: accountRow.parse(row), session: sessionRow.parse(row) };
    },
    list: async (accountId, { now, idleSince }) =>
      list(accountId, now, idleSince).map((row) => sessionRow.parse(row)),
    touch: async (accountId, id, now) => {
      touch(accountId, id, now);
    },
    replaceToken: async (accountId, id, current, { tokenHash, at }) =>
      replaceToken(accountId, id, current, tokenHash, at) > 0,
    delete: async (accountId, id) => remove(accountId, id) > 0,
    deleteOthers: async (accountId, kept) => removeOthers(accountId, kept),
  };
}
