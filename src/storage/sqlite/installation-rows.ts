import { z } from 'zod';

import type { AccountKey, AttemptCounter, AuditEntry, OutboxMessage } from '../port.js';
import type { SqlValue } from './database.js';
import { blob } from './rows.js';

/** The rows of what does not belong to the row of an account. */

export const accountKeyRow = z
  .object({ account_id: z.string(), sealed: blob })
  .transform((row): AccountKey => ({ accountId: row.account_id, sealed: row.sealed }));

export const attemptCounterRow = z
  .object({
    subject: z.string(),
    origin: z.string(),
    failures: z.int().nonnegative(),
    blocked_until: z.int(),
    expires_at: z.int(),
  })
  .transform((row): AttemptCounter => ({
    subject: row.subject,
    origin: row.origin,
    failures: row.failures,
    blockedUntil: row.blocked_until,
    expiresAt: row.expires_at,
  }));

/** In the order of the table's columns. */
export function attemptCounterValues(counter: AttemptCounter): SqlValue[] {
  return [counter.subject, counter.origin, counter.failures, counter.blockedUntil, counter.expiresAt];
}

export const auditRow = z
  .object({
    sequence: z.int(),
    at: z.int(),
    account_id: z.string().nullable(),
    record: z.string(),
    hash: z.string(),
  })
  .transform((row): AuditEntry => ({
    sequence: row.sequence,
    at: row.at,
    accountId: row.account_id,
    record: row.record,
    hash: row.hash,
  }));

/** In the order of the table's columns. */
export function auditValues({ sequence, at, accountId, record, hash }: AuditEntry): SqlValue[] {
  return [sequence, at, accountId, record, hash];
}

export const outboxRow = z
  .object({
    id: z.string(),
    body: z.string(),
    created_at: z.int(),
    due_at: z.int(),
    attempts: z.int().nonnegative(),
  })
  .transform((row): OutboxMessage => ({
    id: row.id,
    body: row.body,
    createdAt: row.created_at,
    dueAt: row.due_at,
    attempts: row.attempts,
  }));

/** In the order of the table's columns. */
export function outboxValues({ id, body, createdAt, dueAt, attempts }: OutboxMessage): SqlValue[] {
  return [id, body, createdAt, dueAt, attempts];
}
