import { copyFile, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { StorageUnavailable } from '../../src/storage/port.js';
import { MIGRATIONS } from '../../src/storage/sqlite/migrations.js';
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

const account = (id: string) => ({
  id,
  email: `${id}@example.org`,
  passwordHash: 'x',
  createdAt: 1,
  reference: null,
  referenceErasures: 0,
});

describe('SQLite file', () => {
  it('holds nothing of a reference that was erased or replaced, in no file', async () => {
    const directory = await temporaryDirectory();
    const storage = openSqliteStorage(path.join(directory, 'vultus.db'));
    await storage.accounts.insert(account('a'));
    await storage.sessions.insert({ id: 's', accountId: 'a', createdAt: 1, expiresAt: 9, methods: ['pwd'] });
    const allowedBy = { sessionId: 's', referenceErasures: 0, now: 1 };
    const marks = ['first-ciphertext', 'second-ciphertext'].map((mark) => Buffer.from(mark.repeat(120)));
    for (const ciphertext of marks) {
      const reference = { modelId: 'm', ciphertext, qualityScore: 1, createdAt: 1 };
      expect(await storage.accounts.putReference('a', reference, allowedBy)).toBe(true);
    }
    const onDisk = async () => {
      const names = await readdir(directory);
      return Buffer.concat(await Promise.all(names.map((name) => readFile(path.join(directory, name)))));
    };
    expect((await onDisk()).includes('first-ciphertext')).toBe(false);
    expect((await onDisk()).includes('second-ciphertext')).toBe(true);
    await storage.accounts.eraseReference('a');
    expect((await onDisk()).includes('second-ciphertext')).toBe(false);
    await storage.close();
  });

  it('is complete by itself once it is closed: a copy of it is a backup', async () => {
    const directory = await temporaryDirectory();
    const storage = openSqliteStorage(path.join(directory, 'vultus.db'));
    await storage.accounts.insert(account('a'));
    await storage.close();
    await copyFile(path.join(directory, 'vultus.db'), path.join(directory, 'copy.db'));
    const copy = openSqliteStorage(path.join(directory, 'copy.db'));
    expect(await copy.accounts.findById('a')).toEqual(account('a'));
    await copy.close();
  });

  it('loses nothing that was acknowledged after another process has held the lock', async () => {
    const { default: Database } = await import('libsql');
    const file = path.join(await temporaryDirectory(), 'vultus.db');
    const storage = openSqliteStorage(file);
    await storage.accounts.insert(account('before'));
    const intruder = new Database(file);
    intruder.exec('BEGIN IMMEDIATE');
    await expect(storage.accounts.insert(account('meanwhile'))).rejects.toThrow(StorageUnavailable);
    expect(await storage.accounts.findById('before')).not.toBeNull();
    intruder.exec('ROLLBACK');
    intruder.close();

    expect(await storage.accounts.insert(account('after'))).toBe('inserted');
    const witness = openSqliteStorage(file);
    expect(await witness.accounts.findById('after')).toEqual(account('after'));
    // The statement that had met the lock runs again: it must not take anything back.
    expect(await storage.accounts.insert(account('meanwhile'))).toBe('inserted');
    for (const id of ['before', 'after', 'meanwhile']) {
      expect(await witness.accounts.findById(id)).toEqual(account(id));
    }
    await witness.close();
    await storage.close();
  });

  it('of an earlier version is brought up to date with all that is in it', async () => {
    const { default: Database } = await import('libsql');
    const file = path.join(await temporaryDirectory(), 'vultus.db');
    const old = new Database(file);
    old.exec(`PRAGMA foreign_keys = ON; ${MIGRATIONS[0]}; PRAGMA user_version = 1`);
    old.exec(`INSERT INTO accounts VALUES
      ('b', 'b@example.org', 'hash', 1, NULL, NULL, NULL, NULL, 2),
      ('a', 'a@example.org', 'hash', 1, 'fr_feature', x'0102', 0.5, 3, 0)`);
    old.exec(`INSERT INTO sessions VALUES ('z', 'a', 1, 9, 'pwd'), ('y', 'a', 1, 9, 'pwd face')`);
    old.exec(`INSERT INTO sign_in_flows VALUES ('f', 'a', 'awaiting_face', 2, 1, 9)`);
    old.close();

    const storage = openSqliteStorage(file);
    expect(await storage.accounts.findByEmail('b@example.org')).toMatchObject({
      id: 'b',
      referenceErasures: 2,
    });
    expect((await storage.accounts.findById('a'))?.reference).toMatchObject({
      qualityScore: 0.5,
      createdAt: 3,
    });
    expect(await storage.signInFlows.find('f')).toMatchObject({ accountId: 'a', faceFailures: 2 });
    const [{ sessions } = { sessions: [] }] = await storage.archive.accounts.page(null, 1);
    expect(sessions.map(({ id, methods }) => [id, methods])).toEqual([
      ['z', ['pwd']],
      ['y', ['pwd', 'face']],
    ]);
    expect((await storage.sessions.findLive('a', 'y', 1))?.account.email).toBe('a@example.org');
    await storage.archive.accounts.remove(['a']);
    expect(await storage.sessions.findLive('a', 'y', 1)).toBeNull();
    await storage.close();
  });

  it('that another process writes to is not ready', async () => {
    const { default: Database } = await import('libsql');
    const file = path.join(await temporaryDirectory(), 'vultus.db');
    const storage = openSqliteStorage(file);
    await storage.ping();
    const intruder = new Database(file);
    intruder.exec('BEGIN IMMEDIATE');
    await expect(storage.ping()).rejects.toThrow(StorageUnavailable);
    intruder.exec('ROLLBACK');
    intruder.close();
    await storage.ping();
    await storage.close();
  });

  it('that is none is refused in a sentence', async () => {
    const file = path.join(await temporaryDirectory(), 'vultus.db');
    await writeFile(file, 'this is no database, but a text of some length'.repeat(100));
    expect(() => openSqliteStorage(file)).toThrow(StorageUnavailable);
  });

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
    const half = `INSERT INTO accounts VALUES (NULL, 'a', 'a@example.org', 'x', 1, 'fr_feature', NULL, NULL, NULL, 0)`;
    expect(() => db.exec(half)).toThrow(/CHECK/);
    db.close();
  });
});
