import { z } from 'zod';

import type { Consent, Notice, Passkey } from '../port.js';
import type { SqlValue } from './database.js';
import { blob, flag, nextPosition } from './rows.js';

/** The rows of what an account has beside its own. Each insertion takes the account's id as its first value. */

export const passkeyRow = z
  .object({
    id: z.string(),
    public_key: blob,
    counter: z.int().nonnegative(),
    transports: z.string(),
    name: z.string(),
    backed_up: flag,
    created_at: z.int(),
    last_used_at: z.int().nullable(),
  })
  .transform((row): Passkey => ({
    id: row.id,
    publicKey: row.public_key,
    counter: row.counter,
    transports: z.array(z.string()).parse(JSON.parse(row.transports)),
    name: row.name,
    backedUp: row.backed_up,
    createdAt: row.created_at,
    lastUsedAt: row.last_used_at,
  }));

export const PASSKEYS_OF = `SELECT passkeys.* FROM passkeys JOIN accounts ON number = account
    WHERE accounts.id = ? ORDER BY position`;

/** @param condition on the account */
export function insertPasskey(condition = ''): string {
  return `INSERT INTO passkeys
    SELECT ?2, number, ${nextPosition('passkeys')}, ?3, ?4, ?5, ?6, ?7, ?8, ?9
      FROM accounts WHERE id = ?1 ${condition}`;
}

/** For `insertPasskey`. */
export function passkeyValues(accountId: string, passkey: Passkey): SqlValue[] {
  const { id, publicKey, counter, transports, name, backedUp, createdAt, lastUsedAt } = passkey;
  const kinds = JSON.stringify(transports);
  return [accountId, id, publicKey, counter, kinds, name, Number(backedUp), createdAt, lastUsedAt];
}

export const recoveryCodeRow = z.object({ hash: z.string() }).transform(({ hash }) => hash);

export const RECOVERY_CODES_OF = `SELECT hash FROM recovery_codes JOIN accounts ON number = account
    WHERE accounts.id = ? ORDER BY hash`;

export const INSERT_RECOVERY_CODE =
  'INSERT OR IGNORE INTO recovery_codes SELECT number, ?2 FROM accounts WHERE id = ?1';

export const noticeRow = z
  .object({
    id: z.string(),
    kind: z.string(),
    created_at: z.int(),
    seen: flag,
    details: z.string(),
  })
  .transform((row): Notice => ({
    id: row.id,
    kind: row.kind,
    createdAt: row.created_at,
    seen: row.seen,
    details: z.record(z.string(), z.string()).parse(JSON.parse(row.details)),
  }));

export const NOTICES_OF = `SELECT notices.* FROM notices JOIN accounts ON number = account
    WHERE accounts.id = ? ORDER BY position`;

export const INSERT_NOTICE = `INSERT INTO notices
    SELECT number, ${nextPosition('notices')}, ?2, ?3, ?4, ?5, ?6 FROM accounts WHERE id = ?1`;

/** For INSERT_NOTICE. */
export function noticeValues(accountId: string, { id, kind, createdAt, seen, details }: Notice): SqlValue[] {
  return [accountId, id, kind, createdAt, Number(seen), JSON.stringify(details)];
}

export const consentRow = z
  .object({
    version: z.string(),
    text_digest: z.string(),
    given_at: z.int(),
    withdrawn_at: z.int().nullable(),
    means: z.string(),
  })
  .transform((row): Consent => ({
    version: row.version,
    textDigest: row.text_digest,
    givenAt: row.given_at,
    withdrawnAt: row.withdrawn_at,
    means: row.means,
  }));

export const CONSENTS_OF = `SELECT consents.* FROM consents JOIN accounts ON number = account
    WHERE accounts.id = ? ORDER BY position`;

export const INSERT_CONSENT = `INSERT INTO consents
    SELECT number, ${nextPosition('consents')}, ?2, ?3, ?4, ?5, ?6 FROM accounts WHERE id = ?1`;

/** For INSERT_CONSENT. */
export function consentValues(
  accountId: string,
  { version, textDigest, givenAt, withdrawnAt, means }: Consent,
): SqlValue[] {
  return [accountId, version, textDigest, givenAt, withdrawnAt, means];
}
