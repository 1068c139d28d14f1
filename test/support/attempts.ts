import path from 'node:path';

import { expect } from 'vitest';

import { AttemptLimits, type AttemptTarget, type AttemptVerdict } from '../../src/auth/attempt-limits.js';
import type { AuthError } from '../../src/auth/auth-error.js';
import { KnownDevices } from '../../src/auth/known-devices.js';
import { RequestOrigins } from '../../src/auth/request-origin.js';
import type { SecurityEvent } from '../../src/auth/security-event.js';
import { TokenSigner } from '../../src/auth/tokens.js';
import type { Account, Storage } from '../../src/storage/port.js';
import { openSqliteStorage } from '../../src/storage/sqlite/sqlite-storage.js';
import { temporaryDirectory } from './server.js';

export const BEFORE_DELAY = 4;
export const BEFORE_SUSPENSION = 6;
export const ADA: Account = {
  id: 'ada',
  email: 'ada@example.org',
  passwordHash: 'of no password',
  createdAt: 0,
  reference: null,
  referenceErasures: 0,
  secondFactorOwed: false,
  hasPasskeys: false,
};
export const TARGET: AttemptTarget = { email: ADA.email, accountId: ADA.id };

/** Attempt limits over a database on disk, which any number of servers may share. */
export async function prepareAttempts() {
  const file = path.join(await temporaryDirectory(), 'vultus.db');
  const storages: Storage[] = [];
  const clock = { now: 1_900_000_000_000 };
  const now = () => clock.now;
  const recorded: SecurityEvent[] = [];
  const origins = new RequestOrigins();
  const people = openSqliteStorage(file);
  storages.push(people);
  await people.accounts.insert(ADA);
  await people.accounts.insert({ ...ADA, id: 'bob', email: 'bob@example.org' });
  const devices = new KnownDevices({
    tokens: new TokenSigner('device', 'd'.repeat(32)),
    accounts: people.accounts,
    origins,
    now,
  });

  /** The limits as another server has them, or the same one after a restart. */
  const startServer = (settings: { readonly beforeDelay?: number } = {}): AttemptLimits => {
    const storage = openSqliteStorage(file);
    storages.push(storage);
    return new AttemptLimits({
      attempts: storage.attempts,
      devices,
      events: { record: async (event) => void recorded.push(event) },
      subjectKey: new Uint8Array(32).fill(7),
      beforeDelay: settings.beforeDelay ?? BEFORE_DELAY,
      beforeSuspension: BEFORE_SUSPENSION,
      now,
    });
  };
  const limits = startServer();
  const attempt = (verdict: AttemptVerdict, target = TARGET, on = limits) =>
    on.attempt(target, async () => verdict);
  return {
    accounts: people.accounts,
    clock,
    recorded,
    devices,
    limits,
    startServer,
    attempt,
    attemptFace: (verdict: AttemptVerdict, on = limits) => on.attemptFace(ADA, async () => verdict),
    fail: async (times: number, target = TARGET, on = limits): Promise<void> => {
      for (let i = 0; i < times; i++) await attempt('failed', target, on);
    },
    /** @returns seconds to wait before the next attempt; 0 when it is looked at at once */
    waitingTime: async (target = TARGET, on = limits): Promise<number> => {
      let isLookedAt = false;
      try {
        // Neither a failure nor a success: all is as it was before.
        await on.attempt(target, async () => {
          isLookedAt = true;
          return 'accepted';
        });
      } catch (error) {
        expect(isLookedAt).toBe(false);
        expect(error).toMatchObject({ code: 'too_many_attempts' });
        return (error as AuthError).retryAfterSeconds!;
      }
      return 0;
    },
    /** From a device that shows this token. */
    onDevice: <T>(deviceToken: string | null, work: () => Promise<T>): Promise<T> =>
      origins.run({ requestId: 'test', device: null, deviceToken }, work),
    counters: () => storages[0]!.archive.attempts.page(null, 100),
    close: async () => {
      for (const storage of storages) await storage.close();
    },
  };
}

export type Attempts = Awaited<ReturnType<typeof prepareAttempts>>;
