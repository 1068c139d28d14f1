import { expect, it } from 'vitest';

import { isExposed } from './exposed-address.js';

it.each([
  'http://faces.example.org:8081',
  'http://8.8.8.8',
  'http://[2001:4860:4860::8888]:8081/faces',
  // An address of IPv4 in another form.
  'http://134744072',
])('others can read what is sent to %s', (url) => {
  expect(isExposed(url)).toBe(true);
});

it.each([
  'https://faces.example.org',
  'http://localhost:8081',
  'http://127.0.0.1:8081',
  'http://10.1.2.3',
  'http://192.168.0.7:8081',
  'http://[::1]:8081',
  'http://[fd00::7]:8081',
  'http://[::ffff:10.0.0.1]',
  'http://faces-1:8081',
  'http://faces.internal',
  'http://faces.default.svc.cluster.local:8081',
])('nobody outside of the own network reads what is sent to %s', (url) => {
  expect(isExposed(url)).toBe(false);
});
