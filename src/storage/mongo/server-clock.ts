import { MongoDatabase } from './database.js';

/**
 * @param url a MongoDB connection string
 * @returns how far the clock of the database server is ahead of ours, in milliseconds; null when it does not say
 * @throws StorageUnavailable when it cannot be reached
 */
export async function readServerClock(url: string): Promise<number | null> {
  const db = await MongoDatabase.open(url, 'serving');
  try {
    const asked = Date.now();
    const time = await db.clock();
    return time === null ? null : time - (asked + Date.now()) / 2;
  } finally {
    await db.close();
  }
}
