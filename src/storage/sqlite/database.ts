import { statSync } from 'node:fs';

import Database from 'libsql';

import { StorageUnavailable } from '../port.js';
import { JournalSync } from './journal-sync.js';
import { MIGRATIONS } from './migrations.js';

export type SqlValue = string | number | Uint8Array | null;

/** Waiting for another process's lock stops every request of this one, for the driver is synchronous. */
const BUSY_TIMEOUT_MS = 250;
/** At the start nobody is kept waiting yet. */
const OPENING_TIMEOUT_MS = 5000;

/** A larger file takes minutes to read through. */
const MOST_TO_CHECK_BYTES = 256 * 2 ** 20;

/** What a database file says about itself. */
export interface SqliteInspection {
  readonly schemaVersion: number;
  /** Of this program. */
  readonly knownSchemaVersion: number;
  /** `wal`, once the program has opened it. */
  readonly journalMode: string;
  /** Whether its pages fit together; null for a file that is too large to look. */
  readonly isWhole: boolean | null;
}

type Operation = (...values: never[]) => Promise<unknown>;

/** One open database file. The only file that knows `libsql`. */
export class SqliteDatabase {
  readonly #db: Database.Database;
  /** null for a database in memory. */
  readonly #journal: JournalSync | null;
  #inTransaction = false;

  private constructor(db: Database.Database, journal: JournalSync | null) {
    this.#db = db;
    this.#journal = journal;
  }

  /**
   * Opens `file` (`:memory:` for none) and brings its schema up to date.
   *
   * @throws StorageUnavailable when it cannot be opened, or was written by a newer version of the program
   */
  static open(file: string): SqliteDatabase {
    try {
      const db = new Database(file);
      useWriteAheadLog(db);
      // What was acknowledged must survive a power cut too, not only a killed process.
      db.exec('PRAGMA synchronous = FULL');
      db.exec('PRAGMA foreign_keys = ON');
      // What is erased is overwritten in the file instead of lingering in free pages.
      db.exec('PRAGMA secure_delete = ON');
      inTransaction(db, () => {
        migrate(db);
      });
      setBusyTimeout(db, BUSY_TIMEOUT_MS);
      const journal = file === ':memory:' ? null : JournalSync.of(file);
      // From here on `settled` does it, without stopping the event loop.
      if (journal) db.exec('PRAGMA synchronous = NORMAL');
      return new SqliteDatabase(db, journal);
    } catch (cause) {
      throw new StorageUnavailable(`The database ${file} cannot be used: ${reason(cause)}.`, { cause });
    }
  }

  /**
   * Looks at a file that is there, and changes nothing in it: no schema is brought up to date.
   *
   * @throws StorageUnavailable when it is no database, or cannot be written
   */
  static inspect(file: string): SqliteInspection {
    try {
      const db = new Database(file);
      try {
        setBusyTimeout(db, OPENING_TIMEOUT_MS);
        const value = (pragma: string) => db.prepare(`PRAGMA ${pragma}`).raw().get() as [unknown];
        const [schemaVersion] = value('user_version');
        const [journalMode] = value('journal_mode');
        const [firstDamage] = statSync(file).size > MOST_TO_CHECK_BYTES ? [null] : value('quick_check(1)');
        // The lock that a write needs, and nothing written.
        db.exec('BEGIN IMMEDIATE');
        db.exec('ROLLBACK');
        return {
          schemaVersion: Number(schemaVersion),
          knownSchemaVersion: MIGRATIONS.length,
          journalMode: String(journalMode),
          isWhole: firstDamage === null ? null : firstDamage === 'ok',
        };
      } finally {
        db.close();
      }
    } catch (cause) {
      throw new StorageUnavailable(`The database ${file} cannot be used: ${reason(cause)}.`, { cause });
    }
  }

  /** @returns a function that answers the first row, undefined without one */
  prepareRead(sql: string): (...values: SqlValue[]) => unknown {
    const { statement, rowOf } = rowsOf(this.#db.prepare(sql));
    return (...values) =>
      this.#guarded(() => {
        const row = statement.get(values.map(whole));
        return row === undefined ? undefined : rowOf(row);
      });
  }

  /** @returns a function that answers all rows */
  prepareReadAll(sql: string): (...values: SqlValue[]) => unknown[] {
    const { statement, rowOf } = rowsOf(this.#db.prepare(sql));
    return (...values) => this.#guarded(() => statement.all(values.map(whole)).map(rowOf));
  }

  /** @returns a function that answers the number of changed rows once they are committed; `settled` has them survive */
  prepareWrite(sql: string): (...values: SqlValue[]) => number {
    const statement = this.#db.prepare(sql);
    return (...values) => {
      const { changes } = this.#write(() => statement.run(values.map(whole)));
      if (changes > 0) this.#journal?.noteWrite();
      return changes;
    };
  }

  /** @returns a function that answers the row of a statement with RETURNING, as `prepareWrite` */
  prepareWriteReturning(sql: string): (...values: SqlValue[]) => unknown {
    const statement = this.#db.prepare(sql);
    return (...values) => {
      const row = this.#write(() => statement.get(values.map(whole)));
      if (row !== undefined) this.#journal?.noteWrite();
      return row;
    };
  }

  /** Makes operations of a store that write resolve when what they have written survives a power cut. */
  settled<S extends object>(store: S): S {
    const journal = this.#journal;
    if (journal === null) return store;
    const operations = Object.entries(store as Record<string, Operation>).map(([name, operation]) => {
      const settling: Operation = (...values) => {
        const before = journal.written;
        const result = operation(...values);
        // It has written by now, if it writes at all: the driver is synchronous.
        return journal.written === before ? result : this.#afterSettling(journal, result);
      };
      return [name, settling];
    });
    return Object.fromEntries(operations) as S;
  }

  async #afterSettling<T>(journal: JournalSync, operation: Promise<T>): Promise<T> {
    const result = await operation;
    try {
      await journal.settle();
    } catch (error) {
      throw new StorageUnavailable(reason(error), { cause: error });
    }
    return result;
  }

  /**
   * Moves the journal into the database file and empties it, so that nothing that was erased or replaced
   * stays readable in it. Skipped while another connection reads; then the next call does it.
   */
  checkpoint(): void {
    setBusyTimeout(this.#db, 0);
    try {
      this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    } finally {
      setBusyTimeout(this.#db, BUSY_TIMEOUT_MS);
    }
  }

  /** Leaves one complete file, which may be copied. */
  async close(): Promise<void> {
    try {
      // Nobody may be synchronising a file that is closed under them.
      await this.#journal?.settle();
    } finally {
      this.checkpoint();
      this.#db.close();
      this.#journal?.close();
    }
  }

  /** Runs several prepared statements as one: all of their changes are committed, or none. */
  atomically<T>(action: () => T): T {
    return this.#guarded(() => {
      this.#inTransaction = true;
      try {
        return inTransaction(this.#db, action);
      } finally {
        this.#inTransaction = false;
      }
    });
  }

  #write<T>(action: () => T): T {
    return this.#inTransaction ? this.#guarded(action) : this.atomically(action);
  }

  #guarded<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      if (isOutage(error)) throw new StorageUnavailable(reason(error), { cause: error });
      throw error;
    }
  }
}

/**
 * Takes the write lock before the statement runs. A statement that meets the lock itself is left unfinished
 * by the driver, and everything after it would run in a transaction that nobody commits.
 */
function inTransaction<T>(db: Database.Database, action: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = action();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    try {
      db.exec('ROLLBACK');
    } catch {
      // SQLite has rolled back by itself, as it does when the disk is full; what happened is in `error`.
    }
    throw error;
  }
}

/** The driver takes half as long again for a row with the names of its columns as for one without. */
function rowsOf(statement: Database.Statement) {
  const names = statement.columns().map(({ name }) => name);
  const rowOf = (values: unknown): unknown => {
    const row: Record<string, unknown> = {};
    for (let i = 0; i < names.length; i++) row[names[i]!] = (values as unknown[])[i];
    return row;
  };
  return { statement: statement.raw(), rowOf };
}

/** @returns whether `error` says that `column`, as `table.column`, must be unique and has refused a row */
export function isUniqueViolation(error: unknown, column: string): boolean {
  return (
    error instanceof Database.SqliteError &&
    // A primary key has a code of its own.
    /^SQLITE_CONSTRAINT_(UNIQUE|PRIMARYKEY)$/.test(error.code) &&
    error.message.includes(column)
  );
}

/** Locked by another process, disk full, not writable, no database: not the fault of what was asked. */
function isOutage(error: unknown): boolean {
  return (
    error instanceof Database.SqliteError &&
    /^SQLITE_(BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN|CORRUPT|NOTADB)/.test(error.code)
  );
}

/** The driver cuts a text at a NUL, so that two texts would become one; no text of ours has any. */
function whole(value: SqlValue): SqlValue {
  if (typeof value === 'string' && value.includes('\0')) throw new RangeError('a text to store contains NUL');
  return value;
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function setBusyTimeout(db: Database.Database, milliseconds: number): void {
  db.exec(`PRAGMA busy_timeout = ${milliseconds}`);
}

/** Of several processes that open a new file at once SQLite lets one make the change and waits for none. */
function useWriteAheadLog(db: Database.Database): void {
  const began = performance.now();
  setBusyTimeout(db, 0);
  for (;;) {
    try {
      db.exec('PRAGMA journal_mode = WAL');
      setBusyTimeout(db, OPENING_TIMEOUT_MS);
      return;
    } catch (error) {
      if (!isOutage(error) || performance.now() - began > OPENING_TIMEOUT_MS) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}

function migrate(db: Database.Database): void {
  const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version > MIGRATIONS.length) {
    throw new Error(`it has schema version ${version}, and this program knows ${MIGRATIONS.length}`);
  }
  for (const step of MIGRATIONS.slice(version)) db.exec(step);
  db.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
}
