import { describe, expect, it } from 'vitest';

import { AuthError } from '../auth/auth-error.js';
import { bearerTokenOf, credentialOf, deviceTokenOf } from './token-transport.js';

const AUTHORIZATION = '__Host-vultus-authorization';
const VERIFICATION = '__Host-vultus-verification';
const ASKING = { 'vultus-token-transport': 'cookie' };

/** @returns the credential, null when there is none */
function credential(
  headers: Record<string, string>,
  {
    method = 'POST',
    kind = 'authorization',
  }: { method?: string; kind?: 'authorization' | 'verification' } = {},
): string | null {
  try {
    return credentialOf({ method, headers }, kind);
  } catch (error) {
    expect(error).toBeInstanceOf(AuthError);
    expect((error as AuthError).code).toBe('invalid_token');
    return null;
  }
}

describe('the credential of a request', () => {
  it('is the bearer token, also beside a cookie', () => {
    expect(credential({ authorization: 'Bearer a.b.c' })).toBe('a.b.c');
    expect(credential({ authorization: 'bearer a.b.c', cookie: `${AUTHORIZATION}=x`, ...ASKING })).toBe(
      'a.b.c',
    );
  });

  it.each(['', 'Bearer', 'Bearer ', 'Basic YTpi', 'Bearer a b', 'Bearer a, Bearer b'])(
    'is no cookie beside the header %j',
    (authorization) => {
      expect(credential({ authorization, cookie: `${AUTHORIZATION}=x`, ...ASKING })).toBeNull();
    },
  );

  it('is the cookie of the kind that is asked for', () => {
    const cookie = `theme=dark; ${AUTHORIZATION}=one; ${VERIFICATION}=two`;
    expect(credential({ cookie, ...ASKING })).toBe('one');
    expect(credential({ cookie, ...ASKING }, { kind: 'verification' })).toBe('two');
    expect(credential({ cookie: `${AUTHORIZATION}=one`, ...ASKING }, { kind: 'verification' })).toBeNull();
  });

  it.each([
    `${AUTHORIZATION}=one; ${AUTHORIZATION}=two`,
    `${AUTHORIZATION}=one;${AUTHORIZATION}=one`,
    `${AUTHORIZATION}=one; theme=dark; ${AUTHORIZATION} =two`,
    `${AUTHORIZATION}=one;\t${AUTHORIZATION}=`,
    `vultus-authorization=one`,
    `__host-vultus-authorization=one`,
    `\u00A0${AUTHORIZATION}=one`,
    `x=${AUTHORIZATION}=one`,
  ])('is none of the cookies %j', (cookie) => {
    expect(credential({ cookie, ...ASKING })).toBeNull();
  });

  it.each(['POST', 'DELETE', 'PUT'])('is no cookie in a %s without the header', (method) => {
    const headers = { cookie: `${AUTHORIZATION}=one`, 'sec-fetch-site': 'same-origin' };
    expect(credential(headers, { method })).toBeNull();
    expect(credential({ ...headers, 'vultus-token-transport': 'Cookie' }, { method })).toBeNull();
  });

  it.each([
    ['same-origin', 'one'],
    ['none', 'one'],
    [undefined, 'one'],
    ['same-site', null],
    ['cross-site', null],
    ['anything', null],
  ])('is the cookie of a GET, unless another origin wants it: %s', (site, expected) => {
    const headers = {
      cookie: `${AUTHORIZATION}=one`,
      ...(site === undefined ? {} : { 'sec-fetch-site': site }),
    };
    expect(credential(headers, { method: 'GET' })).toBe(expected);
    expect(credential({ ...headers, ...ASKING }, { method: 'GET' })).toBe('one');
  });
});

it('takes no ticket from a cookie', () => {
  const headers = { cookie: `${AUTHORIZATION}=one; ${VERIFICATION}=two`, ...ASKING };
  expect(() => bearerTokenOf({ headers })).toThrow(AuthError);
});

it('knows a device by its header, else by its cookie', () => {
  const cookie = '__Host-vultus-device=kept';
  expect(deviceTokenOf({ headers: { cookie } })).toBe('kept');
  expect(deviceTokenOf({ headers: { cookie, 'vultus-device-token': 'sent' } })).toBe('sent');
  expect(deviceTokenOf({ headers: { cookie: `${cookie}; ${cookie}` } })).toBeNull();
  expect(deviceTokenOf({ headers: {} })).toBeNull();
});
