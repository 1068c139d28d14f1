import { describe, expect, it } from 'vitest';

import { ConfigError } from '../config/config.js';
import { readServiceConfig } from './service-config.js';

const KEY = 'a-key-of-a-service-with-forty-characters';
const OTHER = 'another-key-that-is-long-enough-as-well';

describe('readServiceConfig', () => {
  it('needs nothing but a key', () => {
    expect(readServiceConfig({ FACE_API_KEY: KEY, FACE_WORKERS: '2' })).toEqual({
      host: 'localhost',
      port: 8081,
      keys: [KEY],
      logLevel: 'info',
      metricsToken: null,
      tracing: false,
      stopDelaySeconds: 0,
      face: { workers: 2, maxQueue: 32, limits: { maxBytes: 10_000_000, maxPixels: 25_000_000 } },
    });
  });

  it('takes several keys, for the time of a rotation', () => {
    expect(readServiceConfig({ FACE_API_KEY: `${KEY}, ${OTHER},` }).keys).toEqual([KEY, OTHER]);
  });

  it.each([undefined, '', ' , '])('has no default key: %j is refused, with the way to make one', (keys) => {
    const read = () => readServiceConfig(keys === undefined ? {} : { FACE_API_KEY: keys });
    expect(read).toThrow(ConfigError);
    expect(read).toThrow(/FACE_API_KEY: .*make one with: openssl rand -hex 32/);
  });

  it.each([
    ['too short', `${KEY},short-one`, 'at least 32 characters'],
    ['of letters that no header carries', `${KEY},ein-schlüssel-mit-mehr-als-32-zeichen`, 'ASCII'],
  ])('refuses a list with a key that is %s, without repeating it', (_, keys, reason) => {
    const read = () => readServiceConfig({ FACE_API_KEY: keys });
    expect(read).toThrow(reason);
    expect(read).not.toThrow(/short-one|schl|a-key/);
  });

  it('names all that is wrong at once', () => {
    const read = () => readServiceConfig({ PORT: 'x', FACE_QUEUE: '0' });
    expect(read).toThrow(/PORT: [^]*FACE_API_KEY: |FACE_API_KEY: [^]*PORT: /);
    expect(read).toThrow(/FACE_QUEUE: must be at least 1/);
  });
});
