import { z } from 'zod';

import { MAX_PASSKEYS, type PasskeyStore, type RecoveryCodeStore } from '../port.js';
import {
  INSERT_RECOVERY_CODE,
  PASSKEYS_OF,
  insertPasskey,
  passkeyRow,
  passkeyValues,
} from './account-rows.js';
import { type SqliteDatabase, isUniqueViolation } from './database.js';
import { ACCOUNT_NUMBER } from './rows.js';

export function passkeyStore(db: SqliteDatabase): PasskeyStore {
  const count = db.prepareRead(`SELECT count(*) AS count FROM passkeys WHERE account = ${ACCOUNT_NUMBER}`);
  const hasSession = db.prepareRead(
    `SELECT 1 FROM sessions WHERE id = ?2 AND account = ${ACCOUNT_NUMBER} AND expires_at > ?3`,
  );
  const insert = db.prepareWrite(insertPasskey());
  const settle = db.prepareWrite('UPDATE accounts SET second_factor_owed = 0 WHERE id = ?');
  const list = db.prepareReadAll(PASSKEYS_OF);
  const find = db.prepareRead(
    `SELECT passkeys.*, accounts.id AS account_id FROM passkeys JOIN accounts ON number = account
      WHERE passkeys.id = ?`,
  );
  const use = db.prepareWrite(
    `UPDATE passkeys SET counter = ?4, last_used_at = ?5
      WHERE id = ?2 AND account = ${ACCOUNT_NUMBER} AND counter = ?3`,
  );
  const remove = db.prepareWrite(`DELETE FROM passkeys WHERE id = ?2 AND account = ${ACCOUNT_NUMBER}`);
  const owner = z.object({ account_id: z.string() });
  const number = z.object({ count: z.int() });
  return {
    add: async (accountId, passkey, { sessionId, now }) => {
      try {
        return db.atomically(() => {
          if (hasSession(accountId, sessionId, now) === undefined) return 'refused';
          if (number.parse(count(accountId)).count >= MAX_PASSKEYS) return 'too_many';
          insert(...passkeyValues(accountId, passkey));
          settle(accountId);
          return 'added';
        });
      } catch (error) {
        if (isUniqueViolation(error, 'passkeys.id')) return 'duplicate';
        throw error;
      }
    },
    list: async (accountId) => list(accountId).map((row) => passkeyRow.parse(row)),
    find: async (id) => {
      const row = find(id);
      if (row === undefined) return null;
      return { accountId: owner.parse(row).account_id, passkey: passkeyRow.parse(row) };
    },
    use: async (accountId, id, current, { counter, at }) => use(accountId, id, current, counter, at) > 0,
    remove: async (accountId, id) => remove(accountId, id) > 0,
  };
}

export function recoveryCodeStore(db: SqliteDatabase): RecoveryCodeStore {
  const insert = db.prepareWrite(INSERT_RECOVERY_CODE);
  const removeAll = db.prepareWrite(`DELETE FROM recovery_codes WHERE account = ${ACCOUNT_NUMBER}`);
  const account = db.prepareRead('SELECT 1 FROM accounts WHERE id = ?');
  const count = db.prepareRead(
    `SELECT count(*) AS count FROM recovery_codes WHERE account = ${ACCOUNT_NUMBER}`,
  );
  const spend = db.prepareWrite(`DELETE FROM recovery_codes WHERE hash = ?2 AND account = ${ACCOUNT_NUMBER}`);
  const number = z.object({ count: z.int() });
  return {
    replace: async (accountId, hashes) =>
      db.atomically(() => {
        if (account(accountId) === undefined) return false;
        removeAll(accountId);
        for (const hash of hashes) insert(accountId, hash);
        return true;
      }),
    remaining: async (accountId) => number.parse(count(accountId)).count,
    spend: async (accountId, hash) => spend(accountId, hash) > 0,
  };
}
