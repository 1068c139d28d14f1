import {
  type AccountKey,
  type AccountRecord,
  type Archive,
  type AttemptCounter,
  type AuditEntry,
  DuplicateEmail,
  type OutboxMessage,
  type SignInFlow,
} from '../port.js';
import { type MongoDatabase, isDuplicate } from './database.js';
import { readFlow, readRecord, toAccountDocument, toSignInFlowDocument } from './documents.js';
import {
  readAccountKey,
  readAttemptCounter,
  readAuditEntry,
  readOutboxMessage,
  toAccountKeyDocument,
  toAttemptCounterDocument,
  toAuditDocument,
  toOutboxDocument,
} from './installation-documents.js';

export function accountArchive(db: MongoDatabase): Archive<AccountRecord> {
  return archive(db, 'accounts', toAccountDocument, readRecord);
}

export function signInFlowArchive(db: MongoDatabase): Archive<SignInFlow> {
  return archive(db, 'sign_in_flows', toSignInFlowDocument, readFlow);
}

export function accountKeyArchive(db: MongoDatabase): Archive<AccountKey> {
  return archive(db, 'account_keys', toAccountKeyDocument, readAccountKey);
}

export function attemptCounterArchive(db: MongoDatabase): Archive<AttemptCounter> {
  return archive(db, 'attempt_counters', toAttemptCounterDocument, readAttemptCounter);
}

export function outboxArchive(db: MongoDatabase): Archive<OutboxMessage> {
  return archive(db, 'outbox', toOutboxDocument, readOutboxMessage);
}

/** The log only grows, here as well: an entry that is there already stays as it is. */
export function auditArchive(db: MongoDatabase): Archive<AuditEntry> {
  return {
    ...archive(db, 'audit_log', toAuditDocument, readAuditEntry),
    put: async (entries) => {
      if (entries.length === 0) return;
      const writes = entries.map((entry) => {
        const { _id, ...inserted } = toAuditDocument(entry);
        return { updateOne: { filter: { _id }, update: { $setOnInsert: inserted }, upsert: true } };
      });
      const log = () => db.collection<{ _id: string }>('audit_log');
      await db.run(() => log().bulkWrite(writes, { ordered: false }));
    },
    remove: () => Promise.reject(new Error('entries of the audit log are not removed')),
  };
}

function archive<T>(
  db: MongoDatabase,
  name: string,
  toDocument: (record: T) => { _id: string },
  read: (document: unknown) => T,
): Archive<T> {
  const collection = () => db.collection<{ _id: string }>(name);
  return {
    page: async (after, limit) => {
      const filter = after === null ? {} : { _id: { $gt: after } };
      const documents = await db.run(() => collection().find(filter).sort({ _id: 1 }).limit(limit).toArray());
      return documents.map(read);
    },
    put: async (records) => {
      if (records.length === 0) return;
      const writes = records.map((record) => {
        const { _id, ...replacement } = toDocument(record);
        return { replaceOne: { filter: { _id }, replacement, upsert: true } };
      });
      try {
        await db.run(() => collection().bulkWrite(writes, { ordered: false }));
      } catch (error) {
        if (isDuplicate(error, 'email')) throw new DuplicateEmail();
        throw error;
      }
    },
    remove: async (ids) => {
      if (ids.length > 0) await db.run(() => collection().deleteMany({ _id: { $in: [...ids] } }));
    },
  };
}
