import { randomUUID } from 'node:crypto';

import { AuditTrail } from '../auth/audit-trail.js';
import { EventJournal } from '../auth/event-journal.js';
import { RequestOrigins } from '../auth/request-origin.js';
import type { SecurityEvents } from '../auth/security-event.js';
import type { Config } from '../config/config.js';
import type { Secrets } from '../config/secrets.js';
import type { Storage } from '../storage/port.js';

/** Remembers what a command does as the server remembers what requests do; all of one command has one request id. */
export function operatorEvents(
  { webhook }: Pick<Config, 'webhook'>,
  { auditKey }: Pick<Secrets, 'auditKey'>,
  { audit, notices, outbox }: Pick<Storage, 'audit' | 'notices' | 'outbox'>,
): SecurityEvents {
  const origins = new RequestOrigins();
  const journal = new EventJournal({
    audit: new AuditTrail(audit, auditKey),
    notices,
    // A server sends it.
    outbox: webhook === null ? null : outbox,
    origins,
    now: Date.now,
  });
  const origin = { requestId: `command:${randomUUID()}`, device: null, deviceToken: null };
  return { record: (event) => origins.run(origin, () => journal.record(event)) };
}
