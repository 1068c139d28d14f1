import { chmod, chown, cp, mkdir, readFile, readdir, symlink, writeFile } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import Database from 'libsql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ApiClient } from '../support/api-client.js';
import { type CommandPlace, runCommand } from '../support/command.js';
import { SERVICE_KEY, startFaceService } from '../support/face-service.js';
import { still } from '../support/faces.js';
import { testInstallation } from '../support/installation.js';
import {
  type RunningServer,
  removeTemporaryDirectories,
  startServer,
  temporaryDirectory,
} from '../support/server.js';

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
/** Is measured by none: the models need not be loaded where something else is looked for. */
const UNMEASURED = { FACE_MAX_FMR: '1e-9' };

interface Finding {
  readonly check: string;
  readonly verdict: string;
  readonly says: string;
  readonly advice?: string;
}

async function doctor(environment: Record<string, string>, place: CommandPlace = {}, ...args: string[]) {
  const { code, stdout, stderr } = await runCommand(['doctor', '--json', ...args], environment, place);
  expect(stderr).toBe('');
  const { status, findings } = JSON.parse(stdout) as { status: string; findings: Finding[] };
  /** Of one check, each as "verdict: words → advice". */
  const of = (check: string) =>
    findings
      .filter((finding) => finding.check === check)
      .map(({ verdict, says, advice }) => `${verdict}: ${says}${advice === undefined ? '' : ` → ${advice}`}`);
  return { code, status, findings, of, text: stdout };
}

let server: RunningServer;
let environment: Record<string, string>;

beforeAll(async () => {
  server = await startServer();
  environment = { DATA_DIR: server.dataDirectory, FACE_WORKERS: '1' };
  await (await ApiClient.for(server)).enrolled(await still('franck_02159.jpg'));
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

describe('vultus doctor', () => {
  it('finds nothing wrong with a sound installation beside its server, and leaves nothing behind', async () => {
    const before = await readdir(server.dataDirectory);
    const { code, status, findings, of, text } = await doctor(environment, {}, '--url', server.url);
    expect(findings.filter(({ verdict }) => verdict === 'failed')).toEqual([]);
    expect([code, status]).toEqual([0, 'ok']);
    for (const check of [
      'models',
      'calibration',
      'secrets',
      'storage',
      'template key',
      'audit log',
      'live sessions',
    ]) {
      expect(of(check), check).toEqual([expect.stringMatching(/^ok: /)]);
    }
    expect(of('camera page').join()).toMatch(/^ok: .*,ok: has the headers/);
    const { jwt_secret, face_auth_secret, template_key } = JSON.parse(
      await readFile(path.join(server.dataDirectory, 'secrets.json'), 'utf8'),
    ) as Record<string, string>;
    for (const secret of [jwt_secret!, face_auth_secret!, template_key!]) expect(text).not.toContain(secret);
    expect(await readdir(server.dataDirectory)).toEqual(before);
  });

  it('looks at a place where nothing is yet, and makes nothing', async () => {
    const directory = path.join(await temporaryDirectory(), 'data');
    const { of } = await doctor({ DATA_DIR: directory, ...UNMEASURED });
    expect([...of('secrets'), ...of('storage')].join()).toMatch(/^skipped: .*,skipped: /);
    expect(await readdir(path.dirname(directory))).toEqual([]);
  });

  it('tells a model that was altered', async () => {
    const installation = await temporaryDirectory();
    const root = (entry: string) => fileURLToPath(new URL(`../../${entry}`, import.meta.url));
    for (const entry of ['dist', 'calibration', 'package.json', 'models']) {
      await cp(root(entry), path.join(installation, entry), { recursive: true });
    }
    await symlink(root('node_modules'), path.join(installation, 'node_modules'));
    await writeFile(path.join(installation, 'models', 'fr_pose.onnx'), 'no model');
    const command = path.join(installation, 'dist', 'cli', 'main.js');
    const { code, of } = await doctor({ DATA_DIR: await temporaryDirectory() }, { command });
    expect(code).toBe(1);
    expect(of('models')).toEqual([
      expect.stringMatching(/^failed: .*fr_pose.onnx is not the file .* npm run models/),
    ]);
  });

  it('asks the face recognition services, where they look at faces', async () => {
    const service = await startFaceService();
    const at = { DATA_DIR: await temporaryDirectory(), FACE_API_URL: service.url };
    const accepted = await doctor({ ...at, FACE_API_KEY: SERVICE_KEY });
    expect(accepted.of('face services')).toEqual([expect.stringMatching(/^ok: answer with fr_feature@/)]);
    const refused = await doctor({ ...at, FACE_API_KEY: 'mT4xWv9Lp2Rc8Nd6Hf3ZqK7bGy5Js1Ua' });
    await service.stop();
    expect(refused.code).toBe(1);
    expect(refused.of('face services')).toEqual([expect.stringMatching(/^failed: .*FACE_API_KEY/)]);
  });

  it('tells a false match rate that was never measured, and a setting that cannot be used', async () => {
    const rate = await doctor({ DATA_DIR: await temporaryDirectory(), ...UNMEASURED });
    expect(rate.code).toBe(1);
    expect(rate.of('calibration')).toEqual([expect.stringMatching(/^failed: .* between 0.00001 and 0.01/)]);
    const broken = await doctor({ PORT: 'http', FACE_QUEU: '4' });
    expect(broken.code).toBe(1);
    expect(broken.of('configuration')).toEqual([
      expect.stringMatching(/^warning: .*FACE_QUEUE meant/),
      'failed: PORT: must be a whole number',
    ]);
  });

  it('tells who else can read secrets and database', async () => {
    const { environment: of, file } = await testInstallation();
    const secrets = path.join(of['DATA_DIR']!, 'secrets.json');
    // The log is there as long as somebody has the database open: those who closed it may not have let go of it yet.
    const reader = new Database(file);
    reader.prepare('SELECT count(*) FROM sqlite_master').get();
    await chmod(file, 0o644);
    await chmod(`${file}-wal`, 0o644);
    await chmod(secrets, 0o640);
    const found = await doctor({ ...of, ...UNMEASURED });
    reader.close();
    expect(found.code).toBe(1);
    const permissions = found.of('permissions').filter((line) => line.startsWith('failed'));
    expect(permissions).toEqual([
      expect.stringContaining(`→ chmod 600 ${secrets}`),
      expect.stringContaining(`→ chmod 600 ${file}`),
      expect.stringContaining(`→ chmod 600 ${file}-wal`),
    ]);
    // The server would not start with them.
    expect(found.of('secrets')).toEqual([expect.stringMatching(/^failed: .*chmod 600/)]);
  });

  it('tells secrets that nobody has drawn, and one that stands for two, without showing them', async () => {
    const weak = 'please-change-me-before-you-deploy-this';
    const twice = '5hGq0ZrT8yKfW3mXc7LbVn1PdJsE9aUo';
    const found = await doctor({
      DATA_DIR: await temporaryDirectory(),
      JWT_SECRET: weak,
      FACE_AUTH_SECRET: twice,
      METRICS_TOKEN: twice,
      TEMPLATE_KEY: Buffer.alloc(32, 7).toString('base64'),
      ...UNMEASURED,
    });
    expect(found.code).toBe(1);
    expect(found.of('secrets')).toEqual([
      expect.stringMatching(/^failed: JWT_SECRET looks like a placeholder/),
      expect.stringMatching(/^failed: METRICS_TOKEN is the same as FACE_AUTH_SECRET/),
      expect.stringMatching(/^failed: a key of TEMPLATE_KEY has only a few different bytes/),
    ]);
    for (const secret of [weak, twice]) expect(found.text).not.toContain(secret);
  });

  it('tells a template key that is not the one of the stored faces, and the key of another audit log', async () => {
    const foreign = {
      TEMPLATE_KEY: Buffer.from('0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0u').toString('base64'),
      AUDIT_KEY: 'Qm3vR8xT1kZ6wB9nL4cJ7hF2dS5gP0yE',
    };
    const found = await doctor({ ...environment, ...foreign, ...UNMEASURED });
    expect(found.code).toBe(1);
    expect(found.of('template key')).toEqual([expect.stringMatching(/^failed: opens 0 of 1 .* is missing/)]);
    expect(found.of('audit log')).toEqual([expect.stringMatching(/^warning: .* another key/)]);
  });

  it('tells a folder that cannot be written, and a database in it', async () => {
    const { environment: of } = await testInstallation();
    const directory = of['DATA_DIR']!;
    for (const name of await readdir(directory)) {
      await chmod(path.join(directory, name), name === 'secrets.json' ? 0o600 : 0o400);
      if (isRoot) await chown(path.join(directory, name), NOBODY, NOBODY);
    }
    if (isRoot) await chown(directory, NOBODY, NOBODY);
    await chmod(directory, 0o500);
    const found = await doctor({ ...of, ...UNMEASURED }, isRoot ? { uid: NOBODY } : {});
    await chmod(directory, 0o700);
    expect(found.code).toBe(1);
    expect(found.of('permissions')).toEqual([
      expect.stringMatching(/^failed: .* cannot be written: it met the error EACCES/),
    ]);
    expect(found.of('storage')).toEqual([expect.stringMatching(/^failed: .* cannot be used/)]);
  });

  it('tells a file that is no database, and one of a newer version, and touches neither', async () => {
    const { environment: of, file } = await testInstallation();
    const sound = await readFile(file);
    // The header's user_version.
    const newer = Buffer.from(sound);
    newer.writeUInt32BE(9999, 60);
    for (const [content, says] of [
      [Buffer.from('no database '.repeat(500)), /^failed: .* cannot be used/],
      [newer, /^failed: .* a newer program has written it/],
    ] as const) {
      await writeFile(file, content);
      const found = await doctor({ ...of, ...UNMEASURED });
      expect(found.of('storage')).toEqual([expect.stringMatching(says)]);
      expect(await readFile(file)).toEqual(content);
    }
  });

  it('tells a proxy that takes away what camera and sockets need', async () => {
    const proxy = http.createServer((request, response) => {
      void fetch(server.url + request.url!, { headers: { accept: request.headers.accept! } }).then(
        async (answer) => {
          // Of the server's headers it passes on the type alone, and adds what somebody found in a list of good headers.
          const type = answer.headers.get('content-type')!;
          response.writeHead(answer.status, { 'content-type': type, 'permissions-policy': 'camera=()' });
          response.end(await answer.text());
        },
      );
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const found = await doctor({ ...environment, ...UNMEASURED }, {}, '--url', url);
    proxy.close();
    expect(found.code).toBe(1);
    expect(found.of('camera page').slice(1)).toEqual([
      expect.stringMatching(/^failed: .*takes the camera away/),
      expect.stringMatching(/^warning: .*Content-Security-Policy/),
      expect.stringMatching(/^warning: other sites/),
    ]);
    expect(found.of('live sessions')).toEqual([expect.stringMatching(/^warning: WebSockets do not reach/)]);
  });

  it('says what was asked wrongly, and prints a table for people', async () => {
    const wrong = await runCommand(['doctor', '--url', 'nonsense'], environment);
    expect(wrong.code).toBe(2);
    const directory = await temporaryDirectory();
    await mkdir(path.join(directory, 'data'), { mode: 0o755 });
    const { stdout } = await runCommand(['doctor'], {
      DATA_DIR: path.join(directory, 'data'),
      ...UNMEASURED,
    });
    expect(stdout).toMatch(/^failed +calibration +FACE_MAX_FMR must lie/m);
    expect(stdout).toMatch(/^warning +permissions .* \(mode 755\)\n +→ chmod 700 /m);
    expect(stdout).toMatch(/\d+ ok, \d+ warning, 1 failed, \d+ skipped\n$/);
  });
});
