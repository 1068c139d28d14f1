import { copyFile, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { MAX_LIVE_RECORDS, StorageUnavailable } from '../../src/storage/port.js';
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

  it('holds nothing of the live records of a face that was erased, in no file', async () => {
    const directory = await temporaryDirectory();
    const storage = openSqliteStorage(path.join(directory, 'vultus.db'));
    const reference = { modelId: 'm', ciphertext: Uint8Array.of(1), qualityScore: 1, createdAt: 1 };
    const names = ['a', 'b', 'c', 'd'];
    for (const name of names) await storage.accounts.insert({ ...account(name), reference });
    // Many and of several sizes, so that the database moves them from page to page; some are dropped on the way.
    for (let i = 0; i < 3 * MAX_LIVE_RECORDS; i++) {
      for (const name of names) {
        const ciphertext = Buffer.from(`<record ${i} of ${name}>`.repeat(10 + ((i * 17) % 90)));
        expect(await storage.accounts.appendLiveRecord(name, { ciphertext, createdAt: i })).toBe(true);
      }
    }
    const marksOf = async (name: string) => {
      const files = await readdir(directory);
      const bytes = await Promise.all(files.map((file) => readFile(path.join(directory, file), 'latin1')));
      return new Set(bytes.join('').match(new RegExp(`<record [0-9]+ of ${name}>`, 'g'))).size;
    };
    await storage.accounts.eraseReference('a');
    expect(await marksOf('a')).toBe(0);
    await storage.archive.accounts.remove(['b']);
    await storage.removeExpired(1);
    expect(await marksOf('b')).toBe(0);
    // Those that were dropped for newer ones neither.
    expect(await marksOf('c')).toBe(MAX_LIVE_RECORDS);
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

  it('of the version before live records is brought up to date with all that is in it', async () => {
    const { default: Database } = await import('libsql');
    const file = path.join(await temporaryDirectory(), 'vultus.db');
    const old = new Database(file);
    old.exec('PRAGMA foreign_keys = ON');
    for (const step of MIGRATIONS.slice(0, 2)) old.exec(step);
    old.exec('PRAGMA user_version = 2');
    old.exec(`INSERT INTO accounts VALUES
      (7, 'b', 'b@example.org', 'hash', 1, NULL, NULL, NULL, NULL, 2),
      (3, 'a', 'a@example.org', 'hash', 1, 'fr_feature', x'0102', NULL, 3, 0)`);
    old.exec(`INSERT INTO sessions VALUES ('z', 3, 1, 1, 9, 'pwd'), ('y', 3, 2, 1, 9, 'pwd face')`);
    old.exec(`INSERT INTO sign_in_flows VALUES ('f', 'a', 'awaiting_face', 2, 1, 9)`);
    old.exec(`INSERT INTO installation VALUES ('bcrypt_cost', '11')`);
    old.close();

    const storage = openSqliteStorage(file);
    const [a, b] = await storage.archive.accounts.page(null, 9);
    expect(a).toMatchObject({
      account: { id: 'a', reference: { modelId: 'fr_feature', qualityScore: null } },
      sessions: [{ id: 'z' }, { id: 'y', methods: ['pwd', 'face'] }],
      liveRecords: [],
    });
    expect(b).toMatchObject({ account: { id: 'b', referenceErasures: 2 }, sessions: [], liveRecords: [] });
    expect(await storage.facts.read('bcrypt_cost')).toBe('11');
    expect(await storage.signInFlows.reserveFaceAttempt('f', 1, 3)).toMatchObject({ faceFailures: 3 });
    const record = { ciphertext: Uint8Array.of(1, 2), createdAt: 5 };
    expect(await storage.accounts.appendLiveRecord('a', record)).toBe(true);
    expect(await storage.accounts.appendLiveRecord('b', record)).toBe(false);
    expect(await storage.tickets.spend('t', 9)).toBe(true);
    await storage.close();

    const again = openSqliteStorage(file);
    expect(await again.accounts.liveRecords('a')).toMatchObject([{ createdAt: 5 }]);
    expect(await again.tickets.spend('t', 9)).toBe(false);
    await again.close();
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
