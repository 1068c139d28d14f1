import { describe, expect, it } from 'vitest';

import { MetricsAccess } from './metrics-access.js';

const TOKEN = 'k'.repeat(32);
const here = { peerAddress: '127.0.0.1', headers: { host: 'localhost:8080' } };

describe('without a token the metrics are for this machine', () => {
  const access = new MetricsAccess(null);

  it.each([
    ['IPv4', here],
    ['IPv6', { peerAddress: '::1', headers: { host: '[::1]:8080' } }],
    ['IPv4 seen as IPv6', { peerAddress: '::ffff:127.0.0.1', headers: { host: '127.0.0.1:8080' } }],
  ])('over %s', (_, request) => {
    expect(() => {
      access.require(request);
    }).not.toThrow();
  });

  it.each([
    ['another machine', { ...here, peerAddress: '10.0.0.7' }],
    ['nobody knows where', { ...here, peerAddress: undefined }],
    [
      'behind a proxy on this machine',
      { ...here, headers: { ...here.headers, 'x-forwarded-for': '1.2.3.4' } },
    ],
    ['behind a proxy that says so otherwise', { ...here, headers: { ...here.headers, via: '1.1 proxy' } }],
    ['a page whose own name leads here', { ...here, headers: { host: 'rebound.example:8080' } }],
    ['somebody without a host', { ...here, headers: {} }],
  ])('and there is nothing for %s', (_, request) => {
    expect(() => {
      access.require(request);
    }).toThrow(expect.objectContaining({ code: 'not_found' }));
  });
});

describe('with a token the metrics are for whoever knows it', () => {
  const access = new MetricsAccess(TOKEN);
  const from = (authorization?: string) => ({
    peerAddress: '10.0.0.7',
    headers: authorization === undefined ? {} : { authorization },
  });

  it('wherever they are', () => {
    expect(() => {
      access.require(from(`Bearer ${TOKEN}`));
    }).not.toThrow();
  });

  it.each([
    undefined,
    '',
    TOKEN,
    `Basic ${TOKEN}`,
    `Bearer ${TOKEN}x`,
    `Bearer ${TOKEN.slice(1)}`,
    'Bearer ',
  ])('and not for %s, also from this machine', (authorization) => {
    const request = { ...from(authorization), peerAddress: '127.0.0.1' };
    expect(() => {
      access.require(request);
    }).toThrow(expect.objectContaining({ code: 'invalid_token' }));
  });
});
