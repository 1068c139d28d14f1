import { describe, expect, it } from 'vitest';

import { readConfig } from './config.js';

describe('readConfig', () => {
  it('needs nothing', () => {
    const config = readConfig({});
    expect(config).toMatchObject({
      host: 'localhost',
      port: 8080,
      corsOrigins: ['http://localhost:3000'],
      sessionSeconds: 86_400,
      verificationSeconds: 120,
      similarityFormat: 'string',
      liveness: 'passive',
      reauthenticationSeconds: 900,
      face: { maxFalseMatchRate: 1e-4, maxFailures: 5 },
    });
    expect(config.secrets).toEqual({
      jwtSecret: undefined,
      faceAuthSecret: undefined,
      templateKeys: undefined,
      auditKey: undefined,
    });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('knows no other policy of liveness than its own', () => {
    expect(readConfig({ LIVENESS: 'active', FACE_WORKERS: '2' })).toMatchObject({
      liveness: 'active',
      maxLiveSessions: 16,
    });
    expect(() => readConfig({ LIVENESS: 'sometimes' })).toThrow(/LIVENESS/);
  });

  it('takes an empty variable for an unset one', () => {
    expect(readConfig({ PORT: '', JWT_SECRET: '' }).port).toBe(8080);
  });

  it('reads lists, numbers and keys', () => {
    const key = Buffer.alloc(32, 7);
    const config = readConfig({
      PORT: '9000',
      CORS_ORIGINS: 'https://A.example/, https://b.example:8443',
      FACE_MAX_FMR: '1e-5',
      TEMPLATE_KEY: key.toString('base64'),
    });
    expect(config.port).toBe(9000);
    expect(config.corsOrigins).toEqual(['https://a.example', 'https://b.example:8443']);
    expect(config.face.maxFalseMatchRate).toBe(1e-5);
    expect(config.secrets.templateKeys).toEqual([key]);
  });

  it('reads several template keys, the first of which seals', () => {
    const keys = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
    const [first, second] = keys.map((key) => key.toString('base64'));
    expect(readConfig({ TEMPLATE_KEY: `${first}, ${second}` }).secrets.templateKeys).toEqual(keys);
    expect(() => readConfig({ TEMPLATE_KEY: `${first},` })).toThrow(/TEMPLATE_KEY/);
    expect(() => readConfig({ TEMPLATE_KEY: `${first},short` })).toThrow(/TEMPLATE_KEY/);
  });

  it('names every variable that is wrong and repeats no value', () => {
    const broken = () =>
      readConfig({ PORT: 'eighty', JWT_SECRET: 'hunter2', TEMPLATE_KEY: 'c2hvcnQ=', FACE_MAX_FMR: '2' });
    expect(broken).toThrow(/PORT:[^]*JWT_SECRET:[^]*TEMPLATE_KEY:|PORT:/);
    // The first of the keys.
    for (const name of ['PORT', 'JWT_SECRET', 'TEMPLATE_KEY.0', 'FACE_MAX_FMR'])
      expect(broken).toThrow(`${name}:`);
    for (const value of ['eighty', 'hunter2', 'c2hvcnQ=']) expect(broken).not.toThrow(value);
  });

  it.each(['a.example', 'https://a.example/app', 'https://a.example,nonsense'])(
    'refuses the origins %j',
    (origins) => {
      expect(() => readConfig({ CORS_ORIGINS: origins })).toThrow(/CORS_ORIGINS/);
    },
  );

  it.each([
    { PORT: ' ' },
    { PORT: '0x1FFF' },
    { FACE_QUEUE: '1e4' },
    { FACE_QUEUE: '0' },
    { FACE_MAX_FMR: 'NaN' },
    { FACE_MAX_FMR: '1e400' },
    { JWT_SECRET: ' '.repeat(40) },
    { TEMPLATE_KEY: `!!!!${Buffer.alloc(32).toString('base64')}` },
    { DATA_DIR: ' ' },
  ])('does not guess what %j was meant to be', (environment) => {
    expect(() => readConfig(environment)).toThrow(Object.keys(environment)[0]);
  });

  it('refuses one secret for both kinds of token', () => {
    const secret = 'x'.repeat(40);
    expect(() => readConfig({ JWT_SECRET: secret, FACE_AUTH_SECRET: secret })).toThrow(/must differ/);
  });

  it.each([
    [{ DATABASE_URL: 'postgres://localhost/vultus' }, /DATABASE_URL: must be mongodb/],
    [
      { DATABASE_URL: 'mongodb://localhost/vultus' },
      /JWT_SECRET: is not set.*FACE_AUTH_SECRET.*TEMPLATE_KEY/s,
    ],
    [{ FACE_ENGINE: 'remote' }, /FACE_ENGINE/],
    [{ FACE_API_URL: 'http://faces.example' }, /FACE_API_KEY: must be set beside/],
    [{ FACE_API_URL: 'faces.example', FACE_API_KEY: 'k' }, /FACE_API_URL.0: must be a comma-separated list/],
    [{ FACE_API_URL: 'http://u:p@faces.example', FACE_API_KEY: 'k' }, /FACE_API_URL.0: must be/],
    [{ FACE_API_URL: 'http://faces.example', FACE_API_KEY: 'two words' }, /FACE_API_KEY: must be letters/],
    [{ FACE_ENGINE: 'service' }, /FACE_API_URL: must be set/],
    [{ FACE_ENGINE: 'local', FACE_API_URL: 'http://a', FACE_API_KEY: 'k' }, /unset one of the two/],
  ])('says of %j what is wrong with it', (environment, message) => {
    expect(() => readConfig(environment)).toThrow(message);
  });
});
