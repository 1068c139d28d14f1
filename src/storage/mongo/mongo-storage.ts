import { z } from 'zod';

import {
  type Account,
  type AccountRecord,
  type AccountStore,
  type Archive,
  DuplicateEmail,
  type InstallationFacts,
  MAX_SESSIONS,
  type Session,
  type SessionStore,
  type SignInFlow,
  type SignInFlowStore,
  type Storage,
  StorageUnavailable,
} from '../port.js';
import { MongoDatabase, isDuplicate } from './database.js';

const SCHEMA_VERSION = 1;
/** The database removes what has expired so much later: its clock need not agree with ours. */
const EXPIRY_GRACE_SECONDS = 3600;

/**
 * The store on a MongoDB, which any number of servers may share. An account's sessions stand in its own
 * document, so that every guarded operation is one command on one document: no transaction is needed, and a
 * standalone server will do.
 *
 * @param url a MongoDB connection string; without a database name it is `vultus`
 * @param purpose whether people wait for each operation, or an operator for a large piece of work; `reading`
 *        changes nothing, and wants an installation to be there
 * @throws StorageUnavailable when it cannot be reached, or was written by a newer version of the program
 */
export async function openMongoStorage(
  url: string,
  purpose: 'serving' | 'working' | 'reading',
): Promise<Storage> {
  await prepare(url, purpose);
  const db = await MongoDatabase.open(url, purpose === 'serving' ? 'serving' : 'working');
  const accounts = () => db.collection<AccountDocument>('accounts');
  const flows = () => db.collection<SignInFlowDocument>('sign_in_flows');
  return {
    accounts: accountStore(db),
    sessions: sessionStore(db),
    signInFlows: signInFlowStore(db),
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
    },
    close: () => db.close(),
  };
}

/** Schema version and indexes, by a connection of its own: to index a large collection takes its time. */
async function prepare(url: string, purpose: 'serving' | 'working' | 'reading'): Promise<void> {
  const db = await MongoDatabase.open(url, 'working');
  try {
    const version = await schemaVersion(db, purpose);
    if (version > SCHEMA_VERSION) {
      throw new StorageUnavailable(
        `it has schema version ${version}, and this program knows ${SCHEMA_VERSION}`,
      );
    }
    if (purpose === 'reading') return;
    await db.createIndexes('accounts', [
      { key: { email: 1 }, unique: true },
      { key: { 'sessions.expires_at': 1 } },
    ]);
    await db.createIndexes('sign_in_flows', [
      { key: { expires_at: 1 }, expireAfterSeconds: EXPIRY_GRACE_SECONDS },
    ]);
  } finally {
    await db.close();
  }
}

/** @returns the version in the database, which becomes ours where there was none */
async function schemaVersion(db: MongoDatabase, purpose: 'serving' | 'working' | 'reading'): Promise<number> {
  const facts = () => db.collection<FactDocument>('installation');
  const mine = { _id: 'schema_version', value: String(SCHEMA_VERSION) };
  const read = () => db.run(() => facts().findOne({ _id: mine._id }));
  let document = await read();
  if (!document && purpose === 'reading') throw new StorageUnavailable('there is no installation in it');
  if (!document) {
    try {
      await db.run(() => facts().insertOne(mine));
    } catch (error) {
      // Another server, starting at the same time, was quicker.
      if (!isDuplicate(error, '_id')) throw error;
    }
    document = await read();
  }
  return Number(factDocument.parse(document).value);
}

const time = z.date().transform((date) => date.getTime());

const sessionDocument = z.object({
  id: z.string(),
  created_at: time,
  expires_at: time,
  methods: z.array(z.string()),
});

const accountDocument = z.object({
  _id: z.string(),
  email: z.string(),
  password_hash: z.string(),
  created_at: time,
  reference: z
    .object({
      model_id: z.string(),
      ciphertext: z.instanceof(Uint8Array),
      quality_score: z.number().nullable(),
      created_at: time,
    })
    .nullable(),
  reference_erasures: z.int().nonnegative(),
  sessions: z.array(sessionDocument),
});
type AccountDocument = z.input<typeof accountDocument>;

const signInFlowDocument = z.object({
  _id: z.string(),
  account_id: z.string(),
  state: z.enum(['awaiting_face', 'passed', 'locked']),
  face_failures: z.int().nonnegative(),
  created_at: time,
  expires_at: time,
});
type SignInFlowDocument = z.input<typeof signInFlowDocument>;

const factDocument = z.object({ _id: z.string(), value: z.string() });
type FactDocument = z.input<typeof factDocument>;

function toAccountDocument({ account, sessions }: AccountRecord): AccountDocument {
  return {
    _id: account.id,
    email: account.email,
    password_hash: account.passwordHash,
    created_at: new Date(account.createdAt),
    reference: account.reference && toReferenceDocument(account.reference),
    reference_erasures: account.referenceErasures,
    sessions: sessions.map(toSessionDocument),
  };
}

function toReferenceDocument(reference: NonNullable<Account['reference']>) {
  return {
    model_id: reference.modelId,
    // The driver stores a Buffer as binary data, and any other array of bytes as an object.
    ciphertext: Buffer.from(reference.ciphertext),
    quality_score: reference.qualityScore,
    created_at: new Date(reference.createdAt),
  };
}

function toSessionDocument({ id, createdAt, expiresAt, methods }: Session) {
  return {
    id,
    created_at: new Date(createdAt),
    expires_at: new Date(expiresAt),
    methods: [...methods],
  };
}

function readRecord(document: unknown): AccountRecord {
  const parsed = accountDocument.parse(document);
  const { reference } = parsed;
  return {
    account: {
      id: parsed._id,
      email: parsed.email,
      passwordHash: parsed.password_hash,
      createdAt: parsed.created_at,
      reference: reference && {
        modelId: reference.model_id,
        ciphertext: reference.ciphertext,
        qualityScore: reference.quality_score,
        createdAt: reference.created_at,
      },
      referenceErasures: parsed.reference_erasures,
    },
    sessions: parsed.sessions.map((session) => ({
      id: session.id,
      accountId: parsed._id,
      createdAt: session.created_at,
      expiresAt: session.expires_at,
      methods: session.methods,
    })),
  };
}

function accountStore(db: MongoDatabase): AccountStore {
  const accounts = () => db.collection<AccountDocument>('accounts');
  const find = async (filter: { _id: string } | { email: string }) => {
    const document = await db.run(() => accounts().findOne(filter));
    return document && readRecord(document).account;
  };
  return {
    insert: async (account) => {
      try {
        await db.run(() => accounts().insertOne(toAccountDocument({ account, sessions: [] })));
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
          { $set: { reference: null }, $inc: { reference_erasures: 1 } },
        ),
      );
      return matchedCount > 0;
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
      const document = await db.run(() => accounts().findOne({ _id: accountId }));
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

function toSignInFlowDocument(flow: SignInFlow): SignInFlowDocument {
  return {
    _id: flow.id,
    account_id: flow.accountId,
    state: flow.state,
    face_failures: flow.faceFailures,
    created_at: new Date(flow.createdAt),
    expires_at: new Date(flow.expiresAt),
  };
}

function readFlow(document: unknown): SignInFlow {
  const parsed = signInFlowDocument.parse(document);
  return {
    id: parsed._id,
    accountId: parsed.account_id,
    state: parsed.state,
    faceFailures: parsed.face_failures,
    createdAt: parsed.created_at,
    expiresAt: parsed.expires_at,
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
      // Two commands, each of them whole: the number only grows, so that a flow which is one failure away
      // from its limit stays there until the second command, whoever sends it, locks it.
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

function accountArchive(db: MongoDatabase): Archive<AccountRecord> {
  return archive(db, 'accounts', toAccountDocument, readRecord);
}

function signInFlowArchive(db: MongoDatabase): Archive<SignInFlow> {
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
