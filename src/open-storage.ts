import { mkdir } from 'node:fs/promises';
import path from 'node:path';

import { type StorageLocation, describeLocation } from './config/storage-location.js';
import { type Storage, type StoragePurpose, StorageUnavailable } from './storage/port.js';

/**
 * Opens the store of an installation that is whole. Should a copy into it begin while it is open, it is not ready
 * any more (`ping`).
 *
 * @throws StorageUnavailable when it cannot be opened, or is a copy that was not finished
 */
export async function openStorage(location: StorageLocation): Promise<Storage> {
  const storage = await openStore(location, 'serving');
  const requireWhole = async () => {
    const source = await storage.facts.read('incomplete_copy_of');
    if (source === null) return;
    throw new StorageUnavailable(
      `${describeLocation(location)} is an unfinished copy of ${source}. ` +
        'Run the same `vultus migrate` again: it goes on where it ended.',
    );
  };
  try {
    await requireWhole();
  } catch (error) {
    await storage.close();
    throw error;
  }
  return {
    ...storage,
    ping: async () => {
      await storage.ping();
      await requireWhole();
    },
  };
}

/**
 * Opens a store as it is, whole or not. An adapter is loaded only where it is wanted: a driver is large.
 *
 * @throws StorageUnavailable with a sentence for the operator
 */
export async function openStore(location: StorageLocation, purpose: StoragePurpose): Promise<Storage> {
  switch (location.kind) {
    case 'sqlite': {
      await mkdir(path.dirname(location.file), { recursive: true, mode: 0o700 });
      const { openSqliteStorage } = await import('./storage/sqlite/sqlite-storage.js');
      return openSqliteStorage(location.file);
    }
    case 'mongodb': {
      const { openMongoStorage } = await import('./storage/mongo/mongo-storage.js');
      try {
        return await openMongoStorage(location.url, purpose);
      } catch (error) {
        if (!(error instanceof StorageUnavailable)) throw error;
        const sentence = `${describeLocation(location)} cannot be used: ${error.message}.`;
        throw new StorageUnavailable(sentence, { cause: error });
      }
    }
  }
}
