import { type AccountStore, MAX_LIVE_RECORDS } from '../port.js';
import { readParts, toLiveRecordDocument } from './account-part-documents.js';
import { type MongoDatabase, isDuplicate } from './database.js';
import {
  type AccountDocument,
  type SignInFlowDocument,
  readRecord,
  toAccountDocument,
  toReferenceDocument,
} from './documents.js';

/** Every request looks its account up; none needs these, which would be most of what is read. */
export const WITHOUT_PARTS = {
  projection: { live_records: 0, passkeys: 0, recovery_codes: 0, notices: 0, consents: 0 },
} as const;

export function accountStore(db: MongoDatabase): AccountStore {
  const accounts = () => db.collection<AccountDocument>('accounts');
  const flows = () => db.collection<SignInFlowDocument>('sign_in_flows');
  const find = async (filter: { _id: string } | { email: string }) => {
    const document = await db.run(() => accounts().findOne(filter, WITHOUT_PARTS));
    return document && readRecord(document).account;
  };
  /** Changes one account. @returns whether it was there as the filter says */
  const change = async (
    filter: Parameters<ReturnType<typeof accounts>['updateOne']>[0],
    update: Parameters<ReturnType<typeof accounts>['updateOne']>[1],
  ): Promise<boolean> => (await db.run(() => accounts().updateOne(filter, update))).matchedCount > 0;
  return {
    insert: async (account) => {
      const nothing = { passkeys: [], recoveryCodes: [], notices: [], consents: [] };
      const record = { account, sessions: [], liveRecords: [], ...nothing };
      try {
        await db.run(() => accounts().insertOne(toAccountDocument(record)));
      } catch (error) {
        if (isDuplicate(error, 'email')) return 'duplicate_email';
        throw error;
      }
      return 'inserted';
    },
    findByEmail: (email) => find({ email }),
    findById: (id) => find({ _id: id }),
    findRecord: async (id) => {
      const document = await db.run(() => accounts().findOne({ _id: id }));
      return document && readRecord(document);
    },
    replacePasswordHash: (accountId, current, replacement) =>
      change({ _id: accountId, password_hash: current }, { $set: { password_hash: replacement } }),
    putReference: (accountId, reference, { sessionId, referenceErasures, now }) =>
      change(
        {
          _id: accountId,
          reference_erasures: referenceErasures,
          sessions: { $elemMatch: { id: sessionId, expires_at: { $gt: new Date(now) } } },
        },
        { $set: { reference: toReferenceDocument(reference), second_factor_owed: false } },
      ),
    replaceReference: (accountId, current, replacement) =>
      change(
        { _id: accountId, 'reference.ciphertext': Buffer.from(current) },
        { $set: { reference: toReferenceDocument(replacement) } },
      ),
    touchReference: async (accountId, current, now) => {
      await change(
        { _id: accountId, 'reference.ciphertext': Buffer.from(current) },
        { $max: { 'reference.last_used_at': new Date(now) } },
      );
    },
    markReferenceForRenewal: (accountId) =>
      change({ _id: accountId, reference: { $ne: null } }, { $set: { 'reference.renewal_due': true } }),
    withReferenceUnusedSince: async (time, limit) => {
      const before = { $lt: new Date(time) };
      // References of earlier schema versions have not been used since they were made.
      const unused = {
        $or: [
          { 'reference.last_used_at': before },
          { 'reference.last_used_at': null, 'reference.created_at': before },
        ],
      };
      const found = await db.run(() =>
        accounts()
          .find(unused, { projection: { _id: 1 } })
          .limit(limit)
          .toArray(),
      );
      return found.map(({ _id }) => _id);
    },
    eraseReference: (accountId, owing) =>
      change(
        { _id: accountId },
        {
          $set: { reference: null, live_records: [], second_factor_owed: owing },
          $inc: { reference_erasures: 1 },
        },
      ),
    erase: async (accountId) => {
      // Before the account: sign-ins whose account is gone are of no use to anybody, but theirs would stay.
      await db.run(() => flows().deleteMany({ account_id: accountId }));
      const { deletedCount } = await db.run(() => accounts().deleteOne({ _id: accountId }));
      return deletedCount > 0;
    },
    appendLiveRecord: (accountId, record) =>
      change(
        { _id: accountId, reference: { $ne: null } },
        { $push: { live_records: { $each: [toLiveRecordDocument(record)], $slice: -MAX_LIVE_RECORDS } } },
      ),
    liveRecords: async (accountId) => {
      const only = { projection: { live_records: 1 } };
      const document = await db.run(() => accounts().findOne({ _id: accountId }, only));
      return document ? readParts(document).liveRecords : [];
    },
  };
}
