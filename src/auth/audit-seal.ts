import { createHash, createHmac } from 'node:crypto';

import type { AuditEntry } from '../storage/port.js';

/** What stands in the place of the first entry's predecessor. */
const BEFORE_THE_FIRST = 'vultus audit log';

/** Where a chain ends: kept elsewhere, it proves that nothing before it was changed or cut off. */
export type AuditHead = Pick<AuditEntry, 'sequence' | 'hash'>;

/**
 * Chains the entries of the audit log: each one's hash covers the hash before it. Keyed, so that somebody who can only
 * write to the database cannot compute the rest of the chain anew.
 */
export class AuditSeal {
  /** Eight hexadecimal digits, for entries to name the key that sealed them. Tells nothing about the key. */
  readonly keyId: string;

  constructor(private readonly key: string) {
    this.keyId = createHash('sha256').update(key).digest('hex').slice(0, 8);
  }

  /** @param previous null for the first entry */
  hash(previous: AuditHead | null, entry: Omit<AuditEntry, 'hash'>): string {
    const { sequence, at, accountId, record } = entry;
    // As JSON, no two entries have the same text.
    const text = JSON.stringify([previous?.hash ?? BEFORE_THE_FIRST, sequence, at, accountId, record]);
    return createHmac('sha256', this.key).update(text).digest('hex');
  }
}
