import { type Document, MongoClient } from 'mongodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openMongoStorage } from '../../src/storage/mongo/mongo-storage.js';
import { StorageUnavailable } from '../../src/storage/port.js';
import { TEST_MONGODB_URL, freshDatabaseUrl } from '../support/mongodb.js';
import {
  aConsent,
  aNotice,
  aPasskey,
  aRecord,
  at,
  newAccount,
  newSession,
  plain,
} from './contract-fixture.js';
import { describeStorageContract } from './storage-contract.js';

describe.skipIf(TEST_MONGODB_URL === undefined)('MongoDB', () => {
  describeStorageContract('MongoDB, two clients', async () => {
    const url = freshDatabaseUrl();
    const open = () => openMongoStorage(url, 'serving');
    const [first, second] = await Promise.all([open(), open()]);
    return {
      first,
      second,
      close: async () => {
        await first.close();
        await second.close();
      },
    };
  });

  describe('database', () => {
    let url: string;
    let client: MongoClient;
    beforeEach(() => {
      url = freshDatabaseUrl();
      client = new MongoClient(url);
    });
    afterEach(() => client.close());

    const collection = (name: string) => client.db().collection<Document & { _id: string }>(name);
    const writeVersion = (value: string) =>
      collection('installation').updateOne({ _id: 'schema_version' }, { $set: { value } }, { upsert: true });
    const readVersion = async () =>
      (await collection('installation').findOne({ _id: 'schema_version' }))?.['value'] as unknown;

    /** As a program of schema version 1 wrote it; one of version 2 could add live records. */
    const anEarlierAccount = async (additions: object = {}) => {
      const now = new Date(1);
      const ciphertext = Buffer.from('earlier');
      await collection('accounts').insertOne({
        _id: 'a',
        email: 'a@example.org',
        password_hash: 'x',
        created_at: now,
        reference: { model_id: 'm', ciphertext, quality_score: 1, created_at: now },
        reference_erasures: 0,
        sessions: [{ id: 's', created_at: now, expires_at: new Date(9), methods: ['pwd'] }],
        ...additions,
      });
    };

    it('of the version before live records is brought up to date with all that is in it', async () => {
      await writeVersion('1');
      await anEarlierAccount();
      // Whoever copies it away does not change it.
      const reading = await openMongoStorage(url, 'reading');
      expect(await reading.archive.accounts.page(null, 9)).toMatchObject([{ liveRecords: [] }]);
      await reading.close();
      expect(await readVersion()).toBe('1');

      const [storage, another] = await Promise.all([
        openMongoStorage(url, 'serving'),
        openMongoStorage(url, 'serving'),
      ]);
      await another.close();
      expect(await readVersion()).toBe('3');
      expect((await storage.sessions.findLive('a', 's', at(1)))?.account.email).toBe('a@example.org');
      expect(await storage.accounts.liveRecords('a')).toEqual([]);
      const record = { ciphertext: Buffer.from('record'), createdAt: 5 };
      expect(await storage.accounts.appendLiveRecord('a', record)).toBe(true);
      expect(await storage.accounts.liveRecords('a')).toMatchObject([{ createdAt: 5 }]);
      await storage.close();
    });

    it('of the version before sessions had tokens of their own is read, and written to, as what it says', async () => {
      await writeVersion('2');
      await anEarlierAccount({
        live_records: [{ ciphertext: Buffer.from('record'), created_at: new Date(5) }],
      });
      const storage = await openMongoStorage(url, 'serving');
      expect(await readVersion()).toBe('3');
      const record = aRecord({
        account: {
          id: 'a',
          email: 'a@example.org',
          passwordHash: 'x',
          createdAt: 1,
          reference: {
            modelId: 'm',
            ciphertext: Buffer.from('earlier'),
            qualityScore: 1,
            createdAt: 1,
            lastUsedAt: 1,
            renewalDue: false,
          },
          referenceErasures: 0,
          secondFactorOwed: false,
          hasPasskeys: false,
        },
        sessions: [
          newSession({
            id: 's',
            accountId: 'a',
            tokenHash: 's',
            createdAt: 1,
            lastUsedAt: 1,
            expiresAt: 9,
            methods: ['pwd'],
            device: null,
          }),
        ],
        liveRecords: [{ ciphertext: Buffer.from('record'), createdAt: 5 }],
      });
      expect(plain(await storage.accounts.findRecord('a'))).toEqual(plain(record));
      expect(plain((await storage.sessions.findLive('a', 's', at(1)))?.account)).toEqual(
        plain(record.account),
      );

      expect(await storage.accounts.withReferenceUnusedSince(1, 9)).toEqual([]);
      expect(await storage.accounts.withReferenceUnusedSince(2, 9)).toEqual(['a']);
      await storage.accounts.touchReference('a', Buffer.from('earlier'), 4);
      expect(await storage.accounts.withReferenceUnusedSince(4, 9)).toEqual([]);
      await storage.sessions.touch('a', 's', 3);
      expect(await storage.sessions.replaceToken('a', 's', 'x', { tokenHash: 'new', at: 7 })).toBe(false);
      expect(await storage.sessions.replaceToken('a', 's', 's', { tokenHash: 'new', at: 7 })).toBe(true);
      expect(await storage.sessions.replaceToken('a', 's', 's', { tokenHash: 'x', at: 8 })).toBe(false);
      expect((await storage.sessions.findLive('a', 's', at(1)))?.session).toMatchObject({
        tokenHash: 'new',
        replaced: { tokenHash: 's', at: 7 },
        lastUsedAt: 3,
      });
      expect(await storage.consents.give('a', aConsent())).toBe(true);
      expect(await storage.notices.append('a', aNotice())).toBe(true);
      const allowedBy = { sessionId: 's', now: 1 };
      expect(await storage.passkeys.add('a', aPasskey(), allowedBy)).toBe('added');
      expect(await storage.accounts.findById('a')).toMatchObject({ hasPasskeys: true });
      await storage.close();
    });

    it('gives an account without what stands beside it: no look-up waits for that', async () => {
      const storage = await openMongoStorage(url, 'serving');
      await storage.accounts.insert(newAccount({ id: 'a', email: 'a@example.org' }));
      await storage.sessions.insert(newSession({ id: 's', accountId: 'a' }));
      await storage.passkeys.add('a', aPasskey(), { sessionId: 's', now: 1 });
      // Whoever read these would not get past them.
      const unreadable = Object.fromEntries(
        ['live_records', 'passkeys', 'recovery_codes', 'notices', 'consents'].map((part) => [part, 'x']),
      );
      await collection('accounts').updateOne({ _id: 'a' }, { $set: unreadable });
      const expected = { id: 'a', hasPasskeys: true };
      expect(await storage.accounts.findById('a')).toMatchObject(expected);
      expect(await storage.accounts.findByEmail('a@example.org')).toMatchObject(expected);
      expect((await storage.sessions.findLive('a', 's', at(1)))?.account).toMatchObject(expected);
      expect(await storage.sessions.list('a', at(1))).toHaveLength(1);
      await expect(storage.accounts.findRecord('a')).rejects.toThrow();
      await storage.close();
    });

    it.each(['99', 'x', '0'])('of schema version %s is refused, and stays as it is', async (version) => {
      await writeVersion(version);
      const refusal = expect(openMongoStorage(url, 'serving')).rejects;
      await (version === '99' ? refusal.toThrow(StorageUnavailable) : refusal.toThrow());
      expect(await readVersion()).toBe(version);
    });

    it('holds nothing of the live records of a face that was erased', async () => {
      const storage = await openMongoStorage(url, 'serving');
      await anEarlierAccount();
      const record = { ciphertext: Buffer.from('record'), createdAt: 5 };
      await storage.accounts.appendLiveRecord('a', record);
      const document = () => collection('accounts').findOne({ _id: 'a' });
      expect(await document()).toMatchObject({ live_records: [{ created_at: new Date(5) }] });
      await storage.accounts.eraseReference('a', false);
      expect(await document()).toMatchObject({ reference: null, live_records: [] });
      await storage.close();
    });
  });
});
