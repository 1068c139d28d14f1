import { closeSync, fdatasync, fsyncSync, openSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const synchronise = promisify(fdatasync);

/**
 * Synchronises the write-ahead log with the disk, away from the event loop: a commit puts its pages into the log and
 * returns, and who has written waits here before it says so. Commits that come meanwhile wait for the next turn together.
 *
 * What SQLite itself does after each commit under `synchronous = FULL`, on the thread that commits, is the same call on
 * the same file.
 */
export class JournalSync {
  readonly #file: number;
  #written = 0;
  #synchronised = 0;
  #turn: Promise<void> | null = null;

  private constructor(file: number) {
    this.#file = file;
  }

  /** @param database whose log exists already: SQLite keeps the file for as long as it is open, and only ever cuts it */
  static of(database: string): JournalSync {
    const sync = new JournalSync(openSync(`${database}-wal`, 'r+'));
    synchroniseFolder(path.dirname(database));
    return sync;
  }

  /** How many writes were committed so far. */
  get written(): number {
    return this.#written;
  }

  noteWrite(): void {
    this.#written++;
  }

  /** Resolves once everything written before the call survives a power cut. Rejects when the disk refuses. */
  async settle(): Promise<void> {
    const wanted = this.#written;
    while (this.#synchronised < wanted) {
      this.#turn ??= this.#synchronise();
      await this.#turn;
    }
  }

  async #synchronise(): Promise<void> {
    const covered = this.#written;
    try {
      await synchronise(this.#file);
      this.#synchronised = covered;
    } finally {
      this.#turn = null;
    }
  }

  /** After the last `settle`. */
  close(): void {
    closeSync(this.#file);
  }
}

/** So that the name of a new log survives, too. */
function synchroniseFolder(folder: string): void {
  // Windows opens no folders, and needs it not.
  if (process.platform === 'win32') return;
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
