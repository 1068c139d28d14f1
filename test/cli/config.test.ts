import { readdir } from 'node:fs/promises';

import { afterAll, describe, expect, it } from 'vitest';

import { runCommand } from '../support/command.js';
import { removeTemporaryDirectories, startServerInVain, temporaryDirectory } from '../support/server.js';

afterAll(removeTemporaryDirectories);

interface Shown {
  readonly variables: readonly { readonly name: string; readonly value: string; readonly from: string }[];
  readonly derived: readonly { readonly name: string; readonly value: string }[];
  readonly warnings: readonly string[];
}

async function shown(environment: Record<string, string>) {
  const { code, stdout, stderr } = await runCommand(['config', '--json'], environment);
  expect([code, stderr]).toEqual([0, '']);
  const { variables, derived, warnings } = JSON.parse(stdout) as Shown;
  const of = (name: string) => {
    const found = variables.find((variable) => variable.name === name);
    return found && [found.value, found.from];
  };
  return { of, derived, warnings };
}

describe('vultus config', () => {
  it('says of every setting what it is and where it comes from, and makes nothing', async () => {
    const directory = await temporaryDirectory();
    const { of, derived, warnings } = await shown({
      DATA_DIR: directory,
      FACE_WORKERS: '3',
      FACE_MAX_FMR: '1e-3',
      PORT: '',
    });
    expect(of('PORT')).toEqual(['8080', 'default']);
    expect(of('FACE_WORKERS')).toEqual(['3', 'set']);
    expect(of('LIVE_MAX_SESSIONS')).toEqual(['24', 'derived']);
    expect(of('ATTEMPTS_BEFORE_DELAY')).toEqual(['10', 'derived']);
    expect(of('JWT_SECRET')).toEqual([
      `will be made at the first start, in ${directory}/secrets.json`,
      'generated',
    ]);
    expect(derived[1]?.value).toMatch(/^cosine 0\.\d{4} .* 1e-3 of strangers/);
    expect(warnings).toEqual([]);
    expect(await readdir(directory)).toEqual([]);
  });

  it('never shows a secret, wherever it stands', async () => {
    const mark = 'Zs7Kq';
    const secret = (n: number) => `${mark}${n}${'mTb4xWv9Lp2Rc8Nd6Hf3'.repeat(2)}`;
    const key = (n: number) => Buffer.from(`${mark}${n}`.padEnd(32, '~')).toString('base64');
    const environment = {
      JWT_SECRET: secret(1),
      FACE_AUTH_SECRET: secret(2),
      AUDIT_KEY: secret(3),
      METRICS_TOKEN: secret(4),
      FACE_API_KEY: secret(5),
      FACE_API_URL: `http://faces.example/${mark}`,
      TEMPLATE_KEY: `${key(6)},${key(7)}`,
      WEBHOOK_SECRET: `whsec_${secret(8)}`,
      WEBHOOK_URL: `https://user:${mark}@hooks.example/${mark}?token=${mark}`,
      DATABASE_URL: `mongodb://vultus:${mark}@db.example/faces?tlsCertificateKeyFilePassword=${mark}`,
      CORS_ORIGINS: `https://user:${mark}@app.example`,
      PUBLIC_URL: `https://user:${mark}@login.example`,
      OTEL_EXPORTER_OTLP_ENDPOINT: `https://user:${mark}@traces.example/${mark}`,
    };
    const table = await runCommand(['config'], environment);
    expect([table.code, table.stderr]).toEqual([0, '']);
    const json = await runCommand(['config', '--json'], environment);
    expect(table.stdout).toMatch(/^JWT_SECRET +set +set, 46 characters$/m);
    expect(table.stdout).toMatch(/^DATABASE_URL +set +MongoDB at db\.example, database faces$/m);
    expect(table.stdout).toMatch(/^WEBHOOK_URL +set +https:\/\/hooks\.example\/…$/m);
    const output = table.stdout + json.stdout;
    for (const hidden of [mark, key(6), key(7)]) expect(output).not.toContain(hidden);
  });

  it('asks about names that nothing reads', async () => {
    const { warnings } = await shown({ FACE_MAX_FRM: '1e-5', HOME: '/tmp' });
    expect(warnings).toEqual(['FACE_MAX_FRM is set, and nothing reads it. Is FACE_MAX_FMR meant?']);
  });

  it('refuses what the server refuses, in the same words', async () => {
    const environment = { PORT: 'http', FACE_MAX_FMR: '2' };
    const [{ code, stdout, stderr }, server] = await Promise.all([
      runCommand(['config'], environment),
      startServerInVain(environment),
    ]);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toBe(server.stderr);
  });
});
