import { randomBytes, randomUUID } from 'node:crypto';
import path from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { parseStorageUrl } from '../../src/config/storage-location.js';
import { openStore } from '../../src/open-storage.js';
import type { AccountRecord, Storage } from '../../src/storage/port.js';
import { plain } from '../contract/contract-fixture.js';
import { ApiClient } from '../support/api-client.js';
import { runCommand, startCommand } from '../support/command.js';
import { still } from '../support/faces.js';
import { TEST_MONGODB_URL, freshDatabaseUrl } from '../support/mongodb.js';
import {
  removeTemporaryDirectories,
  startServer,
  startServerInVain,
  temporaryDirectory,
} from '../support/server.js';

afterAll(removeTemporaryDirectories);

const migrate = (from: string, to: string, ...flags: string[]) =>
  runCommand(['migrate', '--from', from, '--to', to, ...flags]);

async function withStore<T>(url: string, use: (storage: Storage) => Promise<T>): Promise<T> {
  const storage = await openStore(parseStorageUrl(url)!, 'working');
  try {
    return await use(storage);
  } finally {
    await storage.close();
  }
}

function aRecord(): AccountRecord {
  const id = randomUUID();
  const now = Date.now();
  const session = (expiresAt: number) => ({
    id: randomBytes(32).toString('base64url'),
    accountId: id,
    createdAt: now,
    expiresAt,
    methods: ['pwd', 'face'],
    tokenHash: randomBytes(32).toString('base64url'),
    replaced: expiresAt === 1 ? { tokenHash: 'replaced', at: now - 1 } : null,
    lastUsedAt: now - 7,
    device: expiresAt === 1 ? null : 'Firefox on Linux',
  });
  return {
    account: {
      id,
      email: `grüße-${id}@example.org`,
      passwordHash: `$argon2id$${id}`,
      createdAt: now,
      reference: {
        modelId: 'fr_feature@1',
        ciphertext: randomBytes(2077),
        qualityScore: 0.1 + 0.2,
        createdAt: now,
        lastUsedAt: now - 3,
        renewalDue: true,
      },
      referenceErasures: 3,
      secondFactorOwed: true,
      hasPasskeys: true,
    },
    sessions: [session(now + 3_600_000), session(now + 7_200_000), session(1)],
    liveRecords: [2, 1].map((age) => ({ ciphertext: randomBytes(700), createdAt: now - age })),
    passkeys: ['b', 'a'].map((letter, i) => ({
      id: `${letter}${randomUUID()}`,
      publicKey: randomBytes(77),
      counter: i * (2 ** 32 - 1),
      transports: i === 0 ? [] : ['internal', 'hybrid'],
      name: `Schlüssel ${letter}`,
      backedUp: i === 0,
      createdAt: now - i,
      lastUsedAt: i === 0 ? null : now,
    })),
    recoveryCodes: ['code a', 'code b'],
    notices: ['z', 'y'].map((letter, i) => ({
      id: `${letter}${id}`,
      kind: 'signed_in',
      createdAt: now - i,
      seen: i === 0,
      details: { device: 'Firefox on Linux', 'a.$b': '世界' },
    })),
    consents: [now, null].map((withdrawnAt, i) => ({
      version: `${i}`,
      textDigest: 'a'.repeat(64),
      givenAt: now - i,
      withdrawnAt,
      means: 'header',
    })),
  };
}

const everything = (url: string) =>
  withStore(url, async ({ archive, facts }) =>
    plain({
      accounts: await archive.accounts.page(null, 10_000),
      keys: await archive.accountKeys.page(null, 10_000),
      flows: await archive.signInFlows.page(null, 10_000),
      attempts: await archive.attempts.page(null, 10_000),
      audit: await archive.audit.page(null, 10_000),
      outbox: await archive.outbox.page(null, 10_000),
      bcryptCost: await facts.read('bcrypt_cost'),
      incompleteCopyOf: await facts.read('incomplete_copy_of'),
    }),
  );

/** More than a page of them. */
const AUDIT_ENTRIES = 600;

const anEntry = (sequence: number, hash = `hash ${sequence}`) => ({
  sequence,
  at: sequence,
  accountId: sequence % 2 === 0 ? null : randomUUID(),
  record: `{"n":${sequence},"text":"grüße"}`,
  hash,
});

/** @returns the URL of a fresh SQLite installation with so many accounts */
async function installation(accounts: number): Promise<string> {
  const url = await emptyFile();
  await withStore(url, async ({ archive, facts }) => {
    const records = Array.from({ length: accounts }, aRecord);
    await archive.accounts.put(records);
    await archive.accountKeys.put(
      records.map(({ account }) => ({ accountId: account.id, sealed: randomBytes(60) })),
    );
    await archive.attempts.put(
      ['', 'device'].map((origin, i) => ({
        subject: randomUUID(),
        origin: `origin ${origin}`,
        failures: i + 1,
        blockedUntil: i * Date.now(),
        expiresAt: Date.now() + 3_600_000,
      })),
    );
    await archive.audit.put(Array.from({ length: AUDIT_ENTRIES }, (_, i) => anEntry(i + 1)));
    await archive.outbox.put(
      [0, 1, 2].map((attempts) => ({
        id: randomUUID(),
        body: '{"text":"grüße"}',
        createdAt: Date.now(),
        dueAt: Date.now() + attempts,
        attempts,
      })),
    );
    await archive.signInFlows.put(
      Array.from({ length: 5 }, (_, i) => ({
        id: randomUUID(),
        accountId: randomUUID(),
        state: i === 0 ? ('locked' as const) : ('awaiting_face' as const),
        faceFailures: i,
        createdAt: Date.now(),
        expiresAt: Date.now() + 3_600_000,
      })),
    );
    await facts.write('bcrypt_cost', '11');
  });
  return url;
}

const emptyFile = async () => `file:${path.join(await temporaryDirectory(), 'new', 'vultus.db')}`;

/** From a file to each kind of store, and from there to another file: the two directions of each. */
const targets: [string, () => Promise<string>][] = [['SQLite', emptyFile]];
if (TEST_MONGODB_URL !== undefined) targets.push(['MongoDB', async () => freshDatabaseUrl()]);

it.skipIf(TEST_MONGODB_URL !== undefined)('SKIPPED with MongoDB, for TEST_MONGODB_URL is not set', () => {
  // The line is the message.
});

describe.each(targets)('vultus migrate to %s and back', (_name, fresh) => {
  it('copies everything as it is, and proves it', async () => {
    const [from, there, back] = [await installation(450), await fresh(), await emptyFile()];
    const first = await migrate(from, there);
    expect(first).toMatchObject({ code: 0 });
    expect(first.stdout).toMatch(/accounts +450 +450 +0 +0 +[0-9a-f]{64}\n/);
    expect(first.stdout).toMatch(/sign-ins in progress +5 +5 +0 +0 +[0-9a-f]{64}\n/);
    expect(first.stdout).toMatch(/keys of accounts +450 +450 +0 +0 +[0-9a-f]{64}\n/);
    expect(first.stdout).toMatch(/counters of attempts +2 +2 +0 +0 +[0-9a-f]{64}\n/);
    expect(first.stdout).toMatch(/entries of the audit log +600 +600 +0 +0 +[0-9a-f]{64}\n/);
    expect(first.stdout).toMatch(/messages to send +3 +3 +0 +0 +[0-9a-f]{64}\n/);
    expect(first.stdout).toContain('The copy is complete');
    expect(await migrate(there, back)).toMatchObject({ code: 0 });
    expect(await everything(there)).toEqual(await everything(from));
    expect(await everything(back)).toEqual(await everything(from));

    const again = await migrate(from, there);
    expect(again).toMatchObject({ code: 0 });
    expect(again.stdout).toContain('has the same records already');
  });

  it('goes on where it was interrupted, and lets no server start before it is complete', async () => {
    const [from, to] = [await installation(1500), await fresh()];
    let [kills, refusals] = [0, 0];
    for (let delay = 400; ; delay *= 1.4) {
      const run = startCommand(['migrate', '--from', from, '--to', to]);
      const timer = setTimeout(() => run.process.kill('SIGKILL'), delay);
      const { code } = await run.ended;
      clearTimeout(timer);
      if (code === 0) break;
      kills++;
      const marked = await withStore(to, ({ facts }) => facts.read('incomplete_copy_of'));
      if (marked === null || refusals > 0) continue;
      refusals++;
      const { code: refused, stderr } = await startServerInVain({
        DATABASE_URL: to,
        JWT_SECRET: 'j'.repeat(32),
        FACE_AUTH_SECRET: 'f'.repeat(32),
        TEMPLATE_KEY: Buffer.alloc(32).toString('base64'),
      });
      expect(refused).toBe(1);
      expect(stderr).toMatch(/is an unfinished copy of SQLite in .*Run the same `vultus migrate` again/);
    }
    expect(kills).toBeGreaterThan(0);
    expect(refusals).toBe(1);
    expect(await everything(to)).toEqual(await everything(from));
  });

  it('brings a copy that was not completed up to date: what is new, what differs, what is gone', async () => {
    const [from, to] = [await installation(20), await fresh()];
    expect(await migrate(from, to)).toMatchObject({ code: 0 });
    const [changed, gone, verified] = (await withStore(from, ({ archive }) =>
      archive.accounts.page(null, 3),
    )) as [AccountRecord, AccountRecord, AccountRecord];
    await withStore(from, async ({ archive, accounts }) => {
      await archive.accounts.put([aRecord(), { ...changed, sessions: [] }]);
      await archive.accounts.remove([gone.account.id]);
      const record = { ciphertext: randomBytes(700), createdAt: Date.now() };
      expect(await accounts.appendLiveRecord(verified.account.id, record)).toBe(true);
    });
    await withStore(to, ({ facts }) =>
      facts.write('incomplete_copy_of', `SQLite in ${from.slice('file:'.length)}`),
    );
    const refused = await migrate(from, to);
    expect(refused).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/has 1 accounts that the source does not have/) as string,
    });
    expect(await withStore(to, ({ accounts }) => accounts.findById(gone.account.id))).not.toBeNull();
    const run = await migrate(from, to, '--remove-surplus');
    expect(run.stdout).toMatch(/accounts +20 +3 +17 +1 /);
    expect(await everything(to)).toEqual(await everything(from));
  });

  it('says so when somebody has signed up in the copy with an address of the source', async () => {
    const [from, to] = [await installation(3), await fresh()];
    const [taken] = await withStore(from, ({ archive }) => archive.accounts.page(null, 1));
    await withStore(to, async ({ archive, facts }) => {
      const { account, ...rest } = aRecord();
      await archive.accounts.put([{ account: { ...account, email: taken!.account.email }, ...rest }]);
      await facts.write('incomplete_copy_of', `SQLite in ${from.slice('file:'.length)}`);
    });
    const { code, stderr } = await migrate(from, to);
    expect(code).toBe(2);
    expect(stderr).not.toContain('@example.org');
    const cleared = await migrate(from, to, '--remove-surplus');
    expect(cleared).toMatchObject({ code: 0 });
    expect(await everything(to)).toEqual(await everything(from));
  });

  it('removes what may be lost unasked, keys only when told, and nothing from an audit log', async () => {
    const [from, to] = [await installation(3), await fresh()];
    const name = `SQLite in ${from.slice('file:'.length)}`;
    const mark = () => withStore(to, ({ facts }) => facts.write('incomplete_copy_of', name));
    expect(await migrate(from, to)).toMatchObject({ code: 0 });
    await mark();
    const [attempt, key] = await withStore(to, async ({ archive }) => {
      const [counter] = await archive.attempts.page(null, 1);
      const surplus = { accountId: randomUUID(), sealed: randomBytes(60) };
      await archive.attempts.put([{ ...counter!, origin: 'made here' }]);
      await archive.outbox.put([
        { id: randomUUID(), body: 'made here', createdAt: 1, dueAt: 1, attempts: 0 },
      ]);
      await archive.accountKeys.put([surplus]);
      return [counter!, surplus];
    });
    expect(await migrate(from, to)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/has 1 keys of accounts that the source does not have/) as string,
    });
    expect(await withStore(to, ({ accountKeys }) => accountKeys.find(key.accountId))).not.toBeNull();
    const { code, stdout } = await migrate(from, to, '--remove-surplus');
    expect(code).toBe(0);
    expect(stdout).toMatch(/counters of attempts +2 +0 +2 +1 /);
    expect(attempt.failures).toBeGreaterThan(0);
    expect(await everything(to)).toEqual(await everything(from));

    // A source that has gone on since: what it has appended comes along.
    await mark();
    await withStore(from, ({ audit }) => audit.append(anEntry(AUDIT_ENTRIES + 1)));
    expect((await migrate(from, to)).stdout).toMatch(/entries of the audit log +601 +1 +600 +0 /);
    // A target that has: its log cannot be taken back.
    await mark();
    await withStore(to, ({ audit }) => audit.append(anEntry(AUDIT_ENTRIES + 2)));
    const grown = await everything(to);
    expect(await migrate(from, to, '--remove-surplus')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/entries of the audit log that the source does not have/) as string,
    });
    // Nor replaced, where both have gone on by themselves.
    await withStore(from, ({ audit }) => audit.append(anEntry(AUDIT_ENTRIES + 2, 'other')));
    expect((await migrate(from, to, '--remove-surplus')).code).toBe(2);
    expect(await everything(to)).toEqual(grown);
  });

  it('takes a copy for complete only with its keys and its audit log', async () => {
    const [from, to] = [await installation(3), await fresh()];
    expect(await migrate(from, to)).toMatchObject({ code: 0 });
    await withStore(from, ({ audit }) => audit.append(anEntry(AUDIT_ENTRIES + 1)));
    expect((await migrate(from, to)).code).toBe(2);
    const alone = await fresh();
    await withStore(alone, ({ audit }) => audit.append(anEntry(1)));
    expect(await migrate(from, alone)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/has entries of the audit log of its own already/) as string,
    });
    expect(await withStore(alone, ({ facts }) => facts.read('incomplete_copy_of'))).toBeNull();
  });

  it('touches no store that has accounts of its own, nor one that is a copy of another', async () => {
    const [from, to] = [await installation(3), await fresh()];
    await withStore(to, ({ archive }) => archive.accounts.put([aRecord()]));
    const before = await everything(to);
    expect(await migrate(from, to)).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/has accounts of its own already/) as string,
    });
    expect(await everything(to)).toEqual(before);
    await withStore(to, ({ facts }) => facts.write('incomplete_copy_of', 'another'));
    expect((await migrate(from, to)).stderr).toMatch(/is an unfinished copy of another, not of SQLite in/);
    expect((await migrate(to, await emptyFile())).stderr).toMatch(/is itself an unfinished copy/);
  });

  it('carries people along: sessions, faces and sign-ins work on the other side', async () => {
    const secrets = {
      JWT_SECRET: 'j'.repeat(32),
      FACE_AUTH_SECRET: 'f'.repeat(32),
      TEMPLATE_KEY: Buffer.alloc(32, 7).toString('base64'),
    };
    const [from, to] = [await emptyFile(), await fresh()];
    const before = await startServer({ ...secrets, DATABASE_URL: from });
    const api = await ApiClient.for(before);
    const { email, token } = await api.enrolled(await still('franck_02159.jpg'));
    const verification = await api.verificationToken(email);
    await before.stop();
    expect(await migrate(from, to)).toMatchObject({ code: 0 });

    const after = await startServer({ ...secrets, DATABASE_URL: to });
    const moved = await ApiClient.for(after);
    expect((await moved.get('/user', { token })).body.user.fv).toHaveLength(512);
    const picture = await still('franck_02888.jpg');
    expect((await moved.upload('/user/image/compare-faces', verification, picture)).status).toBe(200);
    await after.stop();
  });
});

describe('vultus migrate', () => {
  it('leaves a server that uses the target unready from the moment it begins', async () => {
    const server = await startServer();
    const api = await ApiClient.for(server);
    await withStore(`file:${path.join(server.dataDirectory, 'vultus.db')}`, ({ facts }) =>
      facts.write('incomplete_copy_of', 'another'),
    );
    const { status, body } = await api.get('/health/ready');
    expect([status, body.code]).toEqual([503, 'storage_unavailable']);
    await server.stop();
  });

  it.each([
    ['file:/nowhere/vultus.db', 'file:/tmp/x.db', /There is no database \/nowhere\/vultus\.db/],
    ['postgres://x', 'file:/tmp/x.db', /--from must be file:PATH/],
    ['file:/tmp/x.db', 'x', /--to must be file:PATH/],
    ['file:/tmp/./x.db', 'file:/tmp/x.db', /are the same store/],
    [
      'mongodb://user:topsecret@127.0.0.1:1/x',
      'file:/tmp/vultus-test-unused/x.db',
      /MongoDB at 127\.0\.0\.1:1, database x cannot be used/,
    ],
  ])('refuses --from %s --to %s in a sentence', async (from, to, sentence) => {
    const { code, stderr } = await migrate(from, to);
    expect(code).toBe(2);
    expect(stderr).toMatch(sentence);
    expect(stderr).not.toMatch(/ {4}at |topsecret/);
  });

  it('takes an empty installation for a mistake', async () => {
    const from = await installation(0);
    expect(await migrate(from, await emptyFile())).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/has no accounts: is it the right one/) as string,
    });
  });
});
