import { existsSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';

import { type StorageLocation, describeLocation, parseStorageUrl } from '../../config/storage-location.js';
import { openStore } from '../../open-storage.js';
import {
  DuplicateEmail,
  type InstallationFact,
  type Storage,
  StorageUnavailable,
} from '../../storage/port.js';
import { count } from '../terminal/number-format.js';
import { startProgress } from '../terminal/progress.js';
import { textTable } from '../terminal/text-table.js';
import { UsageError } from '../usage-error.js';
import {
  ACCOUNTS,
  ACCOUNT_KEYS,
  ATTEMPT_COUNTERS,
  AUDIT_ENTRIES,
  type Fingerprint,
  OUTBOX,
  type RecordKind,
  SIGN_IN_FLOWS,
  fingerprint,
} from './records.js';
import { type Difference, compare, copyMissing, removeSurplus } from './synchronise.js';

export interface MigrateOptions {
  readonly from: string;
  readonly to: string;
  readonly removeSurplus?: true;
}

/** What an installation remembers about itself and takes along. */
const FACTS: readonly InstallationFact[] = ['bcrypt_cost'];

/** A store, and how it is called before people. */
interface Party {
  readonly store: Storage;
  readonly name: string;
}

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

  const source = { name: describeLocation(from), store: await openStore(from, 'reading') };
  try {
    const target = { name: describeLocation(to), store: await openStore(to, 'working') };
    try {
      const isComplete = await isCopy(source, target);
      const rows = isComplete ? [] : await migrate(source, target, options);
      process.stdout.write(isComplete ? `${target.name} has the same records already.\n` : summary(rows, to));
    } catch (error) {
      throw explain(error);
    } finally {
      await target.store.close();
    }
  } finally {
    await source.store.close();
  }
}

/** @returns an error with a sentence, where there is something that the operator can do */
function explain(error: unknown): unknown {
  if (error instanceof StorageUnavailable) {
    const sentence = `The copy ended before it was complete: ${error.message}. Run the same command again: it goes on there.`;
    return new UsageError(sentence, { cause: error });
  }
  if (error instanceof DuplicateEmail) {
    return new UsageError(
      'The copy cannot be completed: an e-mail address of the source belongs to another account in the target. ' +
        'Somebody has used the target meanwhile. Begin again with an empty one.',
    );
  }
  return error;
}

/**
 * @returns whether there is nothing to do, because an earlier run was completed
 * @throws UsageError when the source is no whole installation, or the target holds anything but an unfinished
 *         copy of it
 */
async function isCopy(source: Party, target: Party): Promise<boolean> {
  const unfinished = await source.store.facts.read('incomplete_copy_of');
  if (unfinished !== null) {
    throw new UsageError(`${source.name} is itself an unfinished copy of ${unfinished}. Finish that first.`);
  }
  if ((await source.store.archive.accounts.page(null, 1)).length === 0) {
    throw new UsageError(`${source.name} has no accounts: is it the right one?`);
  }
  const copyOf = await target.store.facts.read('incomplete_copy_of');
  if (copyOf === source.name) return false;
  if (copyOf !== null) {
    throw new UsageError(`${target.name} is an unfinished copy of ${copyOf}, not of ${source.name}.`);
  }
  const there = await lastingRecords(target.store);
  if (there === undefined) return false;
  const [here, copied] = await Promise.all([source.store, target.store].map(lastingFingerprints));
  if (isDeepStrictEqual(here, copied)) return true;
  throw new UsageError(
    `${target.name} has ${there} of its own already. Name an empty database, for what is there would be lost.`,
  );
}

/** @returns what a store has that somebody would miss; undefined for an empty one */
async function lastingRecords({ archive }: Storage): Promise<string | undefined> {
  for (const [{ name }, records] of [
    [ACCOUNTS, archive.accounts],
    [ACCOUNT_KEYS, archive.accountKeys],
    [AUDIT_ENTRIES, archive.audit],
  ] as const) {
    if ((await records.page(null, 1)).length > 0) return name;
  }
  return undefined;
}

async function lastingFingerprints(store: Storage): Promise<unknown> {
  const now = Date.now();
  return {
    accounts: await fingerprint(store, ACCOUNTS, now),
    keys: await fingerprint(store, ACCOUNT_KEYS, now),
    audit: await fingerprint(store, AUDIT_ENTRIES, now),
    facts: await Promise.all(FACTS.map((fact) => store.facts.read(fact))),
  };
}

async function migrate(source: Party, target: Party, options: MigrateOptions): Promise<Row[]> {
  const now = Date.now();
  await target.store.facts.write('incomplete_copy_of', source.name);
  for (const fact of FACTS) await target.store.facts.write(fact, await source.store.facts.read(fact));
  const mayRemove = options.removeSurplus === true;
  const checks: (() => Promise<Row>)[] = [];
  const copyKind = async <T>(kind: RecordKind<T>) => {
    const difference = await copy(source, target, kind, now, mayRemove);
    checks.push(() => verified(source, target, kind, difference, now));
  };
  // First what may end it: before anything else is removed.
  await copyKind(AUDIT_ENTRIES);
  await copyKind(ACCOUNTS);
  await copyKind(ACCOUNT_KEYS);
  await copyKind(SIGN_IN_FLOWS);
  await copyKind(ATTEMPT_COUNTERS);
  await copyKind(OUTBOX);
  const rows: Row[] = [];
  for (const check of checks) rows.push(await check());
  await target.store.facts.write('incomplete_copy_of', null);
  return rows;
}

/** @throws UsageError when the target has records that the source has not, and nobody has said to remove them */
async function copy<T>(
  { store: source }: Party,
  { store: target, name }: Party,
  kind: RecordKind<T>,
  now: number,
  mayRemove: boolean,
): Promise<Difference> {
  const difference = await compare(source, target, kind, now);
  if (kind.surplus === 'never' && difference.surplus + difference.changed > 0) {
    throw new UsageError(
      `${name} has ${kind.name} that the source does not have, and those stand for ever: it was used meanwhile. ` +
        'Begin again with an empty database.',
    );
  }
  if (difference.surplus > 0 && kind.surplus === 'when_told' && !mayRemove) {
    throw new UsageError(
      `${name} has ${count(difference.surplus)} ${kind.name} that the source does not have: removed there since ` +
        'the last run, or made here by a server that uses the copy already. Stop every server on it. If they may ' +
        'be lost, add --remove-surplus.',
    );
  }
  if (difference.surplus > 0) await removeSurplus(source, target, kind, now);
  const progress = startProgress(`Copying ${kind.name}`, difference.total, process.stderr);
  try {
    await copyMissing(source, target, kind, now, progress.advance);
  } finally {
    progress.stop();
  }
  return difference;
}

interface Row {
  readonly name: string;
  /** As it was before. */
  readonly difference: Difference;
  readonly fingerprint: Fingerprint;
}

/** @throws UsageError unless both stores have the same records */
async function verified<T>(
  { store: source }: Party,
  { store: target }: Party,
  kind: RecordKind<T>,
  difference: Difference,
  now: number,
): Promise<Row> {
  const here = await fingerprint(source, kind, now);
  const there = await fingerprint(target, kind, now);
  if (isDeepStrictEqual(here, there)) return { name: kind.name, difference, fingerprint: there };
  throw new UsageError(
    `The copy is not the same yet: ${count(here.count)} ${kind.name} here (SHA-256 ${here.sha256}), ` +
      `${count(there.count)} there (SHA-256 ${there.sha256}). Stop the servers that use either of the two, and ` +
      'run the same command again: it copies only what differs.',
  );
}

function summary(rows: readonly Row[], target: StorageLocation): string {
  const table = textTable([
    ['', 'records', 'copied', 'there already', 'removed', 'SHA-256 of both'],
    ...rows.map(({ name, difference: { total, same, surplus }, fingerprint: { sha256 } }) => [
      name,
      count(total),
      count(total - same),
      count(same),
      count(surplus),
      sha256,
    ]),
  ]);
  const setting =
    target.kind === 'mongodb' ? 'DATABASE_URL to the URL after --to' : `DATABASE_URL=file:${target.file}`;
  return (
    `${table}\n\nThe copy is complete. What changes in the source from now on is not in it: start no server there ` +
    `any more.\nTo use the copy, set ${setting}, and JWT_SECRET, FACE_AUTH_SECRET, TEMPLATE_KEY and, where ` +
    'it is set, AUDIT_KEY to the\nvalues in use (without such settings they are in secrets.json in DATA_DIR): other ' +
    'ones would end all sessions, make\nevery face unreadable and the audit log look as if it was forged.\n'
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

/** @throws UsageError where a file would be made, and copied as an empty installation */
function requireSource(from: StorageLocation): void {
  if (from.kind === 'sqlite' && !existsSync(from.file)) {
    throw new UsageError(`There is no database ${from.file}.`);
  }
}
