import { randomBytes, randomUUID } from 'node:crypto';
import path from 'node:path';

import { readConfig } from '../../src/config/config.js';
import { type Secrets, loadSecrets } from '../../src/config/secrets.js';
import { openStorage } from '../../src/open-storage.js';
import type { Account, Session, Storage } from '../../src/storage/port.js';
import { temporaryDirectory } from './server.js';

/** An installation on SQLite with nothing in it, and no server. */
export interface TestInstallation {
  readonly file: string;
  readonly secrets: Secrets;
  /** For the commands and servers that are to use it. */
  readonly environment: Record<string, string>;
  /** Lends its store. */
  use<T>(work: (storage: Storage) => Promise<T>): Promise<T>;
}

export async function testInstallation(settings: Record<string, string> = {}): Promise<TestInstallation> {
  const environment = { DATA_DIR: await temporaryDirectory(), ...settings };
  const config = readConfig(environment);
  const secrets = await loadSecrets(config);
  const use = async <T>(work: (storage: Storage) => Promise<T>) => {
    const storage = await openStorage(config.storage);
    try {
      return await work(storage);
    } finally {
      await storage.close();
    }
  };
  await use(() => Promise.resolve());
  return { file: path.join(config.dataDirectory, 'vultus.db'), secrets, environment, use };
}

/** Inserts an account that is signed in, and has a face of noise. */
export async function accountWithFace(storage: Storage): Promise<{ account: Account; session: Session }> {
  const now = Date.now();
  const account: Account = {
    id: randomUUID(),
    email: `${randomUUID()}@example.org`,
    passwordHash: `$argon2id$v=19$${randomBytes(8).toString('hex')}`,
    createdAt: now,
    reference: null,
    referenceErasures: 0,
    secondFactorOwed: false,
    hasPasskeys: false,
  };
  const id = randomBytes(32).toString('base64url');
  const session: Session = {
    id,
    accountId: account.id,
    tokenHash: id,
    replaced: null,
    createdAt: now,
    lastUsedAt: now,
    expiresAt: now + 3_600_000,
    methods: ['pwd', 'face'],
    device: 'Firefox on Linux',
  };
  await storage.accounts.insert(account);
  await storage.sessions.insert(session);
  const reference = {
    modelId: 'fr_feature@1',
    ciphertext: randomBytes(2100),
    qualityScore: 0.8,
    createdAt: now,
    lastUsedAt: now,
    renewalDue: false,
  };
  await storage.accounts.putReference(account.id, reference, { sessionId: id, referenceErasures: 0, now });
  await storage.accountKeys.insertUnlessThere(account.id, randomBytes(65));
  return { account: (await storage.accounts.findById(account.id))!, session };
}
