import { describe, expect, it } from 'vitest';

import { nextPage, withNext } from './next-page.js';

describe('nextPage', () => {
  it('leads back to where the person was', () => {
    expect(nextPage('/account/face/enrol')).toBe('/account/face/enrol');
  });

  it.each([
    null,
    '',
    '/',
    '/docs',
    '//evil.example',
    '/account//evil.example',
    '/account/../docs',
    'https://evil.example/account',
    '/accounts',
    '/account/face?x=1',
  ])('does not lead to %s', (next) => {
    expect(nextPage(next)).toBe('/account');
  });
});

describe('withNext', () => {
  it('carries on only what is needed', () => {
    expect(withNext('/sign-in', '/account/passkeys')).toBe('/sign-in?next=%2Faccount%2Fpasskeys');
    expect(withNext('/sign-in', 'javascript:alert(1)')).toBe('/sign-in');
  });
});
