import { copyFile, readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { type BiometricReference, MAX_LIVE_RECORDS, StorageUnavailable } from '../../src/storage/port.js';
import { MIGRATIONS } from '../../src/storage/sqlite/migrations.js';
import { openSqliteStorage } from '../../src/storage/sqlite/sqlite-storage.js';
import { removeTemporaryDirectories, temporaryDirectory } from '../support/server.js';
import {
  aConsent,
  aNotice,
  aPasskey,
  aRecord,
  aReference,
  at,
  newAccount,
  newSession,
  plain,
} from './contract-fixture.js';
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

const account = (id: string) => newAccount({ id, email: `${id}@example.org` });

/** @returns all that is in the files of a database, as text */
async function onDisk(directory: string): Promise<string> {
  const names = await readdir(directory);
  const files = await Promise.all(names.map((name) => readFile(path.join(directory, name), 'latin1')));
  return files.join('');
}

describe('SQLite file', () => {
  it('holds nothing of a reference that was erased or replaced, in no file', async () => {
    const directory = await temporaryDirectory();
    const storage = openSqliteStorage(path.join(directory, 'vultus.db'));
    await storage.accounts.insert(account('a'));
    await storage.sessions.insert(newSession({ id: 's', accountId: 'a' }));
    const allowedBy = { sessionId: 's', referenceErasures: 0, now: 1 };
    const [first, second, third] = ['first-ciphertext', 'second-ciphertext', 'third-ciphertext'].map((mark) =>
      aReference({ ciphertext: Buffer.from(mark.repeat(120)) }),
    ) as [BiometricReference, BiometricReference, BiometricReference];
    for (const reference of [first, second]) {
      expect(await storage.accounts.putReference('a', reference, allowedBy)).toBe(true);
    }
    expect(await onDisk(directory)).not.toContain('first-ciphertext');
    expect(await onDisk(directory)).toContain('second-ciphertext');
    expect(await storage.accounts.replaceReference('a', second.ciphertext, third)).toBe(true);
    expect(await onDisk(directory)).not.toContain('second-ciphertext');
    expect(await onDisk(directory)).toContain('third-ciphertext');
    await storage.accounts.eraseReference('a', false);
    expect(await onDisk(directory)).not.toContain('third-ciphertext');
    await storage.close();
  });

  it('holds nothing of an account that was erased, in no file', async () => {
    const directory = await temporaryDirectory();
    const storage = openSqliteStorage(path.join(directory, 'vultus.db'));
    const allowedBy = { sessionId: 's', now: 1 };
    const named = (name: string) => ({
      name: `${name}-passkey`,
      publicKey: Buffer.from(`${name}-public-key`),
    });
    for (const name of ['left', 'gone']) {
      await storage.accounts.insert({
        ...account(name),
        reference: aReference({ ciphertext: Buffer.from(`${name}-ciphertext`) }),
      });
      await storage.sessions.insert(
        newSession({ id: `s ${name}`, accountId: name, device: `${name}-device` }),
      );
      const bySession = { ...allowedBy, sessionId: `s ${name}` };
      expect(await storage.passkeys.add(name, aPasskey(named(name)), bySession)).toBe('added');
      await storage.recoveryCodes.replace(name, [`${name}-code`]);
      await storage.notices.append(name, aNotice({ kind: `${name}-notice` }));
      await storage.consents.give(name, aConsent({ version: `${name}-consent` }));
      const record = { ciphertext: Buffer.from(`${name}-live-record`), createdAt: 1 };
      await storage.accounts.appendLiveRecord(name, record);
      await storage.signInFlows.insert({
        id: `${name}-flow`,
        accountId: name,
        state: 'awaiting_face',
        faceFailures: 0,
        createdAt: 1,
        expiresAt: 9,
      });
    }
    expect(await storage.accounts.erase('gone')).toBe(true);
    const text = await onDisk(directory);
    expect(text.match(/gone[-@][a-z-]+/g)).toBeNull();
    const marks = 'device passkey public-key code notice consent live-record ciphertext flow'.split(' ');
    for (const mark of marks) expect(text).toContain(`left-${mark}`);
    await storage.close();
  });

  it('holds nothing of a key that was shredded, in no file', async () => {
    const directory = await temporaryDirectory();
    const storage = openSqliteStorage(path.join(directory, 'vultus.db'));
    await storage.accountKeys.insertUnlessThere('a', Buffer.from('sealed-key-of-a'));
    await storage.accountKeys.insertUnlessThere('b', Buffer.from('sealed-key-of-b'));
    expect(await onDisk(directory)).toContain('sealed-key-of-a');
    expect(await storage.accountKeys.shred('a')).toBe(true);
    expect(await onDisk(directory)).not.toContain('sealed-key-of-a');
    expect(await onDisk(directory)).toContain('sealed-key-of-b');
    await storage.close();
  });

  it('takes nothing out of the audit log, nor changes it, whoever writes to the file', async () => {
    const { default: Database } = await import('libsql');
    const file = path.join(await temporaryDirectory(), 'vultus.db');
    const storage = openSqliteStorage(file);
    const entry = { sequence: 1, at: 1, accountId: null, record: '{}', hash: 'x' };
    await storage.audit.append(entry);
    const db = new Database(file);
    expect(() => db.exec(`UPDATE audit_log SET record = '{"other":1}'`)).toThrow(/not changed/);
    expect(() => db.exec('DELETE FROM audit_log')).toThrow(/not cut/);
    db.close();
    expect(await storage.audit.page(0, 9)).toEqual([entry]);
    await storage.close();
  });

  it('holds nothing of the live records of a face that was erased, in no file', async () => {
    const directory = await temporaryDirectory();
    const storage = openSqliteStorage(path.join(directory, 'vultus.db'));
    const reference = aReference({ ciphertext: Uint8Array.of(1) });
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
      const text = await onDisk(directory);
      return new Set(text.match(new RegExp(`<record [0-9]+ of ${name}>`, 'g'))).size;
    };
    await storage.accounts.eraseReference('a', false);
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
    expect((await storage.sessions.findLive('a', 'y', at(1)))?.account.email).toBe('a@example.org');
    await storage.archive.accounts.remove(['a']);
    expect(await storage.sessions.findLive('a', 'y', at(1))).toBeNull();
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

  it('of the version before sessions had tokens of their own is brought up to date with all that is in it', async () => {
    const { default: Database } = await import('libsql');
    const file = path.join(await temporaryDirectory(), 'vultus.db');
    const old = new Database(file);
    old.exec('PRAGMA foreign_keys = ON');
    for (const step of MIGRATIONS.slice(0, 3)) old.exec(step);
    old.exec('PRAGMA user_version = 3');
    old.exec(`INSERT INTO accounts VALUES
      (7, 'b', 'b@example.org', 'hash', 1, NULL, NULL, NULL, NULL, 2),
      (3, 'a', 'a@example.org', 'hash', 1, 'fr_feature', x'0102', 0.5, 3, 0)`);
    old.exec(`INSERT INTO sessions VALUES ('z', 3, 1, 5, 9, 'pwd'), ('y', 3, 2, 6, 9, 'pwd face')`);
    old.exec(`INSERT INTO live_records VALUES (3, 1, x'0304', 4)`);
    old.exec(`INSERT INTO spent_tickets VALUES ('t', 9)`);
    old.close();

    for (let opening = 0; opening < 2; opening++) {
      const storage = openSqliteStorage(file);
      const session = { accountId: 'a', expiresAt: 9, replaced: null, device: null };
      expect(plain(await storage.archive.accounts.page(null, 9))).toEqual([
        plain(
          aRecord({
            account: {
              id: 'a',
              email: 'a@example.org',
              passwordHash: 'hash',
              createdAt: 1,
              reference: {
                modelId: 'fr_feature',
                ciphertext: Uint8Array.of(1, 2),
                qualityScore: 0.5,
                createdAt: 3,
                lastUsedAt: 3,
                renewalDue: false,
              },
              referenceErasures: 0,
              secondFactorOwed: false,
              hasPasskeys: false,
            },
            sessions: [
              { ...session, id: 'z', tokenHash: 'z', createdAt: 5, lastUsedAt: 5, methods: ['pwd'] },
              { ...session, id: 'y', tokenHash: 'y', createdAt: 6, lastUsedAt: 6, methods: ['pwd', 'face'] },
            ],
            liveRecords: [{ ciphertext: Uint8Array.of(3, 4), createdAt: 4 }],
          }),
        ),
        aRecord({
          account: {
            ...account('b'),
            passwordHash: 'hash',
            createdAt: 1,
            referenceErasures: 2,
          },
        }),
      ]);
      expect(await storage.tickets.spend('t', 9)).toBe(false);
      await storage.close();
    }
    const storage = openSqliteStorage(file);
    expect(await storage.accounts.withReferenceUnusedSince(4, 9)).toEqual(['a']);
    expect(await storage.sessions.replaceToken('a', 'z', 'z', { tokenHash: 'new', at: 7 })).toBe(true);
    expect((await storage.sessions.findLive('a', 'z', at(7)))?.session).toMatchObject({
      tokenHash: 'new',
      replaced: { tokenHash: 'z', at: 7 },
    });
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
    const half = `INSERT INTO accounts (id, email, password_hash, created_at, reference_model)
      VALUES ('a', 'a@example.org', 'x', 1, 'fr_feature')`;
    expect(() => db.exec(half)).toThrow(/CHECK/);
    db.close();
  });
});
