import type { SignInFlowStore, Storage, StoragePurpose } from '../port.js';
import { accountStore } from './account-store.js';
import {
  accountArchive,
  accountKeyArchive,
  attemptCounterArchive,
  auditArchive,
  outboxArchive,
  signInFlowArchive,
} from './archive.js';
import { MongoDatabase } from './database.js';
import {
  type AccountDocument,
  type SignInFlowDocument,
  readFlow,
  toSignInFlowDocument,
} from './documents.js';
import type { AttemptCounterDocument, TicketDocument } from './installation-documents.js';
import {
  accountKeyStore,
  attemptCounterStore,
  auditStore,
  installationFacts,
  outboxStore,
  ticketStore,
} from './installation-stores.js';
import { consentStore, noticeStore } from './owner-stores.js';
import { prepareDatabase } from './schema.js';
import { passkeyStore, recoveryCodeStore } from './second-factor-stores.js';
import { sessionStore } from './session-store.js';

/**
 * The store on a MongoDB, which any number of servers may share. An account's sessions, passkeys and whatever else
 * is its own stand in its document, so that every guarded operation is one command on one document: no transaction is
 * needed, and a standalone server will do.
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
  const counters = () => db.collection<AttemptCounterDocument>('attempt_counters');
  return {
    accounts: accountStore(db),
    sessions: sessionStore(db),
    signInFlows: signInFlowStore(db),
    tickets: ticketStore(db),
    passkeys: passkeyStore(db),
    recoveryCodes: recoveryCodeStore(db),
    notices: noticeStore(db),
    consents: consentStore(db),
    accountKeys: accountKeyStore(db),
    attempts: attemptCounterStore(db),
    audit: auditStore(db),
    outbox: outboxStore(db),
    facts: installationFacts(db),
    archive: {
      accounts: accountArchive(db),
      signInFlows: signInFlowArchive(db),
      accountKeys: accountKeyArchive(db),
      attempts: attemptCounterArchive(db),
      audit: auditArchive(db),
      outbox: outboxArchive(db),
    },
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
      await db.run(() => counters().deleteMany(expired));
    },
    close: () => db.close(),
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
    takeBackFaceAttempt: async (id, now) => {
      const reserved = { ...waiting(id, now), face_failures: { $gt: 0 } };
      await db.run(() => flows().updateOne(reserved, { $inc: { face_failures: -1 } }));
    },
    deleteOf: async (accountId) => {
      await db.run(() => flows().deleteMany({ account_id: accountId }));
    },
  };
}
