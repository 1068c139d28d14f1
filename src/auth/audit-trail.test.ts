import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { afterEach, describe, expect, it, vi } from 'vitest';

import { type AuditStore, type Storage, StorageUnavailable } from '../storage/port.js';
import { openSqliteStorage } from '../storage/sqlite/sqlite-storage.js';
import { AuditSeal } from './audit-seal.js';
import { type AuditFacts, AuditTrail } from './audit-trail.js';
import { AuditVerification } from './audit-verification.js';

const KEY = 'an audit key of thirty-two letters';
const FACTS: AuditFacts = {
  action: 'sign_in_face',
  outcome: 'failure',
  by: 'account',
  reason: 'face_mismatch',
  scores: { similarity: 0.21 },
  flow: 'f1',
  requestId: 'r1',
  device: 'Firefox on Linux',
};

const opened: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

function open(file = ':memory:'): Storage {
  const storage = openSqliteStorage(file);
  opened.push(() => storage.close());
  return storage;
}

const verify = (store: AuditStore) => new AuditVerification(store, new AuditSeal(KEY)).run();

describe('AuditTrail', () => {
  it('writes down what happened, and nothing that it was not told', async () => {
    const { audit } = open();
    const entry = await new AuditTrail(audit, KEY).append(1_900_000_000_000, 'a1', FACTS);
    expect(await audit.last()).toEqual(entry);
    expect(entry).toMatchObject({ sequence: 1, at: 1_900_000_000_000, accountId: 'a1' });
    expect(JSON.parse(entry.record)).toEqual({
      action: 'sign_in_face',
      outcome: 'failure',
      by: 'account',
      reason: 'face_mismatch',
      scores: { similarity: 0.21 },
      flow: 'f1',
      request_id: 'r1',
      device: 'Firefox on Linux',
      key: new AuditSeal(KEY).keyId,
    });
  });

  it('keeps the order in which a burst was recorded, and goes on with what is there already', async () => {
    const { audit } = open();
    const trail = new AuditTrail(audit, KEY);
    const requests = Array.from({ length: 40 }, (_, i) => `r${i}`);
    await Promise.all(requests.map((requestId) => trail.append(1, null, { ...FACTS, requestId })));
    await new AuditTrail(audit, KEY).append(1, null, { ...FACTS, requestId: 'later' });
    const told = (await audit.page(0, 100)).map(
      ({ record }) => (JSON.parse(record) as { request_id: string }).request_id,
    );
    expect(told).toEqual([...requests, 'later']);
    expect(await verify(audit)).toMatchObject({ count: 41, fault: null });
  });

  it('leaves no gap and no fork when several servers write at once', async () => {
    const directory = await mkdtemp(path.join(os.tmpdir(), 'vultus-test-'));
    opened.push(() => rm(directory, { recursive: true }));
    const file = path.join(directory, 'audit.db');
    const stores = [open(file), open(file), open(file)];
    const trails = stores.map(({ audit }) => new AuditTrail(audit, KEY));
    await Promise.all(
      Array.from({ length: 90 }, (_, i) =>
        trails[i % trails.length]!.append(i, null, { ...FACTS, requestId: `r${i}` }),
      ),
    );
    const entries = await stores[0]!.audit.page(0, 1000);
    expect(entries.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 90 }, (_, i) => i + 1));
    expect(new Set(entries.map(({ record }) => record)).size).toBe(90);
    expect(await verify(stores[1]!.audit)).toMatchObject({ count: 90, fault: null });
  });

  it('says that the storage is not available when others are always quicker', async () => {
    const { audit } = open();
    vi.spyOn(Math, 'random').mockReturnValue(0);
    const overtaken: AuditStore = { ...audit, append: () => Promise.resolve(false) };
    await expect(new AuditTrail(overtaken, KEY).append(1, null, FACTS)).rejects.toThrow(StorageUnavailable);
    vi.restoreAllMocks();
  });

  it('reads anew where the chain ends after a fault, and fails only what it was asked meanwhile', async () => {
    const { audit } = open();
    let isAway = false;
    const faulty: AuditStore = {
      ...audit,
      append: (entry) => (isAway ? Promise.reject(new StorageUnavailable('away')) : audit.append(entry)),
    };
    const trail = new AuditTrail(faulty, KEY);
    await trail.append(1, null, FACTS);
    isAway = true;
    await expect(trail.append(2, null, FACTS)).rejects.toThrow(StorageUnavailable);
    isAway = false;
    await new AuditTrail(audit, KEY).append(3, null, FACTS);
    await trail.append(4, null, FACTS);
    expect(await verify(audit)).toMatchObject({ count: 3, fault: null });
  });
});
