import {
  type AccountStore,
  type InstallationFacts,
  MAX_LIVE_RECORDS,
  MAX_SESSIONS,
  type Session,
  type SessionStore,
  type SignInFlowStore,
  type Storage,
  type StoragePurpose,
  type TicketStore,
} from '../port.js';
import { accountArchive, signInFlowArchive } from './archive.js';
import { MongoDatabase, isDuplicate } from './database.js';
import {
  type AccountDocument,
  type FactDocument,
  type SignInFlowDocument,
  type TicketDocument,
  factDocument,
  readFlow,
  readLiveRecords,
  readRecord,
  toAccountDocument,
  toLiveRecordDocument,
  toReferenceDocument,
  toSessionDocument,
  toSignInFlowDocument,
} from './documents.js';
import { prepareDatabase } from './schema.js';

/**
 * The store on a MongoDB, which any number of servers may share. An account's sessions and live records stand in
 * its own document, so that every guarded operation is one command on one document: no transaction is needed, and a
 * standalone server will do.
 *
 * @param url a MongoDB connection string; without a database name it is `vultus`
 * @throws StorageUnavailable when it cannot be reached, or was written by a newer version of the program
 */
export async function openMongoStorage(url: string, purpose: StoragePurpose): Promise<Storage> {
  await prepareDatabase(url, purpose);
  const db = await MongoDatabase.open(url, purpose === 'serving' ? 'serving' : 'working');
  const accounts = () => db.collection<AccountDocument>('accounts');
  const flows = () => db.collection<SignInFlowDocument>('sign_in_flows');
  const tickets = () => db.collection<TicketDocument>('spent_tickets');
  return {
    accounts: accountStore(db),
    sessions: sessionStore(db),
    signInFlows: signInFlowStore(db),
    tickets: ticketStore(db),
    facts: installationFacts(db),
    archive: { accounts: accountArchive(db), signInFlows: signInFlowArchive(db) },
    ping: () => db.ping(),
    removeExpired: async (now) => {
      const expired = { expires_at: { $lte: new Date(now) } };
      await db.run(() =>
        accounts().updateMany(
          { 'sessions.expires_at': expired.expires_at },
          { $pull: { sessions: expired } },
        ),
      );
      await db.run(() => flows().deleteMany(expired));
      await db.run(() => tickets().deleteMany(expired));
    },
    close: () => db.close(),
  };
}

/** Every request looks its account up; none needs the live records, which would be most of what is read. */
const WITHOUT_LIVE_RECORDS = { projection: { live_records: 0 } } as const;

function accountStore(db: MongoDatabase): AccountStore {
  const accounts = () => db.collection<AccountDocument>('accounts');
  const find = async (filter: { _id: string } | { email: string }) => {
    const document = await db.run(() => accounts().findOne(filter, WITHOUT_LIVE_RECORDS));
    return document && readRecord(document).account;
  };
  return {
    insert: async (account) => {
      try {
        await db.run(() =>
          accounts().insertOne(toAccountDocument({ account, sessions: [], liveRecords: [] })),
        );
      } catch (error) {
        if (isDuplicate(error, 'email')) return 'duplicate_email';
        throw error;
      }
      return 'inserted';
    },
    findByEmail: (email) => find({ email }),
    findById: (id) => find({ _id: id }),
    replacePasswordHash: async (accountId, current, replacement) => {
      const { matchedCount } = await db.run(() =>
        accounts().updateOne(
          { _id: accountId, password_hash: current },
          { $set: { password_hash: replacement } },
        ),
      );
      return matchedCount > 0;
    },
    putReference: async (accountId, reference, { sessionId, referenceErasures, now }) => {
      const { matchedCount } = await db.run(() =>
        accounts().updateOne(
          {
            _id: accountId,
            reference_erasures: referenceErasures,
            sessions: { $elemMatch: { id: sessionId, expires_at: { $gt: new Date(now) } } },
          },
          { $set: { reference: toReferenceDocument(reference) } },
        ),
      );
      return matchedCount > 0;
    },
    eraseReference: async (accountId) => {
      const { matchedCount } = await db.run(() =>
        accounts().updateOne(
          { _id: accountId },
          { $set: { reference: null, live_records: [] }, $inc: { reference_erasures: 1 } },
        ),
      );
      return matchedCount > 0;
    },
    appendLiveRecord: async (accountId, record) => {
      const { matchedCount } = await db.run(() =>
        accounts().updateOne(
          { _id: accountId, reference: { $ne: null } },
          { $push: { live_records: { $each: [toLiveRecordDocument(record)], $slice: -MAX_LIVE_RECORDS } } },
        ),
      );
      return matchedCount > 0;
    },
    liveRecords: async (accountId) => {
      const only = { projection: { live_records: 1 } };
      const document = await db.run(() => accounts().findOne({ _id: accountId }, only));
      return document ? readLiveRecords(document) : [];
    },
  };
}

function sessionStore(db: MongoDatabase): SessionStore {
  const accounts = () => db.collection<AccountDocument>('accounts');
  const open = async (session: Session, filter: { reference?: null }) => {
    const { matchedCount } = await db.run(() =>
      accounts().updateOne(
        { _id: session.accountId, ...filter },
        { $push: { sessions: { $each: [toSessionDocument(session)], $slice: -MAX_SESSIONS } } },
      ),
    );
    return matchedCount > 0;
  };
  return {
    insert: (session) => open(session, {}),
    insertUnlessFaceEnrolled: (session) => open(session, { reference: null }),
    findLive: async (accountId, id, now) => {
      const document = await db.run(() => accounts().findOne({ _id: accountId }, WITHOUT_LIVE_RECORDS));
      if (!document) return null;
      const { account, sessions } = readRecord(document);
      const session = sessions.find((candidate) => candidate.id === id && candidate.expiresAt > now);
      return session ? { account, session } : null;
    },
    delete: async (accountId, id) => {
      const { modifiedCount } = await db.run(() =>
        accounts().updateOne({ _id: accountId, 'sessions.id': id }, { $pull: { sessions: { id } } }),
      );
      return modifiedCount > 0;
    },
  };
}

function signInFlowStore(db: MongoDatabase): SignInFlowStore {
  const flows = () => db.collection<SignInFlowDocument>('sign_in_flows');
  const waiting = (id: string, now: number) =>
    ({ _id: id, state: 'awaiting_face', expires_at: { $gt: new Date(now) } }) as const;
  return {
    insert: async (flow) => {
      await db.run(() => flows().insertOne(toSignInFlowDocument(flow)));
    },
    find: async (id) => {
      const document = await db.run(() => flows().findOne({ _id: id }));
      return document && readFlow(document);
    },
    pass: async (id, now) => {
      const { modifiedCount } = await db.run(() =>
        flows().updateOne(waiting(id, now), { $set: { state: 'passed' } }),
      );
      return modifiedCount > 0;
    },
    countFaceFailure: async (id, now, limit) => {
      // Two commands, each of them whole: the number only grows, so that a flow which is at most one failure
      // away from its limit stays so until the second command, whoever sends it, locks it.
      const after = { returnDocument: 'after' } as const;
      const counted =
        (await db.run(() =>
          flows().findOneAndUpdate(
            { ...waiting(id, now), face_failures: { $lt: limit - 1 } },
            { $inc: { face_failures: 1 } },
            after,
          ),
        )) ??
        (await db.run(() =>
          flows().findOneAndUpdate(
            { ...waiting(id, now), face_failures: { $gte: limit - 1 } },
            { $inc: { face_failures: 1 }, $set: { state: 'locked' } },
            after,
          ),
        ));
      return counted && readFlow(counted);
    },
    reserveFaceAttempt: async (id, now, limit) => {
      const reserved = await db.run(() =>
        flows().findOneAndUpdate(
          { ...waiting(id, now), face_failures: { $lt: limit } },
          { $inc: { face_failures: 1 } },
          { returnDocument: 'after' },
        ),
      );
      return reserved && readFlow(reserved);
    },
  };
}

function ticketStore(db: MongoDatabase): TicketStore {
  const tickets = () => db.collection<TicketDocument>('spent_tickets');
  return {
    spend: async (id, expiresAt) => {
      try {
        await db.run(() => tickets().insertOne({ _id: id, expires_at: new Date(expiresAt) }));
      } catch (error) {
        if (isDuplicate(error, '_id')) return false;
        throw error;
      }
      return true;
    },
  };
}

function installationFacts(db: MongoDatabase): InstallationFacts {
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
