import { z } from 'zod';

import { type StoragePurpose, StorageUnavailable } from '../port.js';
import { MongoDatabase, isDuplicate } from './database.js';
import type { FactDocument } from './installation-documents.js';

/**
 * 2: accounts have live records. Their documents are read as they were, but a program that knows 1 must not open
 * what may have them: it would erase a face and leave its live records, and migrate accounts without them and
 * find the copy complete.
 *
 * 3: sessions have a token apart from their name, accounts have passkeys, consents and more, and what protects them has
 * collections of its own. A program that knows 2 would sign in by password alone whoever has a passkey.
 */
const SCHEMA_VERSION = 3;
/** The database removes what has expired so much later: its clock need not agree with ours. */
const EXPIRY_GRACE_SECONDS = 3600;

/** Schema version and indexes, by a connection of its own: to index a large collection takes its time. */
export async function prepareDatabase(url: string, purpose: StoragePurpose): Promise<void> {
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
      // Both, for references of earlier versions have only the second.
      { key: { 'reference.last_used_at': 1, 'reference.created_at': 1 } },
      { key: { passkey_ids: 1 }, unique: true, sparse: true },
    ]);
    await db.createIndexes('attempt_counters', [
      { key: { expires_at: 1 }, expireAfterSeconds: EXPIRY_GRACE_SECONDS },
      { key: { subject: 1 } },
    ]);
    await db.createIndexes('audit_log', [{ key: { account_id: 1, _id: 1 } }]);
    await db.createIndexes('outbox', [{ key: { due_at: 1 } }]);
    await db.createIndexes('sign_in_flows', [
      { key: { expires_at: 1 }, expireAfterSeconds: EXPIRY_GRACE_SECONDS },
    ]);
    await db.createIndexes('spent_tickets', [
      { key: { expires_at: 1 }, expireAfterSeconds: EXPIRY_GRACE_SECONDS },
    ]);
  } finally {
    await db.close();
  }
}

const versionDocument = z.object({ value: z.string().transform(Number).pipe(z.int().positive()) });

/** @returns the version in the database, which becomes ours where it was lower or there was none */
async function schemaVersion(db: MongoDatabase, purpose: StoragePurpose): Promise<number> {
  const facts = () => db.collection<FactDocument>('installation');
  const _id = 'schema_version';
  const ours = String(SCHEMA_VERSION);
  for (;;) {
    const document = await db.run(() => facts().findOne({ _id }));
    if (document) {
      const version = versionDocument.parse(document).value;
      if (version >= SCHEMA_VERSION || purpose === 'reading') return version;
      // Only from what was read: a server of a later version, starting at the same time, may have been quicker.
      await db.run(() => facts().updateOne({ _id, value: document.value }, { $set: { value: ours } }));
      continue;
    }
    if (purpose === 'reading') throw new StorageUnavailable('there is no installation in it');
    try {
      await db.run(() => facts().insertOne({ _id, value: ours }));
    } catch (error) {
      // Another server, starting at the same time, was quicker.
      if (!isDuplicate(error, '_id')) throw error;
    }
  }
}
