import { randomBytes } from 'node:crypto';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { Account, BiometricReference, Storage } from '../storage/port.js';
import { openSqliteStorage } from '../storage/sqlite/sqlite-storage.js';
import { AccountSupport } from './account-support.js';
import type { SecurityEvent } from './security-event.js';

const NOW = Date.now();
const REFERENCE: BiometricReference = {
  modelId: 'fr_feature@1',
  ciphertext: randomBytes(64),
  qualityScore: 0.8,
  createdAt: NOW,
  lastUsedAt: NOW,
  renewalDue: false,
};
const ACCOUNT: Account = {
  id: 'account-1',
  email: 'ada@example.org',
  passwordHash: '$argon2id$v=19$hash',
  createdAt: NOW,
  reference: null,
  referenceErasures: 0,
  secondFactorOwed: false,
  hasPasskeys: false,
};

let storage: Storage;
let recorded: SecurityEvent[];
let cleared: string[];
beforeEach(async () => {
  recorded = [];
  cleared = [];
  storage = openSqliteStorage(':memory:');
  await storage.accounts.insert(ACCOUNT);
  await storage.sessions.insert(aSession('session-1'));
});
afterEach(() => storage.close());

const aSession = (id: string) => ({
  id,
  accountId: ACCOUNT.id,
  tokenHash: id,
  replaced: null,
  createdAt: NOW,
  lastUsedAt: NOW,
  expiresAt: NOW + 3_600_000,
  methods: ['pwd', 'face'],
  device: null,
});

const enrol = () =>
  storage.accounts.putReference(ACCOUNT.id, REFERENCE, {
    sessionId: 'session-1',
    referenceErasures: 0,
    now: NOW,
  });

const account = async () => (await storage.accounts.findById(ACCOUNT.id))!;

const support = (issueOne = async (accountId: string) => `code of ${accountId}`) =>
  new AccountSupport({
    accounts: storage.accounts,
    sessions: storage.sessions,
    keys: storage.accountKeys,
    limits: { clear: async ({ id }) => void cleared.push(id) },
    recoveryCodes: { issueOne },
    events: { record: async (event) => void recorded.push(event) },
  });

const noted = (action: SecurityEvent['action']) => ({
  action,
  outcome: 'success',
  accountId: ACCOUNT.id,
  by: 'operator',
});

describe('AccountSupport', () => {
  it('takes a face away with its key, and leaves the account shut to the password alone', async () => {
    await enrol();
    await storage.accountKeys.insertUnlessThere(ACCOUNT.id, randomBytes(60));
    expect(await support().resetFace(await account())).toBe('code of account-1');
    expect(await account()).toMatchObject({ reference: null, secondFactorOwed: true });
    expect(await storage.accountKeys.find(ACCOUNT.id)).toBeNull();
    expect(await storage.sessions.insertByPasswordAlone(aSession('session-2'))).toBe(false);
    expect(recorded).toEqual([noted('face_disabled')]);
  });

  it('has shut the account before there is a code, and can be asked again after a fault', async () => {
    await enrol();
    const faulty = support(() => Promise.reject(new Error('away')));
    await expect(faulty.resetFace(await account())).rejects.toThrow('away');
    expect(await account()).toMatchObject({ reference: null, secondFactorOwed: true });
    expect(await support().resetFace(await account())).toBe('code of account-1');
  });

  it('forgets failed attempts', async () => {
    await support().unlock(await account());
    expect(cleared).toEqual([ACCOUNT.id]);
    expect(recorded).toEqual([noted('attempts_cleared')]);
  });

  it('ends all sessions, and notes it even when there were none', async () => {
    await storage.sessions.insert(aSession('session-2'));
    expect(await support().revokeSessions(await account())).toBe(2);
    expect(await support().revokeSessions(await account())).toBe(0);
    expect(recorded).toEqual([noted('sessions_revoked'), noted('sessions_revoked')]);
  });

  it('marks a template for renewal, where there is one', async () => {
    expect(await support().renewTemplate(await account())).toBe(false);
    expect(recorded).toEqual([]);
    await enrol();
    expect(await support().renewTemplate(await account())).toBe(true);
    expect((await account()).reference?.renewalDue).toBe(true);
    expect(recorded).toEqual([noted('face_renewal_requested')]);
  });
});
