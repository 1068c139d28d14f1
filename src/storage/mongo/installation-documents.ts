import { z } from 'zod';

import type { AccountKey, AttemptCounter, AuditEntry, OutboxMessage } from '../port.js';
import { bytes, time } from './document-fields.js';

/** What does not stand in the document of an account. */

/** A ticket that was spent: that it is there is all that it says. */
export interface TicketDocument {
  readonly _id: string;
  readonly expires_at: Date;
}

export const factDocument = z.object({ _id: z.string(), value: z.string() });
export type FactDocument = z.input<typeof factDocument>;

const accountKeyDocument = z.object({ _id: z.string(), sealed: bytes });
export type AccountKeyDocument = z.input<typeof accountKeyDocument>;

export function toAccountKeyDocument({ accountId, sealed }: AccountKey): AccountKeyDocument {
  return { _id: accountId, sealed: Buffer.from(sealed) };
}

export function readAccountKey(document: unknown): AccountKey {
  const { _id, sealed } = accountKeyDocument.parse(document);
  return { accountId: _id, sealed };
}

const attemptCounterDocument = z.object({
  _id: z.string(),
  subject: z.string(),
  origin: z.string(),
  failures: z.int().nonnegative(),
  blocked_until: time,
  expires_at: time,
});
export type AttemptCounterDocument = z.input<typeof attemptCounterDocument>;

export function attemptCounterId({ subject, origin }: Pick<AttemptCounter, 'subject' | 'origin'>): string {
  return `${subject} ${origin}`;
}

export function toAttemptCounterDocument(counter: AttemptCounter): AttemptCounterDocument {
  const { subject, origin, failures, blockedUntil, expiresAt } = counter;
  return {
    _id: attemptCounterId(counter),
    subject,
    origin,
    failures,
    blocked_until: new Date(blockedUntil),
    expires_at: new Date(expiresAt),
  };
}

export function readAttemptCounter(document: unknown): AttemptCounter {
  const parsed = attemptCounterDocument.parse(document);
  const { subject, origin, failures } = parsed;
  return { subject, origin, failures, blockedUntil: parsed.blocked_until, expiresAt: parsed.expires_at };
}

const auditDocument = z.object({
  _id: z.string().regex(/^\d{16}$/),
  at: time,
  account_id: z.string().nullable(),
  record: z.string(),
  hash: z.string(),
});
export type AuditDocument = z.input<typeof auditDocument>;

/** In the order of the sequence, also where it is compared as text. */
export function auditId(sequence: number): string {
  return String(sequence).padStart(16, '0');
}

export function toAuditDocument({ sequence, at, accountId, record, hash }: AuditEntry): AuditDocument {
  return { _id: auditId(sequence), at: new Date(at), account_id: accountId, record, hash };
}

export function readAuditEntry(document: unknown): AuditEntry {
  const { _id, at, account_id: accountId, record, hash } = auditDocument.parse(document);
  return { sequence: Number(_id), at, accountId, record, hash };
}

const outboxDocument = z.object({
  _id: z.string(),
  body: z.string(),
  created_at: time,
  due_at: time,
  attempts: z.int().nonnegative(),
});
export type OutboxDocument = z.input<typeof outboxDocument>;

export function toOutboxDocument({ id, body, createdAt, dueAt, attempts }: OutboxMessage): OutboxDocument {
  return { _id: id, body, created_at: new Date(createdAt), due_at: new Date(dueAt), attempts };
}

export function readOutboxMessage(document: unknown): OutboxMessage {
  const { _id, body, created_at: createdAt, due_at: dueAt, attempts } = outboxDocument.parse(document);
  return { id: _id, body, createdAt, dueAt, attempts };
}
