import { randomBytes } from 'node:crypto';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { TemplateVault, TemplateVaultError } from './template-vault.js';

const vault = new TemplateVault(randomBytes(32));
const template = {
  modelId: 'fr_feature',
  vector: Float32Array.from({ length: 512 }, (_, i) => Math.sin(i) / 16),
};
const stored = (ciphertext: Uint8Array, modelId = template.modelId) => ({
  modelId,
  ciphertext,
  qualityScore: 1,
  createdAt: 0,
});

describe('TemplateVault', () => {
  it('gives back exactly what it sealed', () => {
    const opened = vault.open('account', stored(vault.seal('account', template)));
    expect(opened).toEqual(template);
  });

  it('seals the same template differently each time, and shows nothing of it', () => {
    const [first, second] = [vault.seal('account', template), vault.seal('account', template)];
    expect(Buffer.from(first).equals(Buffer.from(second))).toBe(false);
    const plain = Buffer.from(template.vector.buffer);
    expect(Buffer.from(first).includes(plain.subarray(100, 116))).toBe(false);
  });

  it('does not open a template that was moved to another account, or given another model’s name', () => {
    const sealed = vault.seal('account-a', template);
    expect(() => vault.open('account-b', stored(sealed))).toThrow(TemplateVaultError);
    expect(() => vault.open('account-a', stored(sealed, 'other'))).toThrow(TemplateVaultError);
  });

  it('does not open under another key', () => {
    const sealed = vault.seal('account', template);
    expect(() => new TemplateVault(randomBytes(32)).open('account', stored(sealed))).toThrow(
      TemplateVaultError,
    );
  });

  it('notices every altered byte and every truncation', () => {
    const sealed = vault.seal('account', template);
    fc.assert(
      fc.property(fc.nat(sealed.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const altered = Uint8Array.from(sealed);
        altered[at]! ^= change;
        expect(() => vault.open('account', stored(altered))).toThrow(TemplateVaultError);
      }),
    );
    fc.assert(
      fc.property(fc.nat(sealed.length - 1), (length) => {
        expect(() => vault.open('account', stored(sealed.subarray(0, length)))).toThrow(TemplateVaultError);
      }),
    );
  });

  it('insists on a key of 32 bytes', () => {
    expect(() => new TemplateVault(randomBytes(16))).toThrow(RangeError);
  });
});
