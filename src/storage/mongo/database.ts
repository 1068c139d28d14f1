import {
  type Collection,
  type IndexDescription,
  MongoAPIError,
  MongoClient,
  MongoClientClosedError,
  MongoCompatibilityError,
  MongoError,
  MongoExpiredSessionError,
  MongoNotConnectedError,
  MongoParseError,
  MongoServerClosedError,
  MongoServerError,
  MongoTopologyClosedError,
  MongoWriteConcernError,
  ObjectId,
} from 'mongodb';

import { StorageUnavailable } from '../port.js';

/** The database of a connection string that names none. */
const DEFAULT_DATABASE = 'vultus';

/**
 * How long an operation may take, in milliseconds, before it is given up as unavailable: as a whole, and of
 * that until there is a server that takes it.
 */
const PATIENCE = {
  /** Somebody waits for the answer: a request that meets no database is answered within five seconds. */
  serving: { selectionMs: 1500, operationMs: 2500 },
  /** An operator waits for a large piece of work. */
  working: { selectionMs: 5000, operationMs: 120_000 },
} as const;

/**
 * After so many milliseconds without any success the client is replaced by a new one. The driver (7.9) can
 * wait for ever for a connection that broke at the wrong moment, its monitor among them, and then never finds
 * the database again.
 */
const RENEWAL_MS = 5000;
const CLOSING_MS = 3000;

/** One MongoDB database behind a bounded pool of connections. The only file that knows `mongodb`. */
export class MongoDatabase {
  readonly #connect: () => MongoClient;
  readonly #name: string;
  readonly #operationMs: number;
  #client: MongoClient;
  #failingSince: number | undefined;

  private constructor(connect: () => MongoClient, name: string, operationMs: number) {
    this.#connect = connect;
    this.#name = name;
    this.#operationMs = operationMs;
    this.#client = connect();
  }

  /** @throws StorageUnavailable when it cannot be reached, or does not let us in */
  static async open(url: string, purpose: keyof typeof PATIENCE): Promise<MongoDatabase> {
    const patience = PATIENCE[purpose];
    const options = {
      ...clientOptions(patience),
      ...(/[?&]maxPoolSize=/i.test(url) ? {} : { maxPoolSize: 20 }),
    };
    let database: MongoDatabase | undefined;
    try {
      const connect = () => new MongoClient(url, options);
      database = new MongoDatabase(connect, databaseName(url) ?? DEFAULT_DATABASE, patience.operationMs);
      if (database.#client.options.writeConcern.journal !== true) {
        throw new Error('its connection string must not turn the journal off');
      }
      await database.ping();
      return database;
    } catch (cause) {
      await database?.close();
      throw new StorageUnavailable(reason(cause), { cause });
    }
  }

  /** To be asked for inside of `run`, each time: the client behind it may be another one. */
  collection<T extends { _id: string }>(name: string): Collection<T> {
    return this.#client.db(this.#name).collection<T>(name);
  }

  /** The same for one that another program wrote: nothing is known of its documents. */
  foreignCollection(name: string): Collection {
    return this.#client.db(this.#name).collection(name);
  }

  async hasCollection(name: string): Promise<boolean> {
    const found = await this.run(() => this.#client.db(this.#name).listCollections({ name }).toArray());
    return found.length > 0;
  }

  /** Creates those that are missing; what is there already stays as it is. */
  async createIndexes(collection: string, indexes: readonly IndexDescription[]): Promise<void> {
    await this.run(() => this.collection(collection).createIndexes([...indexes]));
  }

  async ping(): Promise<void> {
    // With a primary that takes writes, not just with any server.
    await this.run(() => this.#client.db(this.#name).command({ ping: 1 }));
  }

  /** @returns the clock of the server, in UTC milliseconds; null when it does not say */
  async clock(): Promise<number | null> {
    const answer = await this.run(() => this.#client.db(this.#name).command({ hello: 1 }));
    const time: unknown = answer['localTime'];
    return time instanceof Date ? time.getTime() : null;
  }

  /**
   * Runs one operation of the driver. Whoever called is answered in time, also where the driver would go on
   * trying; what it still does then is bounded by its own time-outs.
   *
   * @throws StorageUnavailable for whatever is not the fault of what was asked
   */
  async run<T>(operation: () => Promise<T>): Promise<T> {
    const client = this.#client;
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new DeadlineExceeded(`the database gave no answer within ${this.#operationMs} ms`));
      }, this.#operationMs);
    });
    try {
      const result = await Promise.race([operation(), deadline]);
      this.#failingSince = undefined;
      return result;
    } catch (error) {
      if (isOutage(error)) {
        this.#renewIfStuck(client, error);
        throw new StorageUnavailable(reason(error), { cause: error });
      }
      this.#failingSince = undefined;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** @param client the one that failed: of several operations that fail with it only one replaces it */
  #renewIfStuck(client: MongoClient, error: unknown): void {
    if (client !== this.#client) return;
    const now = performance.now();
    this.#failingSince ??= now;
    // One whose first connection failed is closed for good.
    const isClosed = error instanceof MongoTopologyClosedError;
    if (!isClosed && now - this.#failingSince < RENEWAL_MS) return;
    this.#failingSince = undefined;
    this.#client = this.#connect();
    void client.close().catch(() => undefined);
  }

  /** A client that waits for a lost connection does not close either: whoever wants to end is not kept waiting. */
  async close(): Promise<void> {
    const given = new Promise<void>((resolve) => setTimeout(resolve, CLOSING_MS).unref());
    await Promise.race([this.#client.close(), given]);
  }
}

class DeadlineExceeded extends Error {
  override readonly name = 'DeadlineExceeded';
}

function clientOptions({ selectionMs, operationMs }: (typeof PATIENCE)[keyof typeof PATIENCE]) {
  return {
    appName: 'vultus',
    // What was acknowledged survives the loss of any one server, and nothing is read that might be rolled back.
    // Set one by one: the connection string could change parts of a whole one.
    w: 'majority',
    journal: true,
    wtimeoutMS: operationMs,
    readConcernLevel: 'majority',
    readPreference: 'primary',
    retryWrites: true,
    retryReads: true,
    serverSelectionTimeoutMS: selectionMs,
    connectTimeoutMS: selectionMs,
    socketTimeoutMS: operationMs,
    waitQueueTimeoutMS: operationMs,
    // A slow database needs many connections at once; two at a time would keep callers waiting for them.
    maxConnecting: 5,
    promoteBuffers: true,
    ignoreUndefined: false,
  } as const;
}

/** @returns its 24 hex digits and the time in it, in UTC milliseconds; null for an id of another type */
export function readObjectId(id: unknown): { hex: string; createdAt: number } | null {
  return id instanceof ObjectId ? { hex: id.toHexString(), createdAt: id.getTimestamp().getTime() } : null;
}

/** A filter over documents whose id is an ObjectId: those after `hex`, null for all. */
export function objectIdsAfter(hex: string | null) {
  // A comparison meets values of its own type only.
  return { _id: hex === null ? { $gte: new ObjectId('0'.repeat(24)) } : { $gt: new ObjectId(hex) } };
}

/** The path of the connection string, which is no URL: it may name several hosts. */
function databaseName(url: string): string | undefined {
  const name = /^mongodb(?:\+srv)?:\/\/[^/?]*\/([^?]+)/.exec(url)?.[1];
  return name === undefined ? undefined : decodeURIComponent(name);
}

/** @returns whether `error` says that a unique index over `field` refused a document */
export function isDuplicate(error: unknown, field: string): boolean {
  if (!(error instanceof MongoServerError) || error.code !== 11_000) return false;
  // Servers that do not list the key name its index in the message.
  const key = error['keyPattern'] as Record<string, unknown> | undefined;
  return key ? field in key : error.message.includes(`index: ${field}_`);
}

/** Codes by which a server says that it cannot serve now, beyond those that the driver labels as retryable. */
const OUTAGE_CODES = new Set([
  6, // HostUnreachable
  7, // HostNotFound
  13, // Unauthorized: the rights were changed while we run
  18, // AuthenticationFailed
  24, // LockTimeout
  50, // MaxTimeMSExpired
  64, // WriteConcernTimeout
  89, // NetworkTimeout
  91, // ShutdownInProgress
  100, // UnsatisfiableWriteConcern
  133, // FailedToSatisfyReadPreference
  134, // ReadConcernMajorityNotAvailableYet
  365, // TemporarilyUnavailable
  189, // PrimarySteppedDown
  262, // ExceededTimeLimit
  8000, // AtlasError: quota, or rights
  9001, // SocketException
  10_107, // NotWritablePrimary
  11_600, // InterruptedAtShutdown
  11_601, // Interrupted
  11_602, // InterruptedDueToReplStateChange
  13_435, // NotPrimaryNoSecondaryOk
  13_436, // NotPrimaryOrSecondary
  14_031, // OutOfDiskSpace
]);
const OUTAGE_LABELS = ['RetryableWriteError', 'RetryableError', 'SystemOverloadedError'];

/** Unreachable, not primary, shutting down, too slow, closed: not the fault of what was asked. */
function isOutage(error: unknown): boolean {
  // A connection that breaks while a command is being written reaches us as the system's own error (EPIPE).
  if (error instanceof Error && ('syscall' in error || (error as NodeJS.ErrnoException).code === 'EPIPE'))
    return true;
  if (error instanceof DeadlineExceeded) return true;
  if (!(error instanceof MongoError)) return false;
  if (OUTAGE_LABELS.some((label) => error.hasErrorLabel(label))) return true;
  if (error instanceof MongoServerError) {
    return error instanceof MongoWriteConcernError || OUTAGE_CODES.has(Number(error.code));
  }
  if (error instanceof MongoAPIError) {
    return [
      MongoNotConnectedError,
      MongoTopologyClosedError,
      MongoClientClosedError,
      MongoServerClosedError,
      MongoExpiredSessionError,
      MongoCompatibilityError,
    ].some((kind) => error instanceof kind);
  }
  return !(error instanceof MongoParseError);
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
