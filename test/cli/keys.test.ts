import { createCipheriv, randomBytes } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, describe, expect, it } from 'vitest';

import { AccountKeys } from '../../src/auth/account-keys.js';
import { TemplateKeys, templateKeyId } from '../../src/auth/template-keys.js';
import { TemplateVault } from '../../src/auth/template-vault.js';
import { readConfig } from '../../src/config/config.js';
import { loadSecrets } from '../../src/config/secrets.js';
import { openStore } from '../../src/open-storage.js';
import type { Account, Storage } from '../../src/storage/port.js';
import { runCommand, startCommand } from '../support/command.js';
import { removeTemporaryDirectories, temporaryDirectory } from '../support/server.js';

afterAll(removeTemporaryDirectories);

const template = { modelId: 'model', vector: Float32Array.from({ length: 64 }, (_, i) => Math.sin(i)) };

const idOf = (i: number) => String(i).padStart(6, '0');

function account(id: string, ciphertext: Uint8Array | null): Account {
  return {
    id,
    email: `${id}@example.org`,
    passwordHash: '$argon2id$',
    createdAt: 0,
    reference: ciphertext && {
      modelId: template.modelId,
      ciphertext,
      qualityScore: 1,
      createdAt: 0,
      lastUsedAt: 0,
      renewalDue: false,
    },
    referenceErasures: 0,
    secondFactorOwed: false,
    hasPasskeys: false,
  };
}

function sealFirst(key: Uint8Array, plain: Uint8Array, ...data: readonly (string | number)[]): Uint8Array {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(JSON.stringify(data)));
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([Buffer.of(1), nonce, sealed, cipher.getAuthTag()]);
}

/** An installation in a data directory: every second face is of version 1. */
class TestInstallation {
  private constructor(readonly directory: string) {}

  static async of(faces: number): Promise<TestInstallation> {
    const installation = new TestInstallation(await temporaryDirectory());
    const [key] = await installation.keys();
    await installation.use(async (storage, vault) => {
      const records = [];
      for (let i = 0; i < faces; i++) {
        const id = idOf(i);
        const plain = new Uint8Array(template.vector.buffer);
        const ciphertext =
          i % 2 === 0
            ? (await vault.protect(id, template)).ciphertext
            : sealFirst(key!, plain, 'vultus-template', 1, id, template.modelId);
        records.push({
          account: account(id, ciphertext),
          ...{ sessions: [], liveRecords: [], passkeys: [], recoveryCodes: [], notices: [], consents: [] },
        });
      }
      await storage.archive.accounts.put(records);
    });
    return installation;
  }

  get environment(): Record<string, string> {
    return { DATA_DIR: this.directory };
  }

  run(...args: readonly string[]) {
    return runCommand(['keys', ...args], this.environment);
  }

  async keys(): Promise<readonly Uint8Array[]> {
    return (await loadSecrets(readConfig(this.environment))).templateKeys;
  }

  async keyIds(): Promise<string[]> {
    return (await this.keys()).map(templateKeyId);
  }

  async use<T>(work: (storage: Storage, vault: TemplateVault) => Promise<T>): Promise<T> {
    const storage = await openStore(readConfig(this.environment).storage, 'working');
    try {
      const templateKeys = new TemplateKeys(await this.keys(), null);
      const keys = new AccountKeys({ store: storage.accountKeys, templateKeys });
      return await work(storage, new TemplateVault({ keys, templateKeys }));
    } finally {
      await storage.close();
    }
  }

  /** @throws when one of the faces does not open under the keys at hand, or is still of version 1 */
  async openAll(faces: number): Promise<void> {
    await this.use(async (storage, vault) => {
      for (let i = 0; i < faces; i++) {
        const { reference } = (await storage.accounts.findById(idOf(i)))!;
        expect(reference!.ciphertext[0]).toBe(2);
        await vault.open(idOf(i), reference!);
      }
    });
  }
}

describe('vultus keys', () => {
  it('changes the template key: a new one, everything under it, the old one gone', async () => {
    const installation = await TestInstallation.of(40);
    const [old] = await installation.keyIds();

    const before = await installation.run('status');
    expect(before.stdout).toMatch(new RegExp(`${old}\\s+seals\\s+20\\s+20\\s+0`));
    expect(before.stdout).toContain('vultus keys rotate');

    const rotated = await installation.run('rotate', '--new-key');
    expect(rotated).toMatchObject({ code: 0 });
    const [first, second] = await installation.keyIds();
    expect(second).toBe(old);
    expect(first).not.toBe(old);
    expect(rotated.stdout).toContain(`20 account keys were brought under the template key ${first}`);

    const after = await installation.run('status');
    expect(after.stdout).toMatch(new RegExp(`${first}\\s+seals\\s+40\\s+0\\s+0`));
    expect(after.stdout).toMatch(new RegExp(`${old}\\s+opens\\s+0\\s+0\\s+0`));
    expect(after.stdout).toContain('vultus keys retire');

    expect(await installation.run('retire')).toMatchObject({ code: 0, stdout: `Removed: ${old}.\n` });
    expect(await installation.keyIds()).toEqual([first]);
    await installation.openAll(40);
    const file = path.join(installation.directory, 'secrets.json');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('goes on after having been killed, and then leaves nothing under the old key', async () => {
    const faces = 3000;
    const installation = await TestInstallation.of(faces);
    let kills = 0;
    for (let [delay, newKey] = [600, true]; ; delay *= 1.4) {
      const run = startCommand(
        ['keys', 'rotate', ...(newKey ? ['--new-key'] : [])],
        installation.environment,
      );
      const timer = setTimeout(() => run.process.kill('SIGKILL'), delay);
      const { code } = await run.ended;
      clearTimeout(timer);
      // Whatever it was killed at, the file of the secrets is whole.
      newKey = (await installation.keys()).length === 1;
      if (code === 0) break;
      kills++;
    }
    expect(kills).toBeGreaterThan(0);
    expect(await installation.run('retire')).toMatchObject({ code: 0 });
    expect(await installation.keys()).toHaveLength(1);
    await installation.openAll(faces);
  });

  it('does not retire a key that is needed, and says by what', async () => {
    const installation = await TestInstallation.of(4);
    const [old] = await installation.keys();
    const liveRecord = sealFirst(old!, Buffer.from('traces'), 'vultus-live-record', 1, idOf(0));
    await installation.use(async ({ accounts }) => {
      await accounts.appendLiveRecord(idOf(0), { ciphertext: liveRecord, createdAt: 0 });
    });
    await installation.run('rotate', '--new-key');

    const refused = await installation.run('retire');
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(`Still needed: ${templateKeyId(old!)}`);
    expect(await installation.keys()).toHaveLength(2);

    expect(await installation.run('retire', '--forget-live-records')).toMatchObject({ code: 0 });
    expect(await installation.keys()).toHaveLength(1);
    await installation.use(async (_, vault) => {
      expect(await vault.openRecords(idOf(0), [liveRecord])).toEqual([]);
    });
  });

  it('does not retire a key before the rotation', async () => {
    const installation = await TestInstallation.of(4);
    const [old] = await installation.keyIds();
    // As a crash between the new key and the rotation leaves it.
    const { addTemplateKey } = await import('../../src/config/secrets.js');
    await addTemplateKey(readConfig(installation.environment));
    for (const flags of [[], ['--forget-live-records']]) {
      expect(await installation.run('retire', ...flags)).toMatchObject({ code: 2 });
    }
    expect(await installation.keyIds()).toContain(old);
  });

  it('follows the keys of the environment, which it does not change', async () => {
    const installation = await TestInstallation.of(4);
    const [old] = await installation.keys();
    const next = randomBytes(32);
    const TEMPLATE_KEY = [next, old!].map((key) => Buffer.from(key).toString('base64')).join(',');
    const environment = { ...installation.environment, TEMPLATE_KEY };
    const before = await readFile(path.join(installation.directory, 'secrets.json'), 'utf8');

    const refused = await runCommand(['keys', 'rotate', '--new-key'], environment);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('TEMPLATE_KEY');
    expect(await runCommand(['keys', 'rotate'], environment)).toMatchObject({ code: 0 });
    const { stdout } = await runCommand(['keys', 'status'], environment);
    expect(stdout).toMatch(new RegExp(`${templateKeyId(next)}\\s+seals\\s+4\\s+0\\s+0`));
    expect(await readFile(path.join(installation.directory, 'secrets.json'), 'utf8')).toBe(before);
    // Without the new key, nobody can be told who they are by now.
    const missing = await installation.run('status');
    expect(missing.stdout).toMatch(new RegExp(`${templateKeyId(next)}\\s+missing\\s+4`));
  });

  it('names the accounts that open under no key, and ends with an error', async () => {
    const installation = await TestInstallation.of(4);
    await installation.use(async ({ accountKeys }) => {
      const sealed = (await accountKeys.find(idOf(0)))!;
      await accountKeys.replace(idOf(0), sealed, sealed.with(20, sealed[20]! ^ 1));
    });
    const { code, stderr } = await installation.run('rotate', '--new-key');
    expect(code).toBe(2);
    expect(stderr).toContain(idOf(0));
    expect(stderr).not.toContain(idOf(1));
    await installation.use(async (storage, vault) => {
      for (const id of [1, 2, 3].map(idOf)) {
        await vault.open(id, (await storage.accounts.findById(id))!.reference!);
      }
    });
  });

  it('revokes all templates', async () => {
    const installation = await TestInstallation.of(4);
    await installation.use(async ({ accounts }) => {
      await accounts.insert(account('without', null));
    });
    const renewed = await installation.run('renew-templates');
    expect(renewed).toMatchObject({ code: 0 });
    expect(renewed.stdout).toContain('4 references are to be renewed');
    await installation.use(async ({ accounts }) => {
      for (const id of [0, 1, 2, 3].map(idOf)) {
        expect((await accounts.findById(id))!.reference!.renewalDue).toBe(true);
      }
    });
    expect((await installation.run('renew-templates')).stdout).toContain('0 references');
  });

  it('makes no installation where there is none', async () => {
    const directory = await temporaryDirectory();
    for (const command of ['status', 'rotate', 'retire', 'renew-templates']) {
      const { code, stderr } = await runCommand(['keys', command], { DATA_DIR: directory });
      expect(code).toBe(2);
      expect(stderr).toContain('There is no installation');
    }
  });
});
