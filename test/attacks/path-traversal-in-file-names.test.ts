import { readdir, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { ApiClient, form } from '../support/api-client.js';
import { still } from '../support/faces.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

let server: RunningServer;
let api: ApiClient;
beforeAll(async () => {
  server = await startServer();
  api = await ApiClient.for(server);
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

const MARK = 'traversal-mark';
const NAMES = [
  `../../${MARK}.jpg`,
  `/tmp/${MARK}.jpg`,
  `..\\..\\${MARK}.jpg`,
  `C:\\${MARK}.jpg`,
  `%2e%2e%2f${MARK}.jpg`,
  `${MARK}.jpg\u0000.txt`,
  `file:///tmp/${MARK}`,
  `${'a/'.repeat(500)}${MARK}`,
];

const names = async (folder: string) => (await readdir(folder).catch(() => [] as string[])).sort();

// The attacker wants: a file of theirs written to, or read from, a place of their choice.
it('the name of a file is nobody’s path: nothing is written anywhere', async () => {
  const { token } = await api.signUp();
  const face = await still('franck_02159.jpg');
  const places = [server.dataDirectory, process.cwd(), path.dirname(server.dataDirectory)];
  const before = await Promise.all(places.map(names));
  for (const name of NAMES) {
    const body = form(face, 'file', name);
    const { status } = await api.post('/user/image/image-embedding', { token, body });
    expect({ name, status }).toEqual({ name, status: 200 });
  }
  const written = await Promise.all(places.map(names));
  written.forEach((found, i) => {
    const fresh = found.filter((name) => !before[i]!.includes(name) && !name.startsWith('vultus-test-'));
    expect(fresh.filter((name) => name.includes(MARK))).toEqual([]);
  });
  for (const place of [os.tmpdir(), '/', process.cwd()]) {
    await expect(stat(path.join(place, `${MARK}.jpg`))).rejects.toThrow();
  }
});

it('no path of a request leads out of what is served', async () => {
  for (const target of [
    '/docs/../../package.json',
    '/docs/..%2f..%2fpackage.json',
    '/docs/%2e%2e/%2e%2e/package.json',
    '/docs/....//package.json',
    '/docs/..\\..\\package.json',
    '/..%c0%af..%c0%afetc/passwd',
    '//etc/passwd',
  ]) {
    const response = await fetch(server.url + target);
    const text = await response.text();
    expect([400, 404], target).toContain(response.status);
    expect(text).not.toContain('"dependencies"');
    expect(text).not.toContain('root:');
  }
});
