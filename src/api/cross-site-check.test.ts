import { describe, expect, it } from 'vitest';

import { CrossSiteCheck } from './cross-site-check.js';
import { PageOrigins } from './page-origins.js';
import { Problem } from './problems.js';

const HOST = 'login.example.org';
const check = new CrossSiteCheck(new PageOrigins(`https://${HOST}`, ['https://app.example.org']));
const local = new CrossSiteCheck(new PageOrigins('http://localhost:8080', ['http://localhost:3000']));
const COOKIE = '__Host-vultus-authorization=token';

function allows(headers: Record<string, string>, method = 'POST', by = check): boolean {
  try {
    by.require({ method, headers: { host: HOST, ...headers } });
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(Problem);
    expect((error as Problem).code).toBe('cross_site_request');
    return false;
  }
}

describe.each([
  ['that brings a cookie of ours', { cookie: `other=1; ${COOKIE}` }],
  ['that brings a device cookie', { cookie: '__Host-vultus-device=token' }],
  ['that brings a cookie of ours twice', { cookie: `${COOKIE}; ${COOKIE}` }],
  ['that asks for cookies', { 'vultus-token-transport': 'cookie' }],
])('a request %s', (_, cookies) => {
  it.each([
    ['the same origin', { 'sec-fetch-site': 'same-origin' }],
    [
      'an allowed origin of the same site',
      { 'sec-fetch-site': 'same-site', origin: 'https://app.example.org' },
    ],
    [
      'an allowed origin of another site',
      { 'sec-fetch-site': 'cross-site', origin: 'https://app.example.org' },
    ],
    ['an allowed origin, in an old browser', { origin: 'https://app.example.org' }],
    ['the own origin, in an old browser', { origin: `https://${HOST}` }],
  ])('is let in from %s', (_, headers) => {
    expect(allows({ ...cookies, ...headers })).toBe(true);
  });

  it.each([
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' }],
    ['a neighbouring subdomain', { 'sec-fetch-site': 'same-site', origin: 'https://blog.example.org' }],
    ['nowhere', {}],
    ['nowhere, as the browser says', { 'sec-fetch-site': 'none' }],
    ['another site without an origin', { 'sec-fetch-site': 'cross-site' }],
    ['a page without an origin of its own', { origin: 'null' }],
    ['another site, in an old browser', { origin: 'https://evil.test' }],
    ['another port of this host', { origin: `https://${HOST}:8443` }],
    ['this host without TLS', { origin: `http://${HOST}` }],
    ['a host with our name in it', { origin: `https://${HOST}.evil.test` }],
    ['an origin with our name as its user', { origin: `https://${HOST}@evil.test` }],
    ['what is no origin', { origin: HOST }],
    ['an unknown kind of site', { 'sec-fetch-site': 'SAME-ORIGIN' }],
  ])('is refused from %s', (_, headers) => {
    expect(allows({ ...cookies, ...headers })).toBe(false);
    for (const method of ['PUT', 'PATCH', 'DELETE', 'post', 'PROPFIND']) {
      expect(allows({ ...cookies, ...headers }, method), method).toBe(false);
    }
  });

  it('is let in from anywhere when it changes nothing', () => {
    for (const method of ['GET', 'HEAD', 'OPTIONS']) {
      expect(allows({ ...cookies, 'sec-fetch-site': 'cross-site' }, method)).toBe(true);
    }
  });
});

it('lets cookies in that come beside a header Authorization, where none counts', () => {
  const headers = { authorization: 'Bearer token', 'sec-fetch-site': 'cross-site' };
  expect(allows({ ...headers, cookie: COOKIE })).toBe(true);
});

it('does not let in what asks for cookies because there is a header Authorization: it would be given a session', () => {
  const headers = { authorization: 'Bearer nothing', 'vultus-token-transport': 'cookie' };
  expect(allows({ ...headers, 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' })).toBe(false);
  expect(allows({ ...headers, 'sec-fetch-site': 'same-origin' })).toBe(true);
});

it('leaves alone what has nothing to do with cookies', () => {
  expect(allows({ 'sec-fetch-site': 'cross-site', origin: 'https://evil.test' })).toBe(true);
  expect(allows({ cookie: 'theme=dark; vultus-authorization=x' })).toBe(true);
});

it('takes a page of this host without TLS where the server has none', () => {
  const headers = { cookie: COOKIE, host: '127.0.0.1:8080' };
  expect(allows({ ...headers, origin: 'http://127.0.0.1:8080' }, 'POST', local)).toBe(true);
  expect(allows({ ...headers, origin: 'http://127.0.0.1:9000' }, 'POST', local)).toBe(false);
});
