import { createCipheriv, randomBytes } from 'node:crypto';

import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { cosineSimilarity } from '../../src/face/comparison.js';
import type { BiometricReference, Storage } from '../../src/storage/port.js';
import { openSqliteStorage } from '../../src/storage/sqlite/sqlite-storage.js';
import { AccountKeys } from '../../src/auth/account-keys.js';
import { TemplateVaultError } from '../../src/auth/sealing.js';
import { TemplateKeys } from '../../src/auth/template-keys.js';
import { TemplateKeyLost, TemplateVault } from '../../src/auth/template-vault.js';

const features = (phase: number) =>
  Float32Array.from({ length: 512 }, (_, i) => Math.sin(phase + i * (1 + phase)) / 16);
const template = { modelId: 'fr_feature', vector: features(0.1) };
const stored = (ciphertext: Uint8Array, modelId = template.modelId): BiometricReference => ({
  modelId,
  ciphertext,
  qualityScore: 1,
  createdAt: 0,
  lastUsedAt: 0,
  renewalDue: false,
});

/** As version 1 sealed. */
function sealFirst(key: Uint8Array, plain: Uint8Array, ...data: readonly (string | number)[]): Uint8Array {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(JSON.stringify(data)));
  const sealed = Buffer.concat([cipher.update(plain), cipher.final()]);
  return Buffer.concat([Buffer.of(1), nonce, sealed, cipher.getAuthTag()]);
}

function firstReference(key: Uint8Array, accountId: string): BiometricReference {
  const plain = new Uint8Array(template.vector.buffer);
  return stored(sealFirst(key, plain, 'vultus-template', 1, accountId, template.modelId));
}

describe('TemplateVault', () => {
  const templateKey = randomBytes(32);
  let storage: Storage;
  let keys: AccountKeys;
  let vault: TemplateVault;
  const vaultUnder = (...bytes: readonly Uint8Array[]) => {
    const templateKeys = new TemplateKeys(bytes, null);
    const accountKeys = new AccountKeys({ store: storage.accountKeys, templateKeys });
    return { keys: accountKeys, vault: new TemplateVault({ keys: accountKeys, templateKeys }) };
  };
  beforeEach(() => {
    storage = openSqliteStorage(':memory:');
    ({ keys, vault } = vaultUnder(templateKey));
  });
  afterEach(() => storage.close());

  const protect = async (accountId: string) => stored((await vault.protect(accountId, template)).ciphertext);

  it('opens to what it protected, and compares with it as before', async () => {
    const { ciphertext, protectedTemplate } = await vault.protect('account', template);
    const opened = await vault.open('account', stored(ciphertext));
    expect(opened.template).toEqual(protectedTemplate);
    for (const probe of [template.vector, features(0.11), features(2)]) {
      const score = cosineSimilarity(opened.protectProbe(probe), opened.template.vector);
      expect(score).toBeCloseTo(cosineSimilarity(probe, template.vector), 6);
    }
  });

  it('gives each protection of a template another shape, which has nothing to do with the others', async () => {
    const shapes = [
      template.vector,
      (await vault.protect('account', template)).protectedTemplate.vector,
      (await vault.protect('account', template)).protectedTemplate.vector,
      (await vault.protect('other', template)).protectedTemplate.vector,
    ];
    for (const [i, a] of shapes.entries()) {
      for (const b of shapes.slice(i + 1)) expect(Math.abs(cosineSimilarity(a, b))).toBeLessThan(0.3);
    }
  });

  it('shows nothing of the template in what is stored', async () => {
    const { ciphertext, protectedTemplate } = await vault.protect('account', template);
    for (const { buffer } of [template.vector, protectedTemplate.vector]) {
      expect(Buffer.from(ciphertext).includes(Buffer.from(buffer).subarray(100, 116))).toBe(false);
    }
  });

  it('does not open a reference that was moved to another account, or given another model’s name', async () => {
    const reference = await protect('a');
    await protect('b');
    await expect(vault.open('b', reference)).rejects.toThrow(TemplateVaultError);
    await expect(vault.open('a', { ...reference, modelId: 'other' })).rejects.toThrow(TemplateVaultError);
  });

  it('does not open a reference that was moved to another account together with its key', async () => {
    const reference = await protect('a');
    await storage.accountKeys.insertUnlessThere('b', (await storage.accountKeys.find('a'))!);
    await expect(vault.open('b', reference)).rejects.toThrow(TemplateVaultError);
  });

  it('does not open under another template key', async () => {
    const reference = await protect('account');
    await expect(vaultUnder(randomBytes(32)).vault.open('account', reference)).rejects.toThrow(
      TemplateVaultError,
    );
  });

  it('tells a key that is gone from data that were altered', async () => {
    const reference = await protect('account');
    await keys.shred('account');
    await expect(vault.open('account', reference)).rejects.toThrow(TemplateKeyLost);
    await keys.ofAccount('account');
    await expect(vault.open('account', reference)).rejects.toThrow(TemplateVaultError);
  });

  it('notices every altered byte and every truncation', async () => {
    const { ciphertext } = await protect('account');
    await fc.assert(
      fc.asyncProperty(
        fc.nat(ciphertext.length - 1),
        fc.integer({ min: 1, max: 255 }),
        async (at, change) => {
          const altered = Uint8Array.from(ciphertext);
          altered[at]! ^= change;
          await expect(vault.open('account', stored(altered))).rejects.toThrow(TemplateVaultError);
          const cut = ciphertext.subarray(0, at);
          await expect(vault.open('account', stored(cut))).rejects.toThrow(TemplateVaultError);
        },
      ),
    );
  });

  it('insists on keys of 32 bytes, and on one at least', () => {
    expect(() => vaultUnder(randomBytes(16))).toThrow(RangeError);
    expect(() => vaultUnder()).toThrow(RangeError);
  });

  describe('with references of version 1', () => {
    it('opens them as they are, under any of the template keys', async () => {
      const { vault: rotated } = vaultUnder(randomBytes(32), templateKey);
      const opened = await rotated.open('account', firstReference(templateKey, 'account'));
      expect(opened.template).toEqual(template);
      expect(opened.protectProbe(template.vector)).toEqual(template.vector);
    });

    it('refuses wrong keys, other accounts, and other models', async () => {
      const reference = firstReference(templateKey, 'account');
      await expect(vault.open('other', reference)).rejects.toThrow(TemplateVaultError);
      await expect(vault.open('account', { ...reference, modelId: 'other' })).rejects.toThrow(
        TemplateVaultError,
      );
      await expect(vault.open('account', firstReference(randomBytes(32), 'account'))).rejects.toThrow(
        TemplateVaultError,
      );
    });

    it('upgrades them to the same face under a transform, and nothing else', async () => {
      const upgraded = await vault.upgrade('account', firstReference(templateKey, 'account'));
      const opened = await vault.open('account', stored(upgraded!));
      expect(cosineSimilarity(opened.protectProbe(template.vector), opened.template.vector)).toBeCloseTo(
        1,
        6,
      );
      expect(Math.abs(cosineSimilarity(template.vector, opened.template.vector))).toBeLessThan(0.3);
      expect(await vault.upgrade('account', stored(upgraded!))).toBeNull();
      await expect(vault.upgrade('other', firstReference(templateKey, 'account'))).rejects.toThrow(
        TemplateVaultError,
      );
    });
  });

  describe('with live records', () => {
    const traces = Buffer.from('traces of a session');

    it('gives back what it sealed', async () => {
      const sealed = await vault.sealRecord('account', traces);
      expect(Buffer.from(sealed).includes(traces)).toBe(false);
      const [opened] = await vault.openRecords('account', [sealed]);
      expect(Buffer.from(opened!).equals(traces)).toBe(true);
    });

    it('opens those of version 1, and passes over those whose key is gone', async () => {
      const first = sealFirst(templateKey, traces, 'vultus-live-record', 1, 'account');
      const lost = sealFirst(randomBytes(32), traces, 'vultus-live-record', 1, 'account');
      const opened = await vault.openRecords('account', [first, lost]);
      expect(opened.map((plain) => Buffer.from(plain))).toEqual([traces]);
      const sealed = await vault.sealRecord('account', traces);
      await keys.shred('account');
      expect(await vault.openRecords('account', [sealed])).toEqual([]);
      await keys.ofAccount('account');
      expect(await vault.openRecords('account', [sealed])).toEqual([]);
    });

    it('does not take another account’s for its own', async () => {
      const sealed = await vault.sealRecord('a', traces);
      await keys.ofAccount('b');
      expect(await vault.openRecords('b', [sealed])).toEqual([]);
    });

    it('refuses altered and truncated ones', async () => {
      const sealed = await vault.sealRecord('account', traces);
      const altered = Uint8Array.from(sealed);
      altered[altered.length - 1]! ^= 1;
      for (const bad of [altered, sealed.subarray(0, 20), new Uint8Array(0), Uint8Array.of(9, 9)]) {
        await expect(vault.openRecords('account', [bad])).rejects.toThrow(TemplateVaultError);
      }
    });
  });
});
