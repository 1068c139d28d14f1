import { SignJWT, UnsecuredJWT } from 'jose';
import { describe, expect, it } from 'vitest';

import { TokenSigner, hashTokenReference, newTokenReference } from './tokens.js';

const secret = 'a secret of at least thirty-two characters';
const key = new TextEncoder().encode(secret);
const signer = new TokenSigner('authorization', secret);
const NOW = 1_900_000_000_000;
const claims = { sub: 'account', jti: 'reference', iat: NOW / 1000, exp: NOW / 1000 + 60, amr: ['pwd'] };

describe('TokenSigner', () => {
  it('accepts its own token until it expires', async () => {
    const token = await signer.sign(claims);
    expect(await signer.verify(token, NOW)).toMatchObject(claims);
    expect(await signer.verify(token, NOW + 59_999)).not.toBeNull();
    expect(await signer.verify(token, NOW + 61_000)).toBeNull();
  });

  it('refuses a token of the other type, even under an equal secret', async () => {
    const token = await new TokenSigner('verification', secret).sign(claims);
    expect(await signer.verify(token, NOW)).toBeNull();
  });

  it('refuses another secret', async () => {
    const token = await new TokenSigner('authorization', `${secret}!`).sign(claims);
    expect(await signer.verify(token, NOW)).toBeNull();
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
    expect(await signer.verify(await make(), NOW)).toBeNull();
  });

  it('accepts the same payload when nothing is wrong with it', async () => {
    expect(await signer.verify(await sign(payload), NOW)).not.toBeNull();
  });

  it('refuses a token in which any one character was changed', async () => {
    const token = await signer.sign(claims);
    const last = token.length - 1;
    // The last character carries unused bits; every other one counts.
    for (let at = 0; at < last; at += 7) {
      if (token[at] === '.') continue;
      const changed = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
      expect(await signer.verify(changed, NOW)).toBeNull();
    }
  });

  function sign(content: Record<string, unknown>): Promise<string> {
    return new SignJWT(content).setProtectedHeader({ alg: 'HS256' }).sign(key);
  }
});

it('a token reference has 192 random bits, and its hash does not show them', () => {
  const reference = newTokenReference();
  expect(Buffer.from(reference, 'base64url')).toHaveLength(24);
  expect(newTokenReference()).not.toBe(reference);
  expect(hashTokenReference(reference)).not.toContain(reference);
  expect(hashTokenReference(reference)).toBe(hashTokenReference(reference));
});
