import Database from 'libsql';

import { MIGRATIONS } from './migrations.js';

export type SqlValue = string | number | Uint8Array | null;

/** One open database file. The only file that knows `libsql`. */
export class SqliteDatabase {
  readonly #db: Database.Database;

  private constructor(db: Database.Database) {
    this.#db = db;
  }

  /**
   * Opens `file` (`:memory:` for none) and brings its schema up to date.
   *
   * @throws Error when the file was written by a newer version of the program
   */
  static open(file: string): SqliteDatabase {
    const db = new Database(file);
    db.exec('PRAGMA busy_timeout = 2000');
    useWriteAheadLog(db);
    // What was acknowledged must survive a power cut too, not only a killed process.
    db.exec('PRAGMA synchronous = FULL');
    db.exec('PRAGMA foreign_keys = ON');
    // What is erased is overwritten in the file instead of lingering in free pages.
    db.exec('PRAGMA secure_delete = ON');
    migrate(db);
    return new SqliteDatabase(db);
  }

  /** Prepares a statement once; `get` answers its first row, `run` the number of rows it changed. */
  prepare(sql: string): {
    get(...values: SqlValue[]): unknown;
    run(...values: SqlValue[]): number;
  } {
    const statement = this.#db.prepare(sql);
    return {
      get: (...values) => statement.get(values.map(whole)),
      run: (...values) => statement.run(values.map(whole)).changes,
    };
  }

  /**
   * Moves the journal into the database file and empties it, so that nothing that was erased or replaced
   * stays readable in it. Skipped by SQLite while another connection reads; then the next call does it.
   */
  checkpoint(): void {
    this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  /** Leaves one complete file, which may be copied. */
  close(): void {
    this.checkpoint();
    this.#db.close();
  }
}

/** The driver cuts a text at a NUL, so that two texts would become one; no text of ours has any. */
function whole(value: SqlValue): SqlValue {
  if (typeof value === 'string' && value.includes('\0')) throw new RangeError('a text to store contains NUL');
  return value;
}

/** @returns whether `error` says that a UNIQUE constraint (not the primary key) refused a row */
export function isUniqueViolation(error: unknown): boolean {
  return error instanceof Database.SqliteError && error.code === 'SQLITE_CONSTRAINT_UNIQUE';
}

/** Of several processes that open a new file at once SQLite lets one make the change and waits for none. */
function useWriteAheadLog(db: Database.Database): void {
  for (let attempt = 1; ; attempt++) {
    try {
      db.exec('PRAGMA journal_mode = WAL');
      return;
    } catch (error) {
      if (attempt === 100) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}

function migrate(db: Database.Database): void {
  // IMMEDIATE: two processes that start together must not both apply a step.
  db.exec('BEGIN IMMEDIATE');
  try {
    const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
    if (version > MIGRATIONS.length) {
      throw new Error(`the database has schema version ${version}, this program knows ${MIGRATIONS.length}`);
    }
    for (const step of MIGRATIONS.slice(version)) db.exec(step);
    db.exec(`PRAGMA user_version = ${MIGRATIONS.length}`);
    db.exec('COMMIT');
  } catch (error) {
    db.exec('ROLLBACK');
    throw error;
  }
}
