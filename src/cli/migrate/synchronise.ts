import type { Storage } from '../../storage/port.js';
import { type RecordKind, recordsOf, sameRecord } from './records.js';

/** Few enough for one command of a database, many enough that the commands are not what it waits for. */
const BATCH = 200;

/** What a target lacks of a source. */
export interface Difference {
  /** Records of the source. */
  readonly total: number;
  /** Those of them that the target has, as they are. */
  readonly same: number;
  /** Records that both have, but not with the same contents. */
  readonly changed: number;
  /** Records that only the target has. */
  readonly surplus: number;
}

interface Pair<T> {
  readonly source: T | undefined;
  readonly target: T | undefined;
}

/** Both stores' records side by side, ascending by id; undefined where one has none. */
async function* pairs<T>(
  source: Storage,
  target: Storage,
  kind: RecordKind<T>,
  now: number,
): AsyncGenerator<Pair<T>, undefined> {
  const there = recordsOf(target, kind, now);
  let next = await there.next();
  for await (const record of recordsOf(source, kind, now)) {
    const id = kind.idOf(record);
    for (; !next.done && kind.idOf(next.value) < id; next = await there.next()) {
      yield { source: undefined, target: next.value };
    }
    if (next.done || kind.idOf(next.value) !== id) yield { source: record, target: undefined };
    else {
      yield { source: record, target: next.value };
      next = await there.next();
    }
  }
  for (; !next.done; next = await there.next()) yield { source: undefined, target: next.value };
}

export async function compare<T>(
  source: Storage,
  target: Storage,
  kind: RecordKind<T>,
  now: number,
): Promise<Difference> {
  const difference = { total: 0, same: 0, changed: 0, surplus: 0 };
  for await (const pair of pairs(source, target, kind, now)) {
    if (pair.source === undefined) difference.surplus++;
    else {
      difference.total++;
      if (pair.target !== undefined) {
        difference[sameRecord(kind, pair.source, pair.target) ? 'same' : 'changed']++;
      }
    }
  }
  return difference;
}

/** Removes what only the target has. */
export async function removeSurplus<T>(
  source: Storage,
  target: Storage,
  kind: RecordKind<T>,
  now: number,
): Promise<void> {
  const inBatches = batches((ids: readonly string[]) => kind.archiveOf(target).remove(ids));
  for await (const pair of pairs(source, target, kind, now)) {
    if (pair.source === undefined) await inBatches.add(kind.idOf(pair.target!));
  }
  await inBatches.flush();
}

/**
 * Writes what the target lacks or has otherwise. Interrupted anywhere, it goes on by beginning again.
 *
 * @param onRecord called for each record of the source
 */
export async function copyMissing<T>(
  source: Storage,
  target: Storage,
  kind: RecordKind<T>,
  now: number,
  onRecord: () => void,
): Promise<void> {
  const inBatches = batches((records: readonly T[]) => kind.archiveOf(target).put(records));
  for await (const pair of pairs(source, target, kind, now)) {
    if (pair.source === undefined) continue;
    const isThere = pair.target !== undefined && sameRecord(kind, pair.source, pair.target);
    if (!isThere) await inBatches.add(pair.source);
    onRecord();
  }
  await inBatches.flush();
}

function batches<T>(write: (items: readonly T[]) => Promise<void>) {
  const items: T[] = [];
  const flush = async () => {
    if (items.length > 0) await write(items.splice(0));
  };
  return {
    add: async (item: T) => {
      items.push(item);
      if (items.length === BATCH) await flush();
    },
    flush,
  };
}
