import { type ConsentStore, MAX_CONSENTS, MAX_NOTICES, type NoticeStore } from '../port.js';
import type { MongoDatabase } from './database.js';
import { type AccountDocument, readParts, toConsentDocument, toNoticeDocument } from './documents.js';

export function noticeStore(db: MongoDatabase): NoticeStore {
  const accounts = () => db.collection<AccountDocument>('accounts');
  return {
    append: async (accountId, notice) => {
      const { matchedCount } = await db.run(() =>
        accounts().updateOne(
          { _id: accountId, 'notices.id': { $ne: notice.id } },
          { $push: { notices: { $each: [toNoticeDocument(notice)], $slice: -MAX_NOTICES } } },
        ),
      );
      return matchedCount > 0;
    },
    list: async (accountId) => {
      const only = { projection: { notices: 1 } };
      const document = await db.run(() => accounts().findOne({ _id: accountId }, only));
      return document ? readParts(document).notices : [];
    },
    withdraw: async (accountId, id) => {
      const { modifiedCount } = await db.run(() =>
        accounts().updateOne({ _id: accountId, 'notices.id': id }, { $pull: { notices: { id } } }),
      );
      return modifiedCount > 0;
    },
    markSeen: async (accountId, ids) => {
      // One at a time, by the position of the match: each is whole, and together they need not be.
      for (const id of ids) {
        await db.run(() =>
          accounts().updateOne({ _id: accountId, 'notices.id': id }, { $set: { 'notices.$.seen': true } }),
        );
      }
    },
  };
}

export function consentStore(db: MongoDatabase): ConsentStore {
  const accounts = () => db.collection<AccountDocument>('accounts');
  const list = async (accountId: string) => {
    const only = { projection: { consents: 1 } };
    const document = await db.run(() => accounts().findOne({ _id: accountId }, only));
    return document ? readParts(document).consents : [];
  };
  return {
    give: async (accountId, consent) => {
      const { version, textDigest } = consent;
      // Withdrawing marks all that stand, so that one which stands is the latest, or an older version's.
      const stands = { version, text_digest: textDigest, withdrawn_at: null };
      const { matchedCount } = await db.run(() =>
        accounts().updateOne(
          { _id: accountId, consents: { $not: { $elemMatch: stands } } },
          { $push: { consents: { $each: [toConsentDocument(consent)], $slice: -MAX_CONSENTS } } },
        ),
      );
      if (matchedCount > 0) return true;
      return (await db.run(() => accounts().countDocuments({ _id: accountId }))) > 0;
    },
    withdraw: async (accountId, now) => {
      let withdrawn = false;
      for (;;) {
        const { modifiedCount } = await db.run(() =>
          accounts().updateOne(
            { _id: accountId, consents: { $elemMatch: { withdrawn_at: null } } },
            { $set: { 'consents.$.withdrawn_at': new Date(now) } },
          ),
        );
        if (modifiedCount === 0) return withdrawn;
        withdrawn = true;
      }
    },
    list,
  };
}
