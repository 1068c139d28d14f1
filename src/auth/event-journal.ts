import { randomUUID } from 'node:crypto';

import type { NoticeStore, OutboxStore } from '../storage/port.js';
import type { AuditTrail } from './audit-trail.js';
import { type Announcement, type NoticeKind, announcementOf } from './event-announcements.js';
import type { RequestOrigins } from './request-origin.js';
import type { SecurityEvent, SecurityEvents } from './security-event.js';

const DAY_MS = 86_400_000;

/**
 * What happens becomes an entry of the audit log, and from there a notice to the account's owner and a message to the
 * operator's systems.
 */
export class EventJournal implements SecurityEvents {
  constructor(
    private readonly deps: {
      readonly audit: AuditTrail;
      readonly notices: NoticeStore;
      /** Null where no webhook is configured. */
      readonly outbox: OutboxStore | null;
      readonly origins: RequestOrigins;
      readonly now: () => number;
    },
  ) {}

  /** @throws StorageUnavailable what cannot be noted down does not count as done */
  async record(event: SecurityEvent): Promise<void> {
    const { audit, origins, now } = this.deps;
    const { accountId, flow, ...told } = event;
    const { requestId, device } = origins.current;
    const at = now();
    await audit.append(at, accountId, {
      ...told,
      ...(flow === undefined ? {} : { flow: flow.id }),
      requestId,
      device,
    });
    if (event.outcome === 'success' && flow) await this.#takeBack(accountId, flow.id);
    const announcement = announcementOf(event);
    if (announcement.perSignIn && !flow) return;
    await this.#notify(event, announcement, at);
    await this.#send(event, announcement, at);
  }

  /** The sign-in was completed: whoever was refused before is the one who came in. */
  async #takeBack(accountId: string | null, flowId: string): Promise<void> {
    const id = idOfRefusal(flowId);
    if (accountId !== null) await this.deps.notices.withdraw(accountId, id);
    await this.deps.outbox?.remove(id);
  }

  async #notify(event: SecurityEvent, { notice, perSignIn }: Announcement, at: number): Promise<void> {
    if (notice === null || event.accountId === null) return;
    const { device } = this.deps.origins.current;
    await this.deps.notices.append(event.accountId, {
      id: perSignIn && event.flow ? idOfRefusal(event.flow.id) : idOfNotice(notice, device, at),
      kind: notice,
      createdAt: at,
      seen: false,
      details: {
        ...(device === null ? {} : { device }),
        ...(event.subject === undefined ? {} : { subject: event.subject }),
        ...(event.by === 'account' ? {} : { by: event.by }),
      },
    });
  }

  async #send(event: SecurityEvent, { webhook, perSignIn }: Announcement, at: number): Promise<void> {
    const { outbox, origins } = this.deps;
    const { accountId, action, outcome, by, reason, subject, flow } = event;
    // Whoever tries addresses at random must not fill the outbox.
    const isNobodys = accountId === null && by === 'account';
    if (outbox === null || webhook === null || isNobodys) return;
    const { requestId } = origins.current;
    const ofRefusal = perSignIn ? flow : undefined;
    await outbox.put({
      id: ofRefusal ? idOfRefusal(ofRefusal.id) : `event:${randomUUID()}`,
      body: JSON.stringify({
        type: webhook,
        timestamp: new Date(at).toISOString(),
        data: { account_id: accountId, action, outcome, by, reason, subject, request_id: requestId },
      }),
      createdAt: at,
      dueAt: ofRefusal ? Math.max(at, ofRefusal.expiresAt) : at,
      attempts: 0,
    });
  }
}

/** One for each sign-in, however many pictures of it are refused. */
function idOfRefusal(flowId: string): string {
  return `flow:${flowId}`;
}

/** A client that never lets itself be known again must not push out all other notices: one a day tells enough. */
function idOfNotice(kind: NoticeKind, device: string | null, at: number): string {
  return kind === 'new_device'
    ? `new_device:${Math.floor(at / DAY_MS)}:${device ?? 'unknown'}`
    : randomUUID();
}
