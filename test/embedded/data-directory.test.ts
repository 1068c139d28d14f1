import { chmod, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { decodeJwt } from 'jose';
import { afterAll, describe, expect, it } from 'vitest';

import { ApiClient, PASSWORD } from '../support/api-client.js';
import {
  removeTemporaryDirectories,
  startServer,
  startServerInVain,
  temporaryDirectory,
} from '../support/server.js';

afterAll(removeTemporaryDirectories);

describe('the embedded store', () => {
  it('leaves nothing readable on the disk that somebody could sign in with: no password, no token', async () => {
    const server = await startServer();
    const api = await ApiClient.for(server);
    const { email, token } = await api.signUp();
    await server.stop();

    const names = await readdir(server.dataDirectory);
    expect(names.sort()).toEqual(expect.arrayContaining(['secrets.json', 'vultus.db']));
    const content = Buffer.concat(
      await Promise.all(names.map((name) => readFile(path.join(server.dataDirectory, name)))),
    );
    expect(content.includes(email)).toBe(true);
    const secretParts = [PASSWORD, token.split('.')[2]!, decodeJwt(token).jti!];
    for (const part of secretParts) expect(content.includes(part)).toBe(false);
    expect((await stat(path.join(server.dataDirectory, 'secrets.json'))).mode & 0o777).toBe(0o600);
  });
});

describe('a server on the embedded store refuses to start', () => {
  it('with secrets that everybody can read', async () => {
    const server = await startServer();
    await server.stop();
    await chmod(path.join(server.dataDirectory, 'secrets.json'), 0o644);
    const { code, stderr } = await startServerInVain({ DATA_DIR: server.dataDirectory });
    expect(code).toBe(1);
    expect(stderr).toMatch(/chmod 600/);
  });

  it('with a database whose secrets are gone', async () => {
    const server = await startServer();
    await server.stop();
    await rm(path.join(server.dataDirectory, 'secrets.json'));
    const { code, stderr } = await startServerInVain({ DATA_DIR: server.dataDirectory });
    expect(code).toBe(1);
    expect(stderr).toMatch(/secrets.json is missing/);
  });

  it('on a database that is none, in one sentence', async () => {
    const dataDirectory = await temporaryDirectory();
    const server = await startServer({ DATA_DIR: dataDirectory });
    await server.stop();
    await writeFile(path.join(dataDirectory, 'vultus.db'), 'no database'.repeat(1000));
    const { code, stderr } = await startServerInVain({ DATA_DIR: dataDirectory });
    expect(code).toBe(1);
    expect(stderr).toMatch(/vultus.db cannot be used: /);
    expect(stderr).not.toContain('    at ');
  });
});
