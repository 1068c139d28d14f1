import type {
  AccountKeyStore,
  AttemptCounterStore,
  AuditStore,
  InstallationFacts,
  OutboxStore,
  TicketStore,
} from '../port.js';
import { type MongoDatabase, isDuplicate } from './database.js';
import {
  type AccountKeyDocument,
  type AttemptCounterDocument,
  type AuditDocument,
  type FactDocument,
  type OutboxDocument,
  type TicketDocument,
  attemptCounterId,
  auditId,
  factDocument,
  readAccountKey,
  readAttemptCounter,
  readAuditEntry,
  readOutboxMessage,
  toAccountKeyDocument,
  toAttemptCounterDocument,
  toAuditDocument,
  toOutboxDocument,
} from './installation-documents.js';

/** Runs an insertion. @returns whether there was none with the same id before */
async function isFirst(db: MongoDatabase, insertion: () => Promise<unknown>): Promise<boolean> {
  try {
    await db.run(insertion);
  } catch (error) {
    if (isDuplicate(error, '_id')) return false;
    throw error;
  }
  return true;
}

export function ticketStore(db: MongoDatabase): TicketStore {
  const tickets = () => db.collection<TicketDocument>('spent_tickets');
  return {
    spend: (id, expiresAt) =>
      isFirst(db, () => tickets().insertOne({ _id: id, expires_at: new Date(expiresAt) })),
  };
}

export function accountKeyStore(db: MongoDatabase): AccountKeyStore {
  const keys = () => db.collection<AccountKeyDocument>('account_keys');
  const find = async (accountId: string) => {
    const document = await db.run(() => keys().findOne({ _id: accountId }));
    return document && readAccountKey(document).sealed;
  };
  return {
    find,
    insertUnlessThere: async (accountId, sealed) => {
      const key = toAccountKeyDocument({ accountId, sealed });
      for (;;) {
        if (await isFirst(db, () => keys().insertOne(key))) return sealed;
        const there = await find(accountId);
        // Else it has been shredded in between.
        if (there) return there;
      }
    },
    replace: async (accountId, current, replacement) => {
      const { matchedCount } = await db.run(() =>
        keys().updateOne(
          { _id: accountId, sealed: Buffer.from(current) },
          { $set: { sealed: Buffer.from(replacement) } },
        ),
      );
      return matchedCount > 0;
    },
    shred: async (accountId) => (await db.run(() => keys().deleteOne({ _id: accountId }))).deletedCount > 0,
  };
}

export function attemptCounterStore(db: MongoDatabase): AttemptCounterStore {
  const counters = () => db.collection<AttemptCounterDocument>('attempt_counters');
  return {
    find: async (subject, origin, now) => {
      const _id = attemptCounterId({ subject, origin });
      const document = await db.run(() => counters().findOne({ _id, expires_at: { $gt: new Date(now) } }));
      return document && readAttemptCounter(document);
    },
    reserve: async (counter, current, now) => {
      const { _id, ...replacement } = toAttemptCounterDocument(counter);
      const time = new Date(now);
      const lives = { failures: current, blocked_until: { $lte: time }, expires_at: { $gt: time } };
      // One that has expired counts as none.
      const filter =
        current === 0 ? { _id, $or: [lives, { expires_at: { $lte: time } }] } : { _id, ...lives };
      const { matchedCount } = await db.run(() => counters().replaceOne(filter, replacement));
      if (matchedCount > 0) return true;
      return current === 0 && isFirst(db, () => counters().insertOne({ _id, ...replacement }));
    },
    release: async (subject, origin, upTo) => {
      const _id = attemptCounterId({ subject, origin });
      const { matchedCount } = await db.run(() =>
        counters().updateOne(
          { _id, failures: { $lte: upTo, $gt: 0 } },
          { $set: { blocked_until: new Date(0) }, $inc: { failures: -1 } },
        ),
      );
      if (matchedCount > 0) return;
      // Others have been counted meanwhile: a block that stands is theirs.
      await db.run(() => counters().updateOne({ _id, failures: { $gt: 0 } }, { $inc: { failures: -1 } }));
    },
    clear: async (subject, origin) => {
      const filter = origin === null ? { subject } : { _id: attemptCounterId({ subject, origin }) };
      await db.run(() => counters().deleteMany(filter));
    },
  };
}

export function auditStore(db: MongoDatabase): AuditStore {
  const log = () => db.collection<AuditDocument>('audit_log');
  return {
    last: async () => {
      const document = await db.run(() => log().findOne({}, { sort: { _id: -1 } }));
      return document && readAuditEntry(document);
    },
    append: (entry) => isFirst(db, () => log().insertOne(toAuditDocument(entry))),
    page: async (sequence, limit) => {
      const after = { _id: { $gt: auditId(sequence) } };
      const documents = await db.run(() => log().find(after).sort({ _id: 1 }).limit(limit).toArray());
      return documents.map(readAuditEntry);
    },
    ofAccount: async (accountId, limit) => {
      const documents = await db.run(() =>
        log().find({ account_id: accountId }).sort({ _id: -1 }).limit(limit).toArray(),
      );
      return documents.map(readAuditEntry).reverse();
    },
  };
}

export function outboxStore(db: MongoDatabase): OutboxStore {
  const outbox = () => db.collection<OutboxDocument>('outbox');
  return {
    put: async (message) => {
      await isFirst(db, () => outbox().insertOne(toOutboxDocument(message)));
    },
    remove: async (id) => (await db.run(() => outbox().deleteOne({ _id: id }))).deletedCount > 0,
    take: async (now, retryAt) => {
      const taken = await db.run(() =>
        outbox().findOneAndUpdate(
          { due_at: { $lte: new Date(now) } },
          { $set: { due_at: new Date(retryAt) }, $inc: { attempts: 1 } },
          { sort: { due_at: 1 }, returnDocument: 'after' },
        ),
      );
      return taken && readOutboxMessage(taken);
    },
    postpone: async (id, dueAt) => {
      const { matchedCount } = await db.run(() =>
        outbox().updateOne({ _id: id }, { $set: { due_at: new Date(dueAt) } }),
      );
      return matchedCount > 0;
    },
  };
}

export function installationFacts(db: MongoDatabase): InstallationFacts {
  const facts = () => db.collection<FactDocument>('installation');
  return {
    read: async (fact) => {
      const document = await db.run(() => facts().findOne({ _id: fact }));
      return document && factDocument.parse(document).value;
    },
    write: async (fact, value) => {
      if (value === null) await db.run(() => facts().deleteOne({ _id: fact }));
      else await db.run(() => facts().updateOne({ _id: fact }, { $set: { value } }, { upsert: true }));
    },
  };
}
