import { describe, expect, it } from 'vitest';

import { type ErasureReceipt, isGenuineReceipt, signReceipt } from './erasure-receipt.js';

const KEY = new Uint8Array(32).fill(7);
const ERASED = {
  face: true,
  live_records: 1,
  sessions: 2,
  passkeys: 3,
  recovery_codes: 4,
  notices: 5,
  consents: 6,
};
const receipt = signReceipt(KEY, {
  account_id: 'an-id',
  erased_at: '2026-01-01T12:00:00.000Z',
  erased: ERASED,
});
const isGenuine = (changes: Partial<ErasureReceipt>) => isGenuineReceipt(KEY, { ...receipt, ...changes });

describe('a receipt', () => {
  it('is known by the key that it was signed with, and by no other', () => {
    expect(isGenuineReceipt(KEY, receipt)).toBe(true);
    expect(isGenuineReceipt(new Uint8Array(32).fill(8), receipt)).toBe(false);
  });

  it('is known in whatever order its fields were written down', () => {
    const reversed = (value: object) => Object.fromEntries(Object.entries(value).reverse());
    const again = { ...reversed(receipt), erased: reversed(ERASED) } as unknown as ErasureReceipt;
    expect(isGenuineReceipt(KEY, again)).toBe(true);
  });

  it.each(Object.keys(ERASED) as (keyof typeof ERASED)[])('is not known with another %s', (field) => {
    const other = field === 'face' ? false : 99;
    expect(isGenuine({ erased: { ...ERASED, [field]: other } })).toBe(false);
  });

  it.each<Partial<ErasureReceipt>>([
    { account_id: 'another-id' },
    { erased_at: '2026-01-01T12:00:00.001Z' },
    { signature: '' },
    { signature: receipt.signature.slice(0, -4) },
    { signature: `${receipt.signature}AAAA` },
  ])('is not known with %j', (change) => {
    expect(isGenuine(change)).toBe(false);
  });
});
