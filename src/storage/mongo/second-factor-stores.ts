import { MAX_PASSKEYS, type PasskeyStore, type RecoveryCodeStore } from '../port.js';
import { type MongoDatabase, isDuplicate } from './database.js';
import { type AccountDocument, readParts, toPasskeyDocument } from './documents.js';

export function passkeyStore(db: MongoDatabase): PasskeyStore {
  const accounts = () => db.collection<AccountDocument>('accounts');
  const only = { projection: { passkeys: 1 } };
  const list = async (accountId: string) => {
    const document = await db.run(() => accounts().findOne({ _id: accountId }, only));
    return document ? readParts(document).passkeys : [];
  };
  return {
    add: async (accountId, passkey, { sessionId, now }) => {
      const session = { $elemMatch: { id: sessionId, expires_at: { $gt: new Date(now) } } };
      try {
        // The index keeps a passkey from two accounts, the filter from being twice in one.
        const { matchedCount } = await db.run(() =>
          accounts().updateOne(
            {
              _id: accountId,
              sessions: session,
              'passkeys.id': { $ne: passkey.id },
              [`passkeys.${MAX_PASSKEYS - 1}`]: { $exists: false },
            },
            { $push: { passkeys: toPasskeyDocument(passkey) }, $set: { second_factor_owed: false } },
          ),
        );
        if (matchedCount > 0) return 'added';
      } catch (error) {
        if (isDuplicate(error, 'passkeys.id')) return 'duplicate';
        throw error;
      }
      const mayAdd = await db.run(() => accounts().countDocuments({ _id: accountId, sessions: session }));
      if (mayAdd === 0) return 'refused';
      return (await list(accountId)).some(({ id }) => id === passkey.id) ? 'duplicate' : 'too_many';
    },
    list,
    find: async (id) => {
      const document = await db.run(() => accounts().findOne({ 'passkeys.id': id }, only));
      const passkey = document && readParts(document).passkeys.find((candidate) => candidate.id === id);
      return passkey ? { accountId: document._id, passkey } : null;
    },
    use: async (accountId, id, current, { counter, at }) => {
      const { matchedCount } = await db.run(() =>
        accounts().updateOne(
          { _id: accountId, passkeys: { $elemMatch: { id, counter: current } } },
          { $set: { 'passkeys.$.counter': counter, 'passkeys.$.last_used_at': new Date(at) } },
        ),
      );
      return matchedCount > 0;
    },
    remove: async (accountId, id) => {
      const { modifiedCount } = await db.run(() =>
        accounts().updateOne({ _id: accountId, 'passkeys.id': id }, { $pull: { passkeys: { id } } }),
      );
      return modifiedCount > 0;
    },
  };
}

export function recoveryCodeStore(db: MongoDatabase): RecoveryCodeStore {
  const accounts = () => db.collection<AccountDocument>('accounts');
  return {
    replace: async (accountId, hashes) => {
      const { matchedCount } = await db.run(() =>
        accounts().updateOne({ _id: accountId }, { $set: { recovery_codes: [...hashes] } }),
      );
      return matchedCount > 0;
    },
    remaining: async (accountId) => {
      const only = { projection: { recovery_codes: 1 } };
      const document = await db.run(() => accounts().findOne({ _id: accountId }, only));
      return document ? readParts(document).recoveryCodes.length : 0;
    },
    spend: async (accountId, hash) => {
      const { modifiedCount } = await db.run(() =>
        accounts().updateOne({ _id: accountId, recovery_codes: hash }, { $pull: { recovery_codes: hash } }),
      );
      return modifiedCount > 0;
    },
  };
}
