import { randomBytes } from 'node:crypto';

/** A MongoDB, or a server compatible with it, for the suites that need one; undefined where there is none. */
export const TEST_MONGODB_URL = process.env['TEST_MONGODB_URL'];

/** @returns a connection string for a database of this test alone, on the server of TEST_MONGODB_URL */
export function freshDatabaseUrl(server = TEST_MONGODB_URL): string {
  if (server === undefined) throw new Error('TEST_MONGODB_URL is not set');
  const [, hosts, options = ''] = /^(mongodb(?:\+srv)?:\/\/[^/?]+)\/?[^?]*(\?.*)?$/.exec(server)!;
  return `${hosts}/vultus_test_${randomBytes(6).toString('hex')}${options}`;
}

/** @returns the settings that all servers of one installation on a fresh database share */
export function mongoInstallation(url = freshDatabaseUrl()): Record<string, string> {
  return {
    DATABASE_URL: url,
    JWT_SECRET: randomBytes(48).toString('base64'),
    FACE_AUTH_SECRET: randomBytes(48).toString('base64'),
    TEMPLATE_KEY: randomBytes(32).toString('base64'),
  };
}
