import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ApiClient, PASSWORD, form } from '../support/api-client.js';
import { runCommand } from '../support/command.js';
import { still } from '../support/faces.js';
import {
  type RunningServer,
  removeTemporaryDirectories,
  startServer,
  temporaryDirectory,
} from '../support/server.js';

interface Consent {
  readonly required: boolean;
  readonly version: string;
  readonly text: string;
  readonly given: { readonly version: string; readonly means: string } | null;
  readonly current: boolean;
}

let server: RunningServer;
let api: ApiClient;
let franck: Buffer;
let franckAgain: Buffer;
const environment = { CONSENT: 'required', CONSENT_VERSION: '2' };
beforeAll(async () => {
  const textFile = path.join(await temporaryDirectory(), 'consent.txt');
  await writeFile(textFile, 'We would like to look at your face.\n');
  server = await startServer({ ...environment, CONSENT_TEXT_FILE: textFile });
  api = await ApiClient.for(server);
  [franck, franckAgain] = (await Promise.all(['franck_02159.jpg', 'franck_02221.jpg'].map(still))) as [
    Buffer,
    Buffer,
  ];
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

const enrol = (token: string, headers: Record<string, string> = {}, field?: string) => {
  const body = form(franck);
  if (field !== undefined) body.set('consent', field);
  return api.post('/user/image/image-embedding', { token, body, headers });
};
const consentOf = async (token: string) =>
  (await api.get('/user/consent', { token })).body as unknown as Consent;

describe('a face', () => {
  it('is enrolled by nobody who has not agreed, and the refusal says how to', async () => {
    const { token } = await api.signUp();
    const refused = await enrol(token);
    expect(refused).toMatchObject({ status: 403, body: { code: 'consent_required' } });
    expect(refused.body.detail).toContain('/user/consent');
    expect((await api.post('/user/live-enrolment', { token })).body.code).toBe('consent_required');
    expect((await api.get('/user', { token })).body.user.fv).toEqual([]);
  });

  it('is enrolled after agreeing to the text in force, and to no other version', async () => {
    const { token } = await api.signUp();
    expect(await consentOf(token)).toMatchObject({
      required: true,
      version: '2',
      text: 'We would like to look at your face.',
      given: null,
      current: false,
    });
    const old = await api.post('/user/consent', { token, json: { version: '1' } });
    expect(old).toMatchObject({ status: 400, body: { code: 'validation_failed' } });
    expect((await enrol(token, { 'vultus-consent': '1' })).status).toBe(400);
    await api.post('/user/consent', { token, json: { version: '2' } });
    expect(await consentOf(token)).toMatchObject({ given: { version: '2', means: 'call' }, current: true });
    expect((await enrol(token)).status).toBe(200);
  });

  it.each<[string, Record<string, string>, string | undefined, string]>([
    ['in the header', { 'vultus-consent': '2' }, undefined, 'header'],
    ['in a field of the form', {}, '2', 'form_field'],
  ])('is enrolled with consent that comes along %s', async (_, headers, field, means) => {
    const { token } = await api.signUp();
    expect((await enrol(token, headers, field)).status).toBe(200);
    expect(await consentOf(token)).toMatchObject({ given: { version: '2', means }, current: true });
  });

  it('goes with the consent, and comes back with a new one only', async () => {
    const { token } = await api.signUp();
    await enrol(token, {}, '2');
    const withdrawn = await api.delete('/user/consent', { token });
    expect(withdrawn).toMatchObject({ status: 200, body: { given: null, current: false } });
    expect((await api.get('/user', { token })).body.user.fv).toEqual([]);
    expect((await enrol(token)).body.code).toBe('consent_required');
    const { consents } = (await api.get('/user/export', { token })).body as unknown as {
      consents: { withdrawn_at: string | null }[];
    };
    expect(consents).toHaveLength(1);
    expect(consents[0]!.withdrawn_at).not.toBeNull();
  });
});

describe('an account', () => {
  it('is exported whole, without anything to sign in with, and without scores', async () => {
    const { email, token, id } = await api.signUp();
    await enrol(token, {}, '2');
    const verification = await api.verificationToken(email);
    await api.upload('/user/image/compare-faces', verification, franckAgain);
    const { codes } = (await api.post('/user/recovery-codes', { token })).body as unknown as {
      codes: string[];
    };
    const answer = await api.get('/user/export', { token });
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment/);
    const exported = answer.body as unknown as {
      account: object;
      face: { fv: number[] };
      sessions: object[];
      audit_log: { action: string }[];
    };
    expect(exported.account).toMatchObject({ id, email, second_factor_owed: false });
    expect(exported.face.fv).toEqual((await api.get('/user', { token })).body.user.fv);
    expect(exported).toMatchObject({ recovery_codes_left: 10, passkeys: [] });
    expect(exported.sessions).toHaveLength(2);
    expect(exported.audit_log.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['sign_up', 'face_enrolled', 'consent_given', 'sign_in_face']),
    );
    const text = JSON.stringify(exported);
    for (const secret of ['argon2', 'hash', 'similarity', PASSWORD, token, ...codes])
      expect(text).not.toContain(secret);
  });

  it('is erased with all that belongs to it, from every file, and its owner has a receipt', async () => {
    const { email, token, id } = await api.signUp();
    await enrol(token, {}, '2');
    const verification = await api.verificationToken(email);
    const { body } = await api.delete('/user', { token });
    const { receipt } = body as unknown as { receipt: { account_id: string; signature: string } };
    expect(receipt).toMatchObject({ account_id: id, erased: { face: true, sessions: 1, consents: 1 } });

    expect((await api.get('/user', { token })).status).toBe(401);
    expect((await api.upload('/user/image/compare-faces', verification, franck)).status).toBe(401);
    expect((await api.signIn(email)).status).toBe(401);
    if (process.env['TEST_STORE'] !== 'mongodb') {
      const names = (await readdir(server.dataDirectory)).filter((name) => name.startsWith('vultus.db'));
      for (const name of names) {
        const content = await readFile(path.join(server.dataDirectory, name));
        expect(content.includes(email), name).toBe(false);
      }
    }

    // With a MongoDB the secrets are in the server's environment, which the command has not.
    if (process.env['TEST_STORE'] === 'mongodb') return;
    const file = path.join(await temporaryDirectory(), 'receipt.json');
    const verify = () => runCommand(['receipt', 'verify', file], { DATA_DIR: server.dataDirectory });
    await writeFile(file, JSON.stringify({ receipt }));
    expect(await verify()).toMatchObject({ code: 0 });
    await writeFile(file, JSON.stringify({ receipt: { ...receipt, account_id: 'another' } }));
    expect(await verify()).toMatchObject({ code: 2 });
  });

  it('may use its address again', async () => {
    const { email, token } = await api.signUp();
    await api.delete('/user', { token });
    expect((await api.signUp(email)).token).toBeTruthy();
  });
});
