import { z } from 'zod';

import type {
  AccountKeyStore,
  AttemptCounterStore,
  AuditStore,
  InstallationFacts,
  OutboxStore,
  TicketStore,
} from '../port.js';
import type { SqliteDatabase } from './database.js';
import {
  accountKeyRow,
  attemptCounterRow,
  attemptCounterValues,
  auditRow,
  auditValues,
  outboxRow,
  outboxValues,
} from './installation-rows.js';

/** What does not belong to the row of an account. */

export function ticketStore(db: SqliteDatabase): TicketStore {
  const spend = db.prepareWrite('INSERT INTO spent_tickets VALUES (?, ?) ON CONFLICT (id) DO NOTHING');
  return { spend: async (id, expiresAt) => spend(id, expiresAt) > 0 };
}

export function accountKeyStore(db: SqliteDatabase): AccountKeyStore {
  const find = db.prepareRead('SELECT * FROM account_keys WHERE account_id = ?');
  const insert = db.prepareWrite(
    'INSERT INTO account_keys VALUES (?, ?) ON CONFLICT (account_id) DO NOTHING',
  );
  const replace = db.prepareWrite(
    'UPDATE account_keys SET sealed = ?3 WHERE account_id = ?1 AND sealed = ?2',
  );
  const shred = db.prepareWrite('DELETE FROM account_keys WHERE account_id = ?');
  const read = (accountId: string) => {
    const row = find(accountId);
    return row === undefined ? null : accountKeyRow.parse(row).sealed;
  };
  return {
    find: async (accountId) => read(accountId),
    insertUnlessThere: async (accountId, sealed) =>
      db.atomically(() => {
        insert(accountId, sealed);
        return read(accountId) ?? sealed;
      }),
    replace: async (accountId, current, replacement) => replace(accountId, current, replacement) > 0,
    shred: async (accountId) => {
      const shredded = shred(accountId) > 0;
      db.checkpoint();
      return shredded;
    },
  };
}

export function attemptCounterStore(db: SqliteDatabase): AttemptCounterStore {
  const find = db.prepareRead(
    'SELECT * FROM attempt_counters WHERE subject = ? AND origin = ? AND expires_at > ?',
  );
  const put = db.prepareWrite('INSERT OR REPLACE INTO attempt_counters VALUES (?, ?, ?, ?, ?)');
  const release = db.prepareWrite(
    `UPDATE attempt_counters
        SET failures = failures - 1, blocked_until = CASE WHEN failures <= ?3 THEN 0 ELSE blocked_until END
      WHERE subject = ?1 AND origin = ?2 AND failures > 0`,
  );
  const clear = db.prepareWrite('DELETE FROM attempt_counters WHERE subject = ? AND origin = ?');
  const clearAll = db.prepareWrite('DELETE FROM attempt_counters WHERE subject = ?');
  const read = (subject: string, origin: string, now: number) => {
    const row = find(subject, origin, now);
    return row === undefined ? null : attemptCounterRow.parse(row);
  };
  return {
    find: async (subject, origin, now) => read(subject, origin, now),
    reserve: async (counter, current, now) =>
      db.atomically(() => {
        const there = read(counter.subject, counter.origin, now);
        const isOther = (there?.failures ?? 0) !== current;
        if (isOther || (there !== null && there.blockedUntil > now)) return false;
        put(...attemptCounterValues(counter));
        return true;
      }),
    release: async (subject, origin, upTo) => {
      release(subject, origin, upTo);
    },
    clear: async (subject, origin) => {
      if (origin === null) clearAll(subject);
      else clear(subject, origin);
    },
  };
}

export function auditStore(db: SqliteDatabase): AuditStore {
  const last = db.prepareRead('SELECT * FROM audit_log ORDER BY sequence DESC LIMIT 1');
  const append = db.prepareWrite('INSERT INTO audit_log VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING');
  const page = db.prepareReadAll('SELECT * FROM audit_log WHERE sequence > ? ORDER BY sequence LIMIT ?');
  const ofAccount = db.prepareReadAll(
    'SELECT * FROM audit_log WHERE account_id = ? ORDER BY sequence DESC LIMIT ?',
  );
  return {
    last: async () => {
      const row = last();
      return row === undefined ? null : auditRow.parse(row);
    },
    append: async (entry) => append(...auditValues(entry)) > 0,
    page: async (sequence, limit) => page(sequence, limit).map((row) => auditRow.parse(row)),
    ofAccount: async (accountId, limit) =>
      ofAccount(accountId, limit)
        .map((row) => auditRow.parse(row))
        .reverse(),
  };
}

export function outboxStore(db: SqliteDatabase): OutboxStore {
  const put = db.prepareWrite('INSERT INTO outbox VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING');
  const remove = db.prepareWrite('DELETE FROM outbox WHERE id = ?');
  const due = db.prepareRead('SELECT 1 FROM outbox WHERE due_at <= ? LIMIT 1');
  const take = db.prepareWriteReturning(
    `UPDATE outbox SET attempts = attempts + 1, due_at = ?2
      WHERE id = (SELECT id FROM outbox WHERE due_at <= ?1 ORDER BY due_at LIMIT 1) RETURNING *`,
  );
  const postpone = db.prepareWrite('UPDATE outbox SET due_at = ? WHERE id = ?');
  return {
    put: async (message) => {
      put(...outboxValues(message));
    },
    remove: async (id) => remove(id) > 0,
    take: async (now, retryAt) => {
      // Asked every other second: nothing to do is found out without the lock of a write.
      if (due(now) === undefined) return null;
      const row = take(now, retryAt);
      return row === undefined ? null : outboxRow.parse(row);
    },
    postpone: async (id, dueAt) => postpone(dueAt, id) > 0,
  };
}

export function installationFacts(db: SqliteDatabase): InstallationFacts {
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
