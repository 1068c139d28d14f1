import { type Document, MongoClient } from 'mongodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openMongoStorage } from '../../src/storage/mongo/mongo-storage.js';
import { StorageUnavailable } from '../../src/storage/port.js';
import { TEST_MONGODB_URL, freshDatabaseUrl } from '../support/mongodb.js';
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

    /** As a program of schema version 1 wrote it. */
    const anEarlierAccount = async () => {
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
      expect(await readVersion()).toBe('2');
      expect((await storage.sessions.findLive('a', 's', 1))?.account.email).toBe('a@example.org');
      expect(await storage.accounts.liveRecords('a')).toEqual([]);
      const record = { ciphertext: Buffer.from('record'), createdAt: 5 };
      expect(await storage.accounts.appendLiveRecord('a', record)).toBe(true);
      expect(await storage.accounts.liveRecords('a')).toMatchObject([{ createdAt: 5 }]);
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
      await storage.accounts.eraseReference('a');
      expect(await document()).toMatchObject({ reference: null, live_records: [] });
      await storage.close();
    });
  });
});
