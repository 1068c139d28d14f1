import type { AccountRecord } from '../port.js';
import {
  CONSENTS_OF,
  NOTICES_OF,
  PASSKEYS_OF,
  RECOVERY_CODES_OF,
  consentRow,
  noticeRow,
  passkeyRow,
  recoveryCodeRow,
} from './account-rows.js';
import type { SqliteDatabase } from './database.js';
import { LIVE_RECORDS_OF, SESSIONS_AND_ACCOUNTS, accountRow, liveRecordRow, sessionRow } from './rows.js';

/** @returns a function from the row of an account to it and all that belongs to it */
export function accountRecordReader(db: SqliteDatabase): (row: unknown) => AccountRecord {
  const sessionsOf = db.prepareReadAll(`${SESSIONS_AND_ACCOUNTS} WHERE accounts.id = ? ORDER BY position`);
  const liveRecordsOf = db.prepareReadAll(LIVE_RECORDS_OF);
  const passkeysOf = db.prepareReadAll(PASSKEYS_OF);
  const recoveryCodesOf = db.prepareReadAll(RECOVERY_CODES_OF);
  const noticesOf = db.prepareReadAll(NOTICES_OF);
  const consentsOf = db.prepareReadAll(CONSENTS_OF);
  return (row) => {
    const account = accountRow.parse(row);
    return {
      account,
      sessions: sessionsOf(account.id).map((session) => sessionRow.parse(session)),
      liveRecords: liveRecordsOf(account.id).map((record) => liveRecordRow.parse(record)),
      passkeys: passkeysOf(account.id).map((passkey) => passkeyRow.parse(passkey)),
      recoveryCodes: recoveryCodesOf(account.id).map((code) => recoveryCodeRow.parse(code)),
      notices: noticesOf(account.id).map((notice) => noticeRow.parse(notice)),
      consents: consentsOf(account.id).map((consent) => consentRow.parse(consent)),
    };
  };
}
