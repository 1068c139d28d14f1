import type { Storage } from '../../storage/port.js';
import { type RecordKind, recordsOf, sameRecord } from './records.js';

/** Few enough for one command of a database, many enough that the commands are not what it waits for. */
const BATCH = 200;

/** What a run had to do: after one that was interrupted, the next has less. */
export interface Changes {
  readonly copied: number;
  readonly same: number;
  readonly removed: number;
}

/**
 * Makes the target's records those of the source: walks through both in the order of their ids, writes what is
 * missing or different, and removes what the source has no more. Interrupted anywhere, it goes on by beginning
 * again.
 *
 * @param onRecord called for each record of the source
 */
export async function synchronise<T>(
  source: Storage,
  target: Storage,
  kind: RecordKind<T>,
  now: number,
  onRecord: () => void,
): Promise<Changes> {
  const archive = kind.archiveOf(target);
  const changes = { copied: 0, same: 0, removed: 0 };
  const toPut: T[] = [];
  const toRemove: string[] = [];
  const flush = async (least: number) => {
    if (toRemove.length >= least) {
      const ids = toRemove.splice(0);
      await archive.remove(ids);
      changes.removed += ids.length;
    }
    if (toPut.length >= least) {
      const records = toPut.splice(0);
      await archive.put(records);
      changes.copied += records.length;
    }
  };

  const existing = recordsOf(target, kind, now);
  let there = await existing.next();
  for await (const record of recordsOf(source, kind, now)) {
    const id = kind.idOf(record);
    for (; !there.done && kind.idOf(there.value) < id; there = await existing.next()) {
      toRemove.push(kind.idOf(there.value));
    }
    if (there.done || kind.idOf(there.value) !== id) toPut.push(record);
    else {
      if (sameRecord(kind, record, there.value)) changes.same++;
      else toPut.push(record);
      there = await existing.next();
    }
    onRecord();
    await flush(BATCH);
  }
  for (; !there.done; there = await existing.next()) toRemove.push(kind.idOf(there.value));
  await flush(1);
  return changes;
}
