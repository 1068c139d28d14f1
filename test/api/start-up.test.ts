import { once } from 'node:events';
import { cp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

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

const root = (entry: string) => fileURLToPath(new URL(`../../${entry}`, import.meta.url));

describe('a server', () => {
  it('says what is on, where the documentation is and what to try', async () => {
    const server = await startServer();
    await server.stop();
    expect(server.output.stdout).toContain(`${server.url}/docs`);
    expect(server.output.stdout).toMatch(
      /storage {4}(SQLite in|MongoDB at) .*\n.*fr_feature.*0\.0001 of strangers/,
    );
    expect(server.output.stdout).toMatch(/curl .*sign-up/);
  });

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'finishes what it is doing on %s and exits cleanly',
    async (signal) => {
      const server = await startServer();
      const api = await ApiClient.for(server);
      const { token } = await api.signUp();
      const running = api.upload('/user/image/image-embedding', token, await still('franck_02159.jpg'));
      await new Promise((resolve) => setTimeout(resolve, 30));
      const [answer, code] = await Promise.all([running, server.stop(signal)]);
      expect(answer.status).toBe(200);
      expect(code).toBe(0);
      await expect(fetch(server.url)).rejects.toThrow();
    },
  );

  it('takes the echo of one Ctrl-C for one: npm passes on what the terminal has sent already', async () => {
    const server = await startServer();
    const api = await ApiClient.for(server);
    const { token } = await api.signUp();
    const running = api.upload('/user/image/image-embedding', token, await still('franck_02159.jpg'));
    await new Promise((resolve) => setTimeout(resolve, 30));
    const ended = server.stop('SIGINT');
    const [answer, , code] = await Promise.all([running, server.stop('SIGINT'), ended]);
    expect(answer.status).toBe(200);
    expect(code).toBe(0);
  });

  it('keeps accounts, faces and sessions over a restart', async () => {
    const first = await startServer();
    const before = await ApiClient.for(first);
    const { email, token } = await before.enrolled(await still('franck_02159.jpg'));
    const verification = await before.verificationToken(email);
    await first.stop();

    const second = await startServer({ DATA_DIR: first.dataDirectory });
    const after = await ApiClient.for(second);
    expect((await after.get('/user', { token })).body.user.fv).toHaveLength(512);
    const { status } = await after.upload(
      '/user/image/compare-faces',
      verification,
      await still('franck_02888.jpg'),
    );
    expect(status).toBe(200);
    await second.stop();
  });

  it('reports to nobody: neither it nor its libraries leave anything outside of the data folder', async () => {
    const elsewhere = await temporaryDirectory();
    const server = await startServer({ HOME: elsewhere, TMPDIR: elsewhere, XDG_CACHE_HOME: elsewhere });
    const api = await ApiClient.for(server);
    await api.enrolled(await still('franck_02159.jpg'));
    expect(await readdir(elsewhere)).toEqual([]);
    await server.stop();
    expect(await readdir(elsewhere)).toEqual([]);
  });

  it('gives similarities as numbers to whoever wants them so', async () => {
    const server = await startServer({ SIMILARITY_FORMAT: 'number' });
    const api = await ApiClient.for(server);
    const franck = await still('franck_02159.jpg');
    const { email } = await api.enrolled(franck);
    const { body } = await api.upload(
      '/user/image/compare-faces',
      await api.verificationToken(email),
      franck,
    );
    expect(body.cosine_similarity).toBeTypeOf('number');
    await server.stop();
  });

  it('answers busy when more wait than may, and honest clients get through later', async () => {
    const server = await startServer({ FACE_QUEUE: '1' });
    const api = await ApiClient.for(server);
    const franck = await still('franck_02159.jpg');
    const { token } = await api.signUp();
    const burst = await Promise.all(
      Array.from({ length: 10 }, () => api.upload('/user/image/image-embedding', token, franck)),
    );
    const busy = burst.filter(({ status }) => status === 503);
    expect(busy.length).toBeGreaterThan(0);
    expect(busy[0]!.body.code).toBe('busy');
    expect(Number(busy[0]!.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(burst.filter(({ status }) => status === 200).length).toBe(10 - busy.length);
    expect((await api.upload('/user/image/image-embedding', token, franck)).status).toBe(200);
    await server.stop();
  });
});

describe('a client that never finishes its request', () => {
  const halfOpen = (url: string, bytes: string) => {
    const { hostname, port } = new URL(url);
    const socket = net.connect(Number(port), hostname, () => socket.write(bytes));
    socket.on('error', () => undefined).resume();
    return { socket, closed: once(socket, 'close') };
  };

  it('is cut off, and does not keep the server from stopping', async () => {
    const [first, second] = await Promise.all([startServer(), startServer()]);
    const { token } = await (await ApiClient.for(second)).signUp();
    const headers = halfOpen(first.url, 'POST /user/auth/sign-in HTTP/1.1\r\nHost: x\r\nX-Slow: ');
    const upload = halfOpen(
      second.url,
      `POST /user/image/image-embedding HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${token}\r\n` +
        'Content-Type: multipart/form-data; boundary=XX\r\nContent-Length: 5000\r\n\r\n--XX',
    );
    await once(upload.socket, 'ready').catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, 200));
    // The first server's own patience ends the headers; the second one's, while it stops, ends the upload.
    const [code] = await Promise.all([second.stop('SIGTERM'), headers.closed, upload.closed]);
    expect(code).toBe(0);
    expect(await first.stop()).toBe(0);
  });
});

describe('a server refuses to start', () => {
  it('with settings it cannot use, naming them', async () => {
    const { code, stderr } = await startServerInVain({ PORT: 'http', FACE_MAX_FMR: '2' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/PORT:[^]*FACE_MAX_FMR:/);
    expect(stderr).not.toContain('    at ');
  });

  it('for a false match rate that was never measured', async () => {
    const { code, stderr } = await startServerInVain({ FACE_MAX_FMR: '1e-9' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/FACE_MAX_FMR must lie between 0.00001 and 0.01/);
  });

  it('on a port that is taken', async () => {
    const server = await startServer();
    const { code, stderr } = await startServerInVain({ PORT: new URL(server.url).port });
    expect(code).toBe(1);
    expect(stderr).toMatch(/port is in use/);
    await server.stop();
  });

  it('in a folder that is a file, in one sentence', async () => {
    const file = path.join(await temporaryDirectory(), 'file');
    await writeFile(file, '');
    const { code, stderr } = await startServerInVain({ DATA_DIR: file });
    expect(code).toBe(1);
    expect(stderr).toMatch(/cannot start: EEXIST.*DATA_DIR/);
    expect(stderr).not.toContain('    at ');
  });

  it('without one of its models', async () => {
    const installation = await temporaryDirectory();
    await Promise.all(
      ['dist', 'calibration', 'package.json', 'models'].map((entry) =>
        cp(root(entry), path.join(installation, entry), { recursive: true }),
      ),
    );
    await symlink(root('node_modules'), path.join(installation, 'node_modules'));
    await rm(path.join(installation, 'models', 'fr_detect.onnx'));
    const { code, stderr } = await startServerInVain({}, path.join(installation, 'dist', 'main.js'));
    expect(code).toBe(1);
    expect(stderr).toMatch(/fr_detect.onnx is missing. Run: npm run models/);
  });
});
