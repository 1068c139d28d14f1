import { existsSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import path from 'node:path';

import type { Config } from '../../config/config.js';
import { type StorageLocation, describeLocation } from '../../config/storage-location.js';
import { openStorage, openStore } from '../../open-storage.js';
import { type Storage, StorageUnavailable } from '../../storage/port.js';
import { count } from '../terminal/number-format.js';
import { type Finding, findings, wordsOf } from './finding.js';

const { ok, warning, failed, skipped } = findings('storage');

const MIB = 2 ** 20;
/** With less, the next rewrite of the journal may not fit. */
const LEAST_FREE_MIB = 200;
const COMFORTABLE_FREE_MIB = 2000;

interface StorageCheck {
  readonly found: readonly Finding[];
  /** To be closed; null where there is none to look into. */
  readonly storage: Storage | null;
}

/** Opens the store as it is: nothing is made, and no schema brought up to date. */
export async function checkStorage({ storage: location }: Config): Promise<StorageCheck> {
  try {
    return location.kind === 'sqlite' ? await checkSqlite(location) : await checkMongo(location);
  } catch (error) {
    return { found: [failed(wordsOf(error), adviceFor(location))], storage: null };
  }
}

function adviceFor(location: StorageLocation): string {
  return location.kind === 'sqlite'
    ? 'Look at the permissions of the file and its folder; restore it from the backup if it is damaged.'
    : 'Look at DATABASE_URL, at the network, and whether the user may read and write the database.';
}

async function checkSqlite(location: StorageLocation & { kind: 'sqlite' }): Promise<StorageCheck> {
  const { file } = location;
  const disk = await checkDisk(path.dirname(file));
  if (!existsSync(file)) {
    return { found: [skipped(`${file} is not there yet: the first start makes it`), ...disk], storage: null };
  }
  const { SqliteDatabase } = await import('../../storage/sqlite/database.js');
  const { schemaVersion, knownSchemaVersion, journalMode, isWhole } = SqliteDatabase.inspect(file);
  const about = `${describeLocation(location)}, schema version ${schemaVersion}, journal mode ${journalMode}`;
  if (isWhole === false) {
    const found = [failed(`${about}: its pages do not fit together`, adviceFor(location)), ...disk];
    return { found, storage: null };
  }
  if (schemaVersion > knownSchemaVersion) {
    const says = `${about}: a newer program has written it; this one knows ${knownSchemaVersion}`;
    return { found: [failed(says, 'Run the newer version of Vultus.'), ...disk], storage: null };
  }
  if (schemaVersion < knownSchemaVersion) {
    const says = `${about}: the next start brings it to ${knownSchemaVersion}. Its records are not looked at before`;
    return { found: [warning(says, 'Make a backup first: there is no way back.'), ...disk], storage: null };
  }
  const found = [
    journalMode === 'wal'
      ? ok(`${about}; it can be written${isWhole === null ? '' : ', and its pages fit together'}`)
      : warning(
          `${about}: readers and writers wait for each other`,
          'The next start of the server sets it to wal.',
        ),
    ...disk,
  ];
  // Refuses a copy that was not finished.
  return { found, storage: await openStorage(location) };
}

async function checkMongo(location: StorageLocation): Promise<StorageCheck> {
  try {
    const storage = await openStore(location, 'reading');
    await storage.ping();
    const source = await storage.facts.read('incomplete_copy_of');
    const about = `${describeLocation(location)} answers. Whether it can be written is not tried`;
    const found =
      source === null
        ? ok(about)
        : failed(
            `${describeLocation(location)} is an unfinished copy of ${source}`,
            'Run the same vultus migrate again: it goes on where it ended.',
          );
    return { found: [found], storage };
  } catch (error) {
    const isEmpty = error instanceof StorageUnavailable && error.message.includes('no installation');
    if (!isEmpty) throw error;
    const says = `${describeLocation(location)} answers, and has no installation in it: the first start makes one`;
    return { found: [skipped(says)], storage: null };
  }
}

async function checkDisk(folder: string): Promise<Finding[]> {
  const disk = findings('disk');
  let place = folder;
  while (!existsSync(place) && place !== path.dirname(place)) place = path.dirname(place);
  const { bavail, bsize } = await statfs(place);
  const mib = Math.floor((bavail * bsize) / MIB);
  const says = `${count(mib)} MiB are free under ${place}`;
  const advice = 'Make room: when the disk is full, everything that has to be stored is refused.';
  if (mib < LEAST_FREE_MIB) return [disk.failed(says, advice)];
  return [mib < COMFORTABLE_FREE_MIB ? disk.warning(says, advice) : disk.ok(says)];
}
