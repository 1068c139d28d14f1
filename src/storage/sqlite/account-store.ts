import { z } from 'zod';

import { type AccountStore, type BiometricReference, MAX_LIVE_RECORDS } from '../port.js';
import { accountRecordReader } from './account-record.js';
import { type SqlValue, type SqliteDatabase, isUniqueViolation } from './database.js';
import {
  ACCOUNT_NUMBER,
  INSERT_ACCOUNT,
  LIVE_RECORDS_OF,
  accountRow,
  accountValues,
  dropOldest,
  insertLiveRecord,
  liveRecordRow,
  liveRecordValues,
  selectAccounts,
} from './rows.js';

const REFERENCE_COLUMNS = `reference_model = ?1, reference_ciphertext = ?2, reference_quality = ?3,
    reference_created_at = ?4, reference_last_used_at = ?5, reference_renewal_due = ?6`;

function referenceValues(reference: BiometricReference): SqlValue[] {
  const { modelId, ciphertext, qualityScore, createdAt, lastUsedAt, renewalDue } = reference;
  return [modelId, ciphertext, qualityScore, createdAt, lastUsedAt, Number(renewalDue)];
}

const idRow = z.object({ id: z.string() });

export function accountStore(db: SqliteDatabase): AccountStore {
  const insert = db.prepareWrite(INSERT_ACCOUNT);
  const byEmail = db.prepareRead(selectAccounts('email = ?'));
  const byId = db.prepareRead(selectAccounts('id = ?'));
  const recordOf = accountRecordReader(db);
  const replacePasswordHash = db.prepareWrite(
    'UPDATE accounts SET password_hash = ? WHERE id = ? AND password_hash = ?',
  );
  const putReference = db.prepareWrite(
    `UPDATE accounts SET ${REFERENCE_COLUMNS}, second_factor_owed = 0
      WHERE id = ?7 AND reference_erasures = ?8
        AND EXISTS (SELECT 1 FROM sessions WHERE id = ?9 AND account = number AND expires_at > ?10)`,
  );
  const replaceReference = db.prepareWrite(
    `UPDATE accounts SET ${REFERENCE_COLUMNS} WHERE id = ?7 AND reference_ciphertext = ?8`,
  );
  const touchReference = db.prepareWrite(
    `UPDATE accounts SET reference_last_used_at = max(reference_last_used_at, ?)
      WHERE id = ? AND reference_ciphertext = ?`,
  );
  const markForRenewal = db.prepareWrite(
    'UPDATE accounts SET reference_renewal_due = 1 WHERE id = ? AND reference_model IS NOT NULL',
  );
  const unusedSince = db.prepareReadAll(
    'SELECT id FROM accounts WHERE reference_last_used_at < ? ORDER BY reference_last_used_at LIMIT ?',
  );
  const eraseReference = db.prepareWrite(
    `UPDATE accounts SET reference_model = NULL, reference_ciphertext = NULL, reference_quality = NULL,
            reference_created_at = NULL, reference_last_used_at = NULL, reference_renewal_due = 0,
            reference_erasures = reference_erasures + 1, second_factor_owed = ?
      WHERE id = ?`,
  );
  const appendLiveRecord = db.prepareWrite(insertLiveRecord('AND reference_model IS NOT NULL'));
  const dropOldestLiveRecords = db.prepareWrite(dropOldest('live_records', MAX_LIVE_RECORDS));
  const eraseLiveRecords = db.prepareWrite(`DELETE FROM live_records WHERE account = ${ACCOUNT_NUMBER}`);
  const liveRecordsOf = db.prepareReadAll(LIVE_RECORDS_OF);
  const eraseFlows = db.prepareWrite('DELETE FROM sign_in_flows WHERE account_id = ?');
  const erase = db.prepareWrite('DELETE FROM accounts WHERE id = ?');
  const read = (row: unknown) => (row === undefined ? null : accountRow.parse(row));
  /** What the change erased or replaced does not stay readable in the journal. */
  const erasing = (change: () => number): boolean => {
    const changed = db.atomically(change);
    db.checkpoint();
    return changed > 0;
  };

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
    findRecord: async (id) =>
      db.atomically(() => {
        const row = byId(id);
        return row === undefined ? null : recordOf(row);
      }),
    replacePasswordHash: async (accountId, current, replacement) =>
      replacePasswordHash(replacement, accountId, current) > 0,
    putReference: async (accountId, reference, { sessionId, referenceErasures, now }) =>
      erasing(() =>
        putReference(...referenceValues(reference), accountId, referenceErasures, sessionId, now),
      ),
    replaceReference: async (accountId, current, replacement) =>
      erasing(() => replaceReference(...referenceValues(replacement), accountId, current)),
    touchReference: async (accountId, current, now) => {
      touchReference(now, accountId, current);
    },
    markReferenceForRenewal: async (accountId) => markForRenewal(accountId) > 0,
    withReferenceUnusedSince: async (time, limit) =>
      unusedSince(time, limit).map((row) => idRow.parse(row).id),
    eraseReference: async (accountId, owing) =>
      erasing(() => {
        eraseLiveRecords(accountId);
        return eraseReference(Number(owing), accountId);
      }),
    erase: async (accountId) =>
      erasing(() => {
        eraseFlows(accountId);
        return erase(accountId);
      }),
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
