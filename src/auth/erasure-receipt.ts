import { createHmac, timingSafeEqual } from 'node:crypto';

/** What its owner keeps when an account is gone. */
export interface ErasureReceipt {
  readonly account_id: string;
  readonly erased_at: string;
  readonly erased: {
    readonly face: boolean;
    readonly live_records: number;
    readonly sessions: number;
    readonly passkeys: number;
    readonly recovery_codes: number;
    readonly notices: number;
    readonly consents: number;
  };
  /** HMAC-SHA-256 over the rest, base64url: the operator can tell that the receipt is theirs. */
  readonly signature: string;
}

type Unsigned = Omit<ErasureReceipt, 'signature'>;

export function signReceipt(key: Uint8Array, receipt: Unsigned): ErasureReceipt {
  return { ...receipt, signature: mac(key, receipt).toString('base64url') };
}

export function isGenuineReceipt(key: Uint8Array, { signature, ...receipt }: ErasureReceipt): boolean {
  const given = Buffer.from(signature, 'base64url');
  const expected = mac(key, receipt);
  return given.length === expected.length && timingSafeEqual(given, expected);
}

/** Over the values in one order, however the document was written down since. */
function mac(key: Uint8Array, { account_id: accountId, erased_at: erasedAt, erased }: Unsigned): Buffer {
  const { face, live_records, sessions, passkeys, recovery_codes, notices, consents } = erased;
  const counts = [face, live_records, sessions, passkeys, recovery_codes, notices, consents];
  return createHmac('sha256', key)
    .update(JSON.stringify([accountId, erasedAt, counts]))
    .digest();
}
