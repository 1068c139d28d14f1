import { existsSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';

import { type StorageLocation, describeLocation, parseStorageUrl } from '../../config/storage-location.js';
import { openStore } from '../../open-storage.js';
import { type InstallationFact, type Storage, StorageUnavailable } from '../../storage/port.js';
import { count } from '../evaluation/number-format.js';
import { startProgress } from '../evaluation/progress.js';
import { textTable } from '../evaluation/text-table.js';
import { UsageError } from '../usage-error.js';
import { ACCOUNTS, type Fingerprint, type RecordKind, SIGN_IN_FLOWS, fingerprint } from './records.js';
import { type Changes, synchronise } from './synchronise.js';

export interface MigrateOptions {
  readonly from: string;
  readonly to: string;
}

/** What an installation remembers about itself and takes along. */
const FACTS: readonly InstallationFact[] = ['bcrypt_cost'];

/**
 * Copies everything, then reads both stores once more and compares. Until that has succeeded the target is
 * marked as incomplete, and no server starts on it.
 *
 * @throws UsageError, StorageUnavailable with a sentence for the operator
 */
export async function runMigrate(options: MigrateOptions): Promise<void> {
  // As the server does: what is made here is nobody else's business.
  process.umask(0o077);
  const from = locationOf('--from', options.from);
  const to = locationOf('--to', options.to);
  if (isDeepStrictEqual(from, to)) throw new UsageError('--from and --to are the same store.');
  requireSource(from);

  const source = await openStore(from, 'working');
  try {
    const target = await openStore(to, 'working');
    try {
      await migrate({ store: source, name: describeLocation(from) }, { store: target, location: to });
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function migrate(
  source: { store: Storage; name: string },
  target: { store: Storage; location: StorageLocation },
): Promise<void> {
  const unfinished = await source.store.facts.read('incomplete_copy_of');
  if (unfinished !== null) {
    throw new UsageError(`${source.name} is itself an unfinished copy of ${unfinished}. Finish that first.`);
  }
  if ((await source.store.archive.accounts.page(null, 1)).length === 0) {
    throw new UsageError(`${source.name} has no accounts: is it the right one?`);
  }
  const now = Date.now();
  if (await isComplete(source, target, now)) {
    process.stdout.write(`${describeLocation(target.location)} has the same records already.\n`);
    return;
  }
  await target.store.facts.write('incomplete_copy_of', source.name);
  try {
    for (const fact of FACTS) await target.store.facts.write(fact, await source.store.facts.read(fact));
    const accounts = await copy(source.store, target.store, ACCOUNTS, now);
    const flows = await copy(source.store, target.store, SIGN_IN_FLOWS, now);
    const rows = [
      await verified(source.store, target.store, ACCOUNTS, accounts, now),
      await verified(source.store, target.store, SIGN_IN_FLOWS, flows, now),
    ];
    await target.store.facts.write('incomplete_copy_of', null);
    process.stdout.write(summary(rows, target.location));
  } catch (error) {
    if (!(error instanceof StorageUnavailable)) throw error;
    throw new UsageError(
      `The copy ended before it was complete: ${error.message}. Run the same command again: it goes on there.`,
      { cause: error },
    );
  }
}

/**
 * @returns whether there is nothing to do, because an earlier run was completed
 * @throws UsageError when the target holds anything but an unfinished copy of this source
 */
async function isComplete(
  source: { store: Storage; name: string },
  target: { store: Storage; location: StorageLocation },
  now: number,
): Promise<boolean> {
  const copyOf = await target.store.facts.read('incomplete_copy_of');
  if (copyOf === source.name) return false;
  const where = describeLocation(target.location);
  if (copyOf !== null) {
    throw new UsageError(`${where} is an unfinished copy of ${copyOf}, not of ${source.name}.`);
  }
  if ((await target.store.archive.accounts.page(null, 1)).length === 0) return false;
  const [here, there] = [
    await fingerprint(source.store, ACCOUNTS, now),
    await fingerprint(target.store, ACCOUNTS, now),
  ];
  if (isDeepStrictEqual(here, there)) return true;
  throw new UsageError(
    `${where} has accounts of its own already. Name an empty database, for what is there would be lost.`,
  );
}

async function copy<T>(source: Storage, target: Storage, kind: RecordKind<T>, now: number): Promise<Changes> {
  const { count: total } = await fingerprint(source, kind, now);
  const progress = startProgress(`Copying ${kind.name}`, total, process.stderr);
  try {
    return await synchronise(source, target, kind, now, progress.advance);
  } finally {
    progress.stop();
  }
}

interface Row {
  readonly name: string;
  readonly changes: Changes;
  readonly fingerprint: Fingerprint;
}

/** @throws UsageError unless both stores have the same records */
async function verified<T>(
  source: Storage,
  target: Storage,
  kind: RecordKind<T>,
  changes: Changes,
  now: number,
): Promise<Row> {
  const here = await fingerprint(source, kind, now);
  const there = await fingerprint(target, kind, now);
  if (isDeepStrictEqual(here, there)) return { name: kind.name, changes, fingerprint: there };
  throw new UsageError(
    `The copy is not the same yet: ${count(here.count)} ${kind.name} here (SHA-256 ${here.sha256}), ` +
      `${count(there.count)} there (SHA-256 ${there.sha256}). Stop the servers that use either of the two, and ` +
      'run the same command again: it copies only what differs.',
  );
}

function summary(rows: readonly Row[], target: StorageLocation): string {
  const table = textTable([
    ['', 'records', 'copied', 'there already', 'removed', 'SHA-256 of both'],
    ...rows.map(({ name, changes, fingerprint: { count: records, sha256 } }) => [
      name,
      count(records),
      count(changes.copied),
      count(changes.same),
      count(changes.removed),
      sha256,
    ]),
  ]);
  const setting =
    target.kind === 'mongodb' ? 'DATABASE_URL to the URL after --to' : `DATABASE_URL=file:${target.file}`;
  return (
    `${table}\n\nThe copy is complete. To use it, set ${setting}, and JWT_SECRET, FACE_AUTH_SECRET and ` +
    'TEMPLATE_KEY to the values in use\n(without such settings they are in secrets.json in DATA_DIR): other ' +
    'ones would end all sessions and make every face unreadable.\n'
  );
}

/** @throws UsageError for a text that names no store */
function locationOf(option: string, url: string): StorageLocation {
  const location = parseStorageUrl(url);
  if (location) return location;
  throw new UsageError(
    `${option} must be file:PATH, mongodb://host/database or mongodb+srv://host/database.`,
  );
}

/** A file that is not there would be made, and copied as an empty installation. */
function requireSource(from: StorageLocation): void {
  if (from.kind === 'sqlite' && !existsSync(from.file)) {
    throw new UsageError(`There is no database ${from.file}.`);
  }
}
