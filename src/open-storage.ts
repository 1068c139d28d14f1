import { mkdir } from 'node:fs/promises';
import path from 'node:path';

import { type StorageLocation, describeLocation } from './config/storage-location.js';
import { type Storage, StorageUnavailable } from './storage/port.js';

/**
 * Opens the store of an installation that is whole.
 *
 * @throws StorageUnavailable when it cannot be opened, or is a copy that was not finished
 */
export async function openStorage(location: StorageLocation): Promise<Storage> {
  const storage = await openStore(location, 'serving');
  const source = await storage.facts.read('incomplete_copy_of');
  if (source === null) return storage;
  await storage.close();
  throw new StorageUnavailable(
    `${describeLocation(location)} is an unfinished copy of ${source}. ` +
      'Run the same `vultus migrate` again: it goes on where it ended.',
  );
}

/**
 * Opens a store as it is, whole or not. An adapter is loaded only where it is wanted: a driver is large.
 *
 * @param purpose whether people wait for each operation, or an operator for a large piece of work
 */
export async function openStore(location: StorageLocation, purpose: 'serving' | 'working'): Promise<Storage> {
  switch (location.kind) {
    case 'sqlite': {
      await mkdir(path.dirname(location.file), { recursive: true, mode: 0o700 });
      const { openSqliteStorage } = await import('./storage/sqlite/sqlite-storage.js');
      return openSqliteStorage(location.file);
    }
    case 'mongodb': {
      const { openMongoStorage } = await import('./storage/mongo/mongo-storage.js');
      return openMongoStorage(location.url, purpose);
    }
  }
}
