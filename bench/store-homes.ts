import { randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { setImmediate } from 'node:timers/promises';

import { startProgress } from '../src/cli/terminal/progress.js';
import { UsageError, reasonOf } from '../src/cli/usage-error.js';
import { type StorageLocation, describeLocation, parseStorageUrl } from '../src/config/storage-location.js';
import { MongoDatabase } from '../src/storage/mongo/database.js';
import type { FilledStore } from './filled-store.js';
import { accountKeys } from './synthetic-accounts.js';

/** Where the stores of one kind stand, one for each number of accounts. */
export interface StoreHome {
  readonly name: 'SQLite' | 'MongoDB';
  /** Records per transaction or bulk write when a store is filled. */
  readonly batch: number;
  location(accounts: number): StorageLocation;
  /** Brings what is stored into memory, as it is on a server that has run for a while. */
  warmUp(store: FilledStore, signal: AbortSignal): Promise<void>;
  /**
   * Does so again, before each round: some systems soon give away memory in which little happens, and would
   * read a large store from the disk and a small one not.
   */
  keepWarm(accounts: number): Promise<void>;
  remove(accounts: number): Promise<void>;
}

/** @param directory where the database files are, or are made */
export function sqliteHome(directory: string): StoreHome {
  const file = (accounts: number) => path.resolve(directory, `accounts-${accounts}.db`);
  return {
    name: 'SQLite',
    batch: 5000,
    location: (accounts) => ({ kind: 'sqlite', file: file(accounts) }),
    // SQLite itself keeps little; the memory is that of the operating system.
    warmUp: async () => undefined,
    keepWarm: async (accounts) => {
      await finished(createReadStream(file(accounts), { highWaterMark: 1 << 20 }).resume());
    },
    remove: async (accounts) => {
      for (const suffix of ['', '-wal', '-shm']) await rm(file(accounts) + suffix, { force: true });
    },
  };
}

/** Accounts that are looked up to warm up; every page of an index over a million is met by some of them. */
const WARMING_LOOKUPS = 100_000;
const LOOKUPS_AT_ONCE = 10;

/**
 * @param url a MongoDB connection string; the database that it names is left alone
 * @param kept whether the databases outlive this run, and are found by their names in the next one
 * @throws UsageError when the server cannot be used
 */
export async function mongoHome(url: string, kept: boolean): Promise<StoreHome> {
  await requireServer(url);
  const [, server, options = ''] = /^(mongodb(?:\+srv)?:\/\/[^/?]+)\/?[^?]*(\?.*)?$/.exec(url) ?? [];
  const prefix = kept ? 'vultus_bench' : `vultus_bench_${randomBytes(4).toString('hex')}`;
  const databaseUrl = (accounts: number) => `${server}/${prefix}_${accounts}${options}`;
  return {
    name: 'MongoDB',
    // About 26 MB; a message may have 48.
    batch: 10_000,
    location: (accounts) => ({ kind: 'mongodb', url: databaseUrl(accounts) }),
    warmUp: async (store, signal) => {
      await readAll(databaseUrl(store.accounts));
      await lookUpMany(store, signal);
    },
    // The database has a cache of its own.
    keepWarm: async () => undefined,
    remove: async (accounts) => {
      await withDatabase(databaseUrl(accounts), async (db) => {
        for (const name of ['accounts', 'sign_in_flows', 'installation']) {
          await db.run(() => db.collection(name).drop());
        }
      });
    },
  };
}

/** Now, and not after minutes of measuring another store. */
async function requireServer(url: string): Promise<void> {
  const location = parseStorageUrl(url);
  if (location?.kind !== 'mongodb') {
    throw new UsageError('--mongodb: this is no connection string of a MongoDB (mongodb://…)');
  }
  try {
    await withDatabase(url, (db) => db.ping());
  } catch (error) {
    throw new UsageError(`--mongodb: ${describeLocation(location)} cannot be used (${reasonOf(error)})`);
  }
}

/** By a search that no index helps with. */
async function readAll(url: string): Promise<void> {
  await withDatabase(url, async (db) => {
    await db.run(() => db.collection('accounts').countDocuments({ password_hash: '' }));
  });
}

/** Brings the indexes into memory, too: by accounts that are spread evenly over the store. */
async function lookUpMany({ accounts, storage }: FilledStore, signal: AbortSignal): Promise<void> {
  const lookups = Math.min(accounts, WARMING_LOOKUPS);
  const progress = startProgress('Warming up MongoDB, look-up', lookups, process.stderr);
  const lookUp = async (i: number) => {
    const { id, email } = accountKeys(Math.floor((i * accounts) / lookups));
    await storage.accounts.findByEmail(email);
    await storage.accounts.findById(id);
    progress.advance();
  };
  try {
    for (let start = 0; start < lookups; start += LOOKUPS_AT_ONCE) {
      const size = Math.min(LOOKUPS_AT_ONCE, lookups - start);
      await Promise.all(Array.from({ length: size }, (_, i) => lookUp(start + i)));
      await setImmediate(undefined, { signal });
    }
  } finally {
    progress.stop();
  }
}

async function withDatabase(url: string, work: (db: MongoDatabase) => Promise<void>): Promise<void> {
  const db = await MongoDatabase.open(url, 'working');
  try {
    await work(db);
  } finally {
    await db.close();
  }
}
