import { describe } from 'vitest';

import { openMongoStorage } from '../../src/storage/mongo/mongo-storage.js';
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
});
