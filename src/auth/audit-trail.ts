import { setTimeout as pause } from 'node:timers/promises';

import { type AuditEntry, type AuditStore, StorageUnavailable } from '../storage/port.js';
import { AuditSeal } from './audit-seal.js';
import type { SecurityAction, SecurityEvent } from './security-event.js';

/** What an entry tells. Never pictures, templates, passwords, e-mail addresses or network addresses. */
export interface AuditFacts {
  readonly action: SecurityAction | 'webhook_abandoned';
  readonly outcome: SecurityEvent['outcome'];
  readonly by: SecurityEvent['by'];
  readonly reason?: string;
  readonly scores?: SecurityEvent['scores'];
  readonly subject?: string;
  /** Of a sign-in: the attempt that its entries have in common. */
  readonly flow?: string;
  readonly requestId: string;
  readonly device: string | null;
}

/** So often an append is lost to other servers before it is given up: some seconds. */
const MAX_RACES = 80;
const LONGEST_PAUSE_MS = 100;

/** Writes the audit log: entries are appended and sealed, never changed. */
export class AuditTrail {
  readonly #seal: AuditSeal;
  /** The last entry as far as this process knows, which saves reading it; undefined when it has to be read. */
  #head: AuditEntry | null | undefined;
  /** One append at a time: a burst would only get in its own way. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly store: AuditStore,
    auditKey: string,
  ) {
    this.#seal = new AuditSeal(auditKey);
  }

  /** @throws StorageUnavailable also when other servers were quicker all the time */
  append(at: number, accountId: string | null, facts: AuditFacts): Promise<AuditEntry> {
    const record = recordOf(facts, this.#seal.keyId);
    const appended = this.#queue.then(() => this.#append({ at, accountId, record }));
    this.#queue = appended.catch(() => undefined);
    return appended;
  }

  async #append(content: Pick<AuditEntry, 'at' | 'accountId' | 'record'>): Promise<AuditEntry> {
    let head = this.#head;
    this.#head = undefined;
    for (let race = 0; race < MAX_RACES; race++) {
      if (head === undefined) head = await this.store.last();
      const unsealed = { sequence: (head?.sequence ?? 0) + 1, ...content };
      const entry = { ...unsealed, hash: this.#seal.hash(head, unsealed) };
      if (await this.store.append(entry)) {
        this.#head = entry;
        return entry;
      }
      head = undefined;
      await pause(Math.random() * Math.min(LONGEST_PAUSE_MS, 2 ** race));
    }
    throw new StorageUnavailable('too many servers write to the audit log at once');
  }
}

/** The same facts are the same text: the order of the fields is fixed. */
function recordOf(facts: AuditFacts, keyId: string): string {
  const { action, outcome, by, reason, scores, subject, flow, requestId, device } = facts;
  return JSON.stringify({
    action,
    outcome,
    by,
    reason,
    scores,
    subject,
    flow,
    request_id: requestId,
    device: device ?? undefined,
    key: keyId,
  });
}
