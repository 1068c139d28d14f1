import { expect, it } from 'vitest';

import { deviceLabelOf } from './device-label.js';

it.each([
  ['Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0', 'Firefox on Linux'],
  [
    'Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1',
    'Safari on iOS',
  ],
  [
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36',
    'Chrome on Windows',
  ],
])('names the device behind %s', (userAgent, label) => {
  expect(deviceLabelOf(userAgent)).toBe(label);
});

it.each([undefined, '', '   ', '\u0000', 'a'.repeat(1025)])('has no name for %j', (userAgent) => {
  expect(deviceLabelOf(userAgent)).toBeNull();
});

it.each([
  'Evil\r\nSet-Cookie: a=b/1.0',
  '<script>alert(1)</script>/1.0 (X11; Linux)',
  '\u001B[31m\u0007Red/2.0',
  '\u202Egnp.exe/1',
])('is short and of one line, whatever a program calls itself: %j', (userAgent) => {
  const label = deviceLabelOf(userAgent);
  expect(label ?? '').toMatch(/^[\p{L}\p{N} ._-]{0,60}$/u);
});

it('says nothing that a client has made up, to whoever reads the notice', () => {
  expect(deviceLabelOf('Account locked. Call 0800 555 123/1.0 (X11; Linux x86_64)')).toBe('Linux');
});
