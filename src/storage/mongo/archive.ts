import { type AccountRecord, type Archive, DuplicateEmail, type SignInFlow } from '../port.js';
import { type MongoDatabase, isDuplicate } from './database.js';
import { readFlow, readRecord, toAccountDocument, toSignInFlowDocument } from './documents.js';

export function accountArchive(db: MongoDatabase): Archive<AccountRecord> {
  return archive(db, 'accounts', toAccountDocument, readRecord);
}

export function signInFlowArchive(db: MongoDatabase): Archive<SignInFlow> {
  return archive(db, 'sign_in_flows', toSignInFlowDocument, readFlow);
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
