import { MAX_SESSIONS, type Session, type SessionStore } from '../port.js';
import { WITHOUT_PARTS } from './account-store.js';
import type { MongoDatabase } from './database.js';
import { type AccountDocument, readRecord, toSessionDocument } from './documents.js';

export function sessionStore(db: MongoDatabase): SessionStore {
  const accounts = () => db.collection<AccountDocument>('accounts');
  const open = async (
    session: Session,
    filter: Parameters<ReturnType<typeof accounts>['updateOne']>[0] = {},
  ) => {
    const { matchedCount } = await db.run(() =>
      accounts().updateOne(
        { ...filter, _id: session.accountId },
        { $push: { sessions: { $each: [toSessionDocument(session)], $slice: -MAX_SESSIONS } } },
      ),
    );
    return matchedCount > 0;
  };
  const read = async (accountId: string, { now, idleSince }: { now: number; idleSince: number }) => {
    const document = await db.run(() => accounts().findOne({ _id: accountId }, WITHOUT_PARTS));
    if (!document) return null;
    const { account, sessions } = readRecord(document);
    const live = sessions.filter(({ expiresAt, lastUsedAt }) => expiresAt > now && lastUsedAt > idleSince);
    return { account, live };
  };
  return {
    insert: (session) => open(session),
    insertByPasswordAlone: (session) =>
      open(session, {
        reference: null,
        second_factor_owed: { $ne: true },
        passkey_ids: { $exists: false },
      }),
    findLive: async (accountId, id, at) => {
      const found = await read(accountId, at);
      const session = found?.live.find((candidate) => candidate.id === id);
      return found && session ? { account: found.account, session } : null;
    },
    list: async (accountId, at) => (await read(accountId, at))?.live ?? [],
    touch: async (accountId, id, now) => {
      await db.run(() =>
        accounts().updateOne(
          { _id: accountId, 'sessions.id': id },
          { $max: { 'sessions.$.last_used_at': new Date(now) } },
        ),
      );
    },
    replaceToken: async (accountId, id, current, { tokenHash, at }) => {
      const replaced = { token_hash: current, at: new Date(at) };
      // Of the first versions, whose token had the name of the session.
      const holders = current === id ? [current, null] : [current];
      const { modifiedCount } = await db.run(() =>
        accounts().updateOne(
          { _id: accountId, sessions: { $elemMatch: { id, token_hash: { $in: holders } } } },
          { $set: { 'sessions.$[session].token_hash': tokenHash, 'sessions.$[session].replaced': replaced } },
          { arrayFilters: [{ 'session.id': id }] },
        ),
      );
      return modifiedCount > 0;
    },
    delete: async (accountId, id) => {
      const { modifiedCount } = await db.run(() =>
        accounts().updateOne({ _id: accountId, 'sessions.id': id }, { $pull: { sessions: { id } } }),
      );
      return modifiedCount > 0;
    },
    deleteOthers: async (accountId, kept) => {
      const before = await db.run(() =>
        accounts().findOneAndUpdate(
          { _id: accountId },
          { $pull: { sessions: { id: kept === null ? { $exists: true } : { $ne: kept } } } },
          { projection: { 'sessions.id': 1 }, returnDocument: 'before' },
        ),
      );
      const ids = (before as { sessions?: { id: string }[] } | null)?.sessions ?? [];
      return ids.filter(({ id }) => id !== kept).length;
    },
  };
}
