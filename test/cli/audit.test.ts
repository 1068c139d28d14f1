import Database from 'libsql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { AuditTrail } from '../../src/auth/audit-trail.js';
import { runCommand } from '../support/command.js';
import { type TestInstallation, accountWithFace, testInstallation } from '../support/installation.js';
import { removeTemporaryDirectories } from '../support/server.js';

let installation: TestInstallation;
let email: string;
let accountId: string;
/** As it was printed when the log had four entries. */
let anchor: string;

const audit = (...args: string[]) => runCommand(['audit', ...args], installation.environment);

/** What somebody can do who may write to the database file. */
function tamper(sql: string): void {
  const database = new Database(installation.file);
  database.exec(
    'DROP TRIGGER IF EXISTS audit_log_is_not_changed; DROP TRIGGER IF EXISTS audit_log_is_not_cut',
  );
  database.exec(sql);
  database.close();
}

beforeAll(async () => {
  installation = await testInstallation();
  await installation.use(async (storage) => {
    const { account } = await accountWithFace(storage);
    ({ email, id: accountId } = account);
    const trail = new AuditTrail(storage.audit, installation.secrets.auditKey);
    for (const id of [null, account.id, null, account.id]) {
      const facts = { action: 'sign_in_password', outcome: 'failure', by: 'account' } as const;
      await trail.append(Date.now(), id, {
        ...facts,
        reason: 'invalid_credentials',
        requestId: 'request-1',
        device: null,
      });
    }
  });
});
afterAll(removeTemporaryDirectories);

// One log, worse from test to test.
describe('vultus audit', () => {
  it('verifies a sound log, and prints where it ends', async () => {
    const { code, stdout } = await audit('verify');
    expect(code).toBe(0);
    expect(stdout).toMatch(/is whole: 4 entries/);
    anchor = /ends at (4:[0-9a-f]{64})$/m.exec(stdout)![1]!;
    expect((await audit('verify', '--anchor', anchor)).code).toBe(0);
  });

  it('shows entries, all or those about one account', async () => {
    const { code, stdout } = await audit('show', '--json', '--after', '1', '--limit', '2');
    expect(code).toBe(0);
    const entries = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(entries).toMatchObject([
      { sequence: 2, account_id: accountId, action: 'sign_in_password', request_id: 'request-1' },
      { sequence: 3, account_id: null },
    ]);
    for (const name of [email, accountId]) {
      const shown = await audit('show', '--account', name);
      expect(shown.stdout.match(/^\d+ /gm)).toEqual(['2 ', '4 ']);
      expect(shown.stdout).not.toContain('@');
    }
    expect((await audit('show', '--account', 'nobody@example.org')).code).toBe(2);
  });

  it('says what is wrong with an anchor', async () => {
    const { code, stderr } = await audit('verify', '--anchor', '4:abc');
    expect(code).toBe(2);
    expect(stderr).toContain('SEQUENCE:HASH');
  });

  it('notices that the end was cut off, with an anchor that was kept elsewhere', async () => {
    tamper('DELETE FROM audit_log WHERE sequence = 4');
    expect((await audit('verify')).code).toBe(0);
    const { code, stdout } = await audit('verify', '--anchor', anchor);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^NOT WHOLE: entry 4 is missing: the log was cut off/);
  });

  it('names the entry that was changed', async () => {
    tamper(`UPDATE audit_log SET record = replace(record, 'failure', 'success') WHERE sequence = 2`);
    const { code, stdout } = await audit('verify');
    expect(code).toBe(1);
    expect(stdout).toMatch(/^NOT WHOLE: entry 2 was changed/);
  });

  it('says that another key sealed the log', async () => {
    const environment = { ...installation.environment, AUDIT_KEY: 'another key of thirty-two letters!' };
    const { code, stdout } = await runCommand(['audit', 'verify'], environment);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^NOT WHOLE: entry 1 was sealed with another key/);
  });
});
