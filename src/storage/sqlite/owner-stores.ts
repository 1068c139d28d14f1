import { type ConsentStore, MAX_CONSENTS, MAX_NOTICES, type NoticeStore } from '../port.js';
import {
  CONSENTS_OF,
  INSERT_CONSENT,
  INSERT_NOTICE,
  NOTICES_OF,
  consentRow,
  consentValues,
  noticeRow,
  noticeValues,
} from './account-rows.js';
import { type SqliteDatabase, isUniqueViolation } from './database.js';
import { ACCOUNT_NUMBER, dropOldest } from './rows.js';

export function noticeStore(db: SqliteDatabase): NoticeStore {
  const insert = db.prepareWrite(INSERT_NOTICE);
  const drop = db.prepareWrite(dropOldest('notices', MAX_NOTICES));
  const list = db.prepareReadAll(NOTICES_OF);
  const withdraw = db.prepareWrite(`DELETE FROM notices WHERE id = ?2 AND account = ${ACCOUNT_NUMBER}`);
  const markSeen = db.prepareWrite(
    `UPDATE notices SET seen = 1 WHERE id = ?2 AND account = ${ACCOUNT_NUMBER}`,
  );
  return {
    append: async (accountId, notice) => {
      try {
        return db.atomically(() => {
          const appended = insert(...noticeValues(accountId, notice)) > 0;
          if (appended) drop(accountId);
          return appended;
        });
      } catch (error) {
        if (isUniqueViolation(error, 'notices.id')) return false;
        throw error;
      }
    },
    list: async (accountId) => list(accountId).map((row) => noticeRow.parse(row)),
    withdraw: async (accountId, id) => withdraw(accountId, id) > 0,
    markSeen: async (accountId, ids) => {
      db.atomically(() => {
        for (const id of ids) markSeen(accountId, id);
      });
    },
  };
}

export function consentStore(db: SqliteDatabase): ConsentStore {
  const insert = db.prepareWrite(INSERT_CONSENT);
  const drop = db.prepareWrite(dropOldest('consents', MAX_CONSENTS));
  const list = db.prepareReadAll(CONSENTS_OF);
  const account = db.prepareRead('SELECT 1 FROM accounts WHERE id = ?');
  const withdraw = db.prepareWrite(
    `UPDATE consents SET withdrawn_at = ?2 WHERE account = ${ACCOUNT_NUMBER} AND withdrawn_at IS NULL`,
  );
  const all = (accountId: string) => list(accountId).map((row) => consentRow.parse(row));
  return {
    give: async (accountId, consent) =>
      db.atomically(() => {
        if (account(accountId) === undefined) return false;
        const latest = all(accountId).at(-1);
        const stands =
          latest?.withdrawnAt === null &&
          latest.version === consent.version &&
          latest.textDigest === consent.textDigest;
        if (stands) return true;
        insert(...consentValues(accountId, consent));
        drop(accountId);
        return true;
      }),
    withdraw: async (accountId, now) => withdraw(accountId, now) > 0,
    list: async (accountId) => all(accountId),
  };
}
