import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { runCommand } from '../support/command.js';
import { type TestInstallation, accountWithFace, testInstallation } from '../support/installation.js';
import { removeTemporaryDirectories, temporaryDirectory } from '../support/server.js';

let installation: TestInstallation;
let email: string;
let id: string;

const user = (...args: string[]) => runCommand(['user', ...args], installation.environment);
const account = () => installation.use(({ accounts }) => accounts.findById(id));
const lastRecords = () =>
  installation.use(async ({ audit }) =>
    (await audit.ofAccount(id, 10)).map(({ record }) => JSON.parse(record) as Record<string, unknown>),
  );

beforeAll(async () => {
  installation = await testInstallation();
});
beforeEach(async () => {
  ({ email, id } = (await installation.use(accountWithFace)).account);
});
afterAll(removeTemporaryDirectories);

describe('vultus user', () => {
  it('shows what there is about an account, and no secret', async () => {
    const json = await user('show', email.toUpperCase(), '--json');
    expect(json.code).toBe(0);
    expect(JSON.parse(json.stdout)).toMatchObject({
      id,
      email,
      face: { model: 'fr_feature@1', suspended: false },
      sessions: [{ device: 'Firefox on Linux', methods: ['pwd', 'face'] }],
      recovery_codes_left: 0,
    });
    const table = await user('show', id);
    expect(table.stdout).toMatch(/^password alone +does not sign in$/m);
    expect(json.stdout + table.stdout).not.toMatch(/argon2|cipher|hash/i);
  });

  it('unlocks an account that strangers have locked', async () => {
    const now = Date.now();
    const counter = { origin: 'face', failures: 100, blockedUntil: 0, expiresAt: now + 1e9 };
    await installation.use(({ attempts }) => attempts.reserve({ ...counter, subject: `face:${id}` }, 0, now));
    expect((await user('show', id)).stdout).toContain('suspended');
    expect((await user('unlock', email)).code).toBe(0);
    expect((await user('show', id)).stdout).not.toContain('suspended');
    expect(await lastRecords()).toMatchObject([{ action: 'attempts_cleared', by: 'operator' }]);
  });

  it('takes a face away for one recovery code, and leaves the account shut to the password alone', async () => {
    const { code, stdout } = await user('reset-face', email);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Recovery code, shown this once: [0-9A-Z]{4}(-[0-9A-Z]{4}){3}$/m);
    expect(await account()).toMatchObject({ reference: null, secondFactorOwed: true });
    await installation.use(async (storage) => {
      expect(await storage.accountKeys.find(id)).toBeNull();
      expect(await storage.recoveryCodes.remaining(id)).toBe(1);
      expect((await storage.notices.list(id)).map(({ kind }) => kind)).toEqual([
        'face_disabled',
        'recovery_codes_issued',
      ]);
    });
    const records = await lastRecords();
    expect(records).toMatchObject([
      { action: 'face_disabled', by: 'operator' },
      { action: 'recovery_codes_issued', by: 'operator' },
    ]);
    // All of one command belongs together.
    expect(records[0]!['request_id']).toMatch(/^command:/);
    expect(records[1]!['request_id']).toBe(records[0]!['request_id']);
    expect((await user('renew-template', id)).code).toBe(2);
  });

  it('signs an account out everywhere', async () => {
    const { code, stdout } = await user('revoke-sessions', id);
    expect([code, stdout]).toEqual([0, '1 session was ended.\n']);
    expect(await lastRecords()).toMatchObject([{ action: 'sessions_revoked', by: 'operator' }]);
  });

  it('erases an account only when that is meant, and prints a receipt', async () => {
    const refused = await user('erase', email);
    expect([refused.code, refused.stderr]).toEqual([
      2,
      'Nothing was erased. Say that you mean it with --yes.\n',
    ]);
    const { code, stdout } = await user('erase', email, '--yes');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ account_id: id, erased: { face: true, sessions: 1 } });
    expect(await account()).toBeNull();
    expect(await lastRecords()).toMatchObject([{ action: 'account_erased', by: 'operator' }]);
  });

  it('says that there is no such account, and no installation', async () => {
    const unknown = await user('unlock', 'nobody@example.org');
    expect([unknown.code, unknown.stderr]).toEqual([
      2,
      'There is no account with this e-mail address or id.\n',
    ]);
    const elsewhere = { DATA_DIR: await temporaryDirectory() };
    const { code, stderr } = await runCommand(['user', 'show', id], elsewhere);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^There is no installation: /);
  });
});
