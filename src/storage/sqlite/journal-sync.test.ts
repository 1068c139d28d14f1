import type * as fs from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { type Storage, StorageUnavailable } from '../port.js';
import { openSqliteStorage } from './sqlite-storage.js';

type Callback = (error: Error | null) => void;

/** A disk that takes its time, and refuses when it is told to: neither that nor a power cut can be had of a real one. */
const disk = vi.hoisted(() => ({ isHeld: false, waiting: [] as Callback[], turns: 0 }));
vi.mock('node:fs', async (original) => ({
  ...(await original<typeof fs>()),
  fdatasync: (_file: number, done: Callback) => {
    disk.turns++;
    if (disk.isHeld) disk.waiting.push(done);
    else setImmediate(done, null);
  },
}));

function release(error: Error | null = null): void {
  for (const done of disk.waiting.splice(0)) done(error);
}

describe('an operation that writes', () => {
  let directory: string;
  let storage: Storage;
  beforeEach(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'vultus-test-'));
    storage = openSqliteStorage(path.join(directory, 'vultus.db'));
    Object.assign(disk, { isHeld: true, waiting: [], turns: 0 });
  });
  afterEach(async () => {
    disk.isHeld = false;
    release();
    await storage.close();
    await rm(directory, { recursive: true, force: true });
  });

  /** @returns whether it has come so far that only the disk can hold it up */
  async function isSettled(operation: Promise<unknown>): Promise<boolean> {
    let settled = false;
    operation.then(
      () => (settled = true),
      () => (settled = true),
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
    return settled;
  }

  const spend = (n: number) => storage.tickets.spend(`ticket ${n}`, Number.MAX_SAFE_INTEGER);

  it('does not say so before the disk has it', async () => {
    const spent = spend(1);
    expect(await isSettled(spent)).toBe(false);
    release();
    expect(await spent).toBe(true);
  });

  it('shares the next turn with all that come while the disk is at work', async () => {
    const first = spend(1);
    await isSettled(first);
    const others = Array.from({ length: 20 }, (_, n) => spend(n + 2));
    release();
    await first;
    expect(await isSettled(Promise.all(others))).toBe(false);
    release();
    await Promise.all(others);
    expect(disk.turns).toBe(2);
  });

  it('keeps nobody waiting who changes nothing', async () => {
    const spent = spend(1);
    expect(await storage.sessions.list('nobody', { now: 0, idleSince: 0 })).toEqual([]);
    expect(await spend(1)).toBe(false);
    expect(await isSettled(spent)).toBe(false);
  });

  it('is an outage where the disk refuses, and is tried anew by whoever comes next', async () => {
    const refused = spend(1);
    await isSettled(refused);
    release(new Error('EIO: i/o error, fdatasync'));
    await expect(refused).rejects.toThrow(StorageUnavailable);
    const next = spend(2);
    await isSettled(next);
    release();
    expect(await next).toBe(true);
  });
});
