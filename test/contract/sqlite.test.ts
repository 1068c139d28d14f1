import path from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { openSqliteStorage } from '../../src/storage/sqlite/sqlite-storage.js';
import { removeTemporaryDirectories, temporaryDirectory } from '../support/server.js';
import { describeStorageContract } from './storage-contract.js';

afterAll(removeTemporaryDirectories);

describeStorageContract('SQLite on disk, two connections', async () => {
  const file = path.join(await temporaryDirectory(), 'vultus.db');
  const first = openSqliteStorage(file);
  const second = openSqliteStorage(file);
  return {
    first,
    second,
    close: async () => {
      await first.close();
      await second.close();
    },
  };
});

describeStorageContract('SQLite in memory', async () => {
  const storage = openSqliteStorage(':memory:');
  return { first: storage, second: storage, close: () => storage.close() };
});

describe('SQLite file', () => {
  it('of a newer version of the program is refused', async () => {
    const file = path.join(await temporaryDirectory(), 'vultus.db');
    await openSqliteStorage(file).close();
    const { default: Database } = await import('libsql');
    const db = new Database(file);
    db.exec('PRAGMA user_version = 99');
    db.close();
    expect(() => openSqliteStorage(file)).toThrow(/schema version 99/);
  });

  it('with an account whose reference is half there cannot be written', async () => {
    const file = path.join(await temporaryDirectory(), 'vultus.db');
    await openSqliteStorage(file).close();
    const { default: Database } = await import('libsql');
    const db = new Database(file);
    const half = `INSERT INTO accounts VALUES ('a', 'a@example.org', 'x', 1, 'fr_feature', NULL, NULL, NULL)`;
    expect(() => db.exec(half)).toThrow(/CHECK/);
    db.close();
  });
});
