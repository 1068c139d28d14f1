import { describe, expect, it } from 'vitest';

import { describeLocation, parseStorageUrl } from './storage-location.js';

describe('parseStorageUrl', () => {
  it.each([
    ['file:/var/lib/vultus.db', { kind: 'sqlite', file: '/var/lib/vultus.db' }],
    ['file:///var/lib/vult%20us.db', { kind: 'sqlite', file: '/var/lib/vult us.db' }],
    ['file:data/vultus.db', { kind: 'sqlite', file: `${process.cwd()}/data/vultus.db` }],
    ['mongodb://host/vultus', { kind: 'mongodb', url: 'mongodb://host/vultus' }],
    ['mongodb+srv://host/vultus', { kind: 'mongodb', url: 'mongodb+srv://host/vultus' }],
  ])('reads %s', (url, location) => {
    expect(parseStorageUrl(url)).toEqual(location);
  });

  it.each([
    '',
    'file:',
    'vultus.db',
    'postgres://host/vultus',
    'mongodb://',
    'mongodb:///vultus',
    'file://[x',
  ])('refuses %j', (url) => {
    expect(parseStorageUrl(url)).toBeNull();
  });
});

describe('describeLocation', () => {
  it.each([
    ['mongodb://host/vultus', 'MongoDB at host, database vultus'],
    ['mongodb://a:1,b:2', 'MongoDB at a:1,b:2'],
    ['mongodb://user:secret@a:1,b:2/vultus?tls=true', 'MongoDB at a:1,b:2, database vultus'],
    ['mongodb+srv://user:secret@host/vultus', 'MongoDB at host, database vultus'],
  ])('names hosts and database of %s', (url, text) => {
    expect(describeLocation({ kind: 'mongodb', url })).toBe(text);
  });

  it.each([
    'mongodb://user:secret@/vultus',
    'mongodb://user:secret/x@host/vultus',
    'mongodb://user:sec?secret@host/vultus',
    'mongodb://user:x@secret@host/vultus',
    'mongodb://host/vultus?tlsCertificateKeyFilePassword=secret@secret',
  ])('never shows a secret, also of the malformed %s', (url) => {
    expect(describeLocation({ kind: 'mongodb', url })).not.toContain('secret');
  });
});
