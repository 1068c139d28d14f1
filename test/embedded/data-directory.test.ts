import { chmod, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { decodeJwt } from 'jose';
import { afterAll, describe, expect, it } from 'vitest';

import { ApiClient } from '../support/api-client.js';
import { still } from '../support/faces.js';
import {
  removeTemporaryDirectories,
  startServer,
  startServerInVain,
  temporaryDirectory,
} from '../support/server.js';

afterAll(removeTemporaryDirectories);

describe('the embedded store', () => {
  it('leaves nothing readable on the disk: no picture, no template, no password, no token', async () => {
    const server = await startServer();
    const api = await ApiClient.for(server);
    const franck = await still('franck_02159.jpg');
    const { email, token } = await api.enrolled(franck);
    const verification = await api.verificationToken(email);
    await api.upload('/user/image/compare-faces', verification, await still('franck_02888.jpg'));
    const { fv } = (await api.get('/user', { token })).body.user;
    await server.stop();

    const names = await readdir(server.dataDirectory);
    expect(names.sort()).toEqual(expect.arrayContaining(['secrets.json', 'vultus.db']));
    const content = Buffer.concat(
      await Promise.all(names.map((name) => readFile(path.join(server.dataDirectory, name)))),
    );
    expect(content.includes(email)).toBe(true);
    const template = Buffer.from(Float32Array.from(fv).buffer);
    const secretParts = [
      franck.subarray(200, 232),
      template.subarray(0, 16),
      template.subarray(1000, 1016),
      Buffer.from('correct horse'),
      Buffer.from(token.split('.')[2]!),
      Buffer.from(decodeJwt(token).jti!),
      Buffer.from([0xff, 0xd8, 0xff]),
    ];
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
