import { type ConsentStore, MAX_CONSENTS, MAX_NOTICES, type NoticeStore } from '../port.js';
import { readParts, toConsentDocument, toNoticeDocument } from './account-part-documents.js';
import type { MongoDatabase } from './database.js';
import type { AccountDocument } from './documents.js';

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
      await db.run(() =>
        accounts().updateOne(
          { _id: accountId, 'notices.id': { $in: [...ids] } },
          { $set: { 'notices.$[notice].seen': true } },
          { arrayFilters: [{ 'notice.id': { $in: [...ids] } }] },
        ),
      );
    },
  };
}

/** A field of the consent that was given last; null without any. */
const latest = (field: string) => ({ $arrayElemAt: [`$consents.${field}`, -1] });

export function consentStore(db: MongoDatabase): ConsentStore {
  const accounts = () => db.collection<AccountDocument>('accounts');
  const list = async (accountId: string) => {
    const only = { projection: { consents: 1 } };
    const document = await db.run(() => accounts().findOne({ _id: accountId }, only));
    return document ? readParts(document).consents : [];
  };
  return {
    give: async (accountId, consent) => {
      // As text, also where it looks like the path of a field.
      const version = { $eq: [latest('version'), { $literal: consent.version }] };
      const text = { $eq: [latest('text_digest'), { $literal: consent.textDigest }] };
      const stands = { $and: [version, text, { $eq: [latest('withdrawn_at'), null] }] };
      const { matchedCount } = await db.run(() =>
        accounts().updateOne(
          { _id: accountId, $expr: { $not: [stands] } },
          { $push: { consents: { $each: [toConsentDocument(consent)], $slice: -MAX_CONSENTS } } },
        ),
      );
      if (matchedCount > 0) return true;
      return (await db.run(() => accounts().countDocuments({ _id: accountId }))) > 0;
    },
    withdraw: async (accountId, now) => {
      const { matchedCount } = await db.run(() =>
        accounts().updateOne(
          { _id: accountId, consents: { $elemMatch: { withdrawn_at: null } } },
          { $set: { 'consents.$[standing].withdrawn_at': new Date(now) } },
          { arrayFilters: [{ 'standing.withdrawn_at': null }] },
        ),
      );
      return matchedCount > 0;
    },
    list,
  };
}
