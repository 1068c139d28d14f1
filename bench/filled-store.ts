import { setImmediate } from 'node:timers/promises';

import { hashTokenReference } from '../src/auth/tokens.js';
import { count } from '../src/cli/terminal/number-format.js';
import { startProgress } from '../src/cli/terminal/progress.js';
import type { Storage } from '../src/storage/port.js';
import { accountKeys, accountRecord } from './synthetic-accounts.js';

/** A store that holds the synthetic accounts 0 … accounts − 1, and the waiting flows. */
export interface FilledStore {
  readonly accounts: number;
  readonly storage: Storage;
}

/**
 * As many as wait for their face at one time, and not more for more accounts: a flow lives for minutes, so
 * that their number follows the sign-ins in progress.
 */
export const WAITING_FLOWS = 1000;
const FLOW_LIFETIME_MS = 24 * 3600_000;

/**
 * Puts the accounts there, unless all of them are there already.
 *
 * @param batch records per transaction or bulk write
 * @param signal ends it between two batches with an AbortError
 */
export async function fillAccounts(
  storage: Storage,
  { name, accounts, batch, signal }: { name: string; accounts: number; batch: number; signal: AbortSignal },
): Promise<void> {
  const last = accounts - 1;
  if (await storage.accounts.findById(accountKeys(last).id)) return;
  const put = async (from: number, to: number) => {
    await storage.archive.accounts.put(Array.from({ length: to - from }, (_, i) => accountRecord(from + i)));
    await setImmediate(undefined, { signal });
  };
  const label = `Filling ${name} with ${count(accounts)} accounts, batch`;
  const progress = startProgress(label, Math.ceil(last / batch) + 1, process.stderr);
  try {
    for (let start = 0; start < last; start += batch) {
      await put(start, Math.min(start + batch, last));
      progress.advance();
    }
    // In a batch of its own: where the last one is, all are, also after a run that was cut off.
    await put(last, accounts);
    progress.advance();
  } finally {
    progress.stop();
  }
}

/** Puts the waiting flows there, in the place of those of an earlier run. */
export async function fillFlows(storage: Storage): Promise<void> {
  const now = Date.now();
  await storage.archive.signInFlows.put(
    Array.from({ length: WAITING_FLOWS }, (_, index) => ({
      id: waitingFlowId(index),
      accountId: accountKeys(index).id,
      state: 'awaiting_face',
      faceFailures: 0,
      createdAt: now,
      expiresAt: now + FLOW_LIFETIME_MS,
    })),
  );
}

/** @param index 0 … WAITING_FLOWS − 1 */
export function waitingFlowId(index: number): string {
  return hashTokenReference(`flow ${index}`);
}
