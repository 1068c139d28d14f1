import { MAX_PASSKEYS, type PasskeyStore, type RecoveryCodeStore } from '../port.js';
import { readParts, toPasskeyDocument } from './account-part-documents.js';
import { type MongoDatabase, isDuplicate } from './database.js';
import type { AccountDocument } from './documents.js';

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
              passkey_ids: { $ne: passkey.id },
              [`passkey_ids.${MAX_PASSKEYS - 1}`]: { $exists: false },
            },
            {
              $push: { passkeys: toPasskeyDocument(passkey), passkey_ids: passkey.id },
              $set: { second_factor_owed: false },
            },
          ),
        );
        if (matchedCount > 0) return 'added';
      } catch (error) {
        if (isDuplicate(error, 'passkey_ids')) return 'duplicate';
        throw error;
      }
      const mayAdd = await db.run(() => accounts().countDocuments({ _id: accountId, sessions: session }));
      if (mayAdd === 0) return 'refused';
      const bound = await list(accountId);
      const isThere = bound.some(({ id }) => id === passkey.id);
      return isThere && bound.length < MAX_PASSKEYS ? 'duplicate' : 'too_many';
    },
    list,
    find: async (id) => {
      const document = await db.run(() => accounts().findOne({ passkey_ids: id }, only));
      const passkey = document && readParts(document).passkeys.find((candidate) => candidate.id === id);
      return passkey ? { accountId: document._id, passkey } : null;
    },
    use: async (accountId, id, current, { counter, at }) => {
      const { matchedCount } = await db.run(() =>
        accounts().updateOne(
          { _id: accountId, passkeys: { $elemMatch: { id, counter: current } } },
          {
            $set: {
              'passkeys.$[passkey].counter': counter,
              'passkeys.$[passkey].last_used_at': new Date(at),
            },
          },
          { arrayFilters: [{ 'passkey.id': id }] },
        ),
      );
      return matchedCount > 0;
    },
    remove: async (accountId, id) => {
      for (;;) {
        const onlyOne = await db.run(() =>
          accounts().updateOne(
            { _id: accountId, passkey_ids: [id] },
            { $set: { passkeys: [] }, $unset: { passkey_ids: 1 } },
          ),
        );
        if (onlyOne.matchedCount > 0) return true;
        const oneOfSeveral = await db.run(() =>
          accounts().updateOne(
            { _id: accountId, passkey_ids: id, 'passkey_ids.1': { $exists: true } },
            { $pull: { passkeys: { id }, passkey_ids: id } },
          ),
        );
        if (oneOfSeveral.matchedCount > 0) return true;
        const there = await db.run(() => accounts().countDocuments({ _id: accountId, passkey_ids: id }));
        // Else others have come or gone in between.
        if (there === 0) return false;
      }
    },
  };
}

export function recoveryCodeStore(db: MongoDatabase): RecoveryCodeStore {
  const accounts = () => db.collection<AccountDocument>('accounts');
  return {
    replace: async (accountId, hashes) => {
      const { matchedCount } = await db.run(() =>
        accounts().updateOne({ _id: accountId }, { $set: { recovery_codes: [...new Set(hashes)] } }),
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
