import { SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';

import { TokenSigner, hashTokenReference } from './tokens.js';

const secret = 'a secret of at least thirty-two characters';
const key = new TextEncoder().encode(secret);
const signer = new TokenSigner('authorization', secret);
const NOW = 1_900_000_000_000;
const claims = { sub: 'account', jti: 'reference', iat: NOW / 1000, exp: NOW / 1000 + 60, amr: ['pwd'] };
const grant = { accountId: 'account', methods: ['pwd'], lifetimeSeconds: 60, now: NOW };
const issue = (by: TokenSigner) => by.issue(grant).token;

describe('TokenSigner', () => {
  it('accepts its own token until it expires', async () => {
    const token = issue(signer);
    expect(signer.verify(token, NOW)).toMatchObject({ sub: 'account', amr: ['pwd'], exp: claims.exp });
    expect(signer.verify(token, NOW + 59_999)).not.toBeNull();
    expect(signer.verify(token, NOW + 61_000)).toBeNull();
  });

  it('refuses a token of the other type, even under an equal secret', async () => {
    const token = issue(new TokenSigner('verification', secret));
    expect(signer.verify(token, NOW)).toBeNull();
  });

  it('refuses another secret', async () => {
    const token = issue(new TokenSigner('authorization', `${secret}!`));
    expect(signer.verify(token, NOW)).toBeNull();
  });

  const payload = { ...claims, aud: 'vultus:authorization', token_type: 'authorization' };
  it.each([
    ['alg none', async () => new UnsecuredJWT(payload).encode()],
    ['a foreign algorithm', () => new SignJWT(payload).setProtectedHeader({ alg: 'HS512' }).sign(key)],
    ['no expiry', () => sign({ ...payload, exp: undefined })],
    ['another audience', () => sign({ ...payload, aud: 'vultus:verification' })],
    ['no audience', () => sign({ ...payload, aud: undefined })],
    ['another token type', () => sign({ ...payload, token_type: 'verification' })],
    ['no token type', () => sign({ ...payload, token_type: undefined })],
    ['no subject', () => sign({ ...payload, sub: undefined })],
    ['nonsense', async () => 'a.b.c'],
    ['nothing', async () => ''],
  ])('refuses a token with %s', async (_, make) => {
    expect(signer.verify(await make(), NOW)).toBeNull();
  });

  it('accepts the same payload when nothing is wrong with it', async () => {
    expect(signer.verify(await sign(payload), NOW)).not.toBeNull();
  });

  it('refuses a token in which any one character was changed', async () => {
    const token = issue(signer);
    const last = token.length - 1;
    // The last character carries unused bits; every other one counts.
    for (let at = 0; at < last; at += 7) {
      if (token[at] === '.') continue;
      const changed = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
      expect(signer.verify(changed, NOW)).toBeNull();
    }
  });

  function sign(content: Record<string, unknown>): Promise<string> {
    return new SignJWT(content).setProtectedHeader({ alg: 'HS256' }).sign(key);
  }
});

it('an issued token has a reference of 192 random bits, of which the store gets the hash', async () => {
  const [first, second] = [signer.issue(grant), signer.issue(grant)];
  const { jti } = signer.verify(first.token, NOW)!;
  expect(Buffer.from(jti, 'base64url')).toHaveLength(24);
  expect(first.referenceHash).toBe(hashTokenReference(jti));
  expect(first.referenceHash).not.toBe(second.referenceHash);
  expect(first.token).not.toContain(first.referenceHash);
});

it('a lifetime is never cut short by rounding to whole seconds', async () => {
  const now = NOW + 999;
  const { token, expiresAt } = signer.issue({ ...grant, lifetimeSeconds: 1, now });
  expect(expiresAt).toBeGreaterThanOrEqual(now + 1000);
  expect(signer.verify(token, now + 999)).not.toBeNull();
});
