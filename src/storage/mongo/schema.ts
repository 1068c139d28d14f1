import { type StoragePurpose, StorageUnavailable } from '../port.js';
import { MongoDatabase, isDuplicate } from './database.js';
import { type FactDocument, factDocument } from './documents.js';

const SCHEMA_VERSION = 1;
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
    ]);
    await db.createIndexes('sign_in_flows', [
      { key: { expires_at: 1 }, expireAfterSeconds: EXPIRY_GRACE_SECONDS },
    ]);
  } finally {
    await db.close();
  }
}

/** @returns the version in the database, which becomes ours where there was none */
async function schemaVersion(db: MongoDatabase, purpose: StoragePurpose): Promise<number> {
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
