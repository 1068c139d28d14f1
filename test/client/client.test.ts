import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { MemoryTokens, ServerUnreachable, VultusClient, VultusProblem, isProblem } from '@vultus/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { still } from '../support/faces.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

const PASSWORD = 'a longer walk by the river';

let server: RunningServer;
let face: Blob;
beforeAll(async () => {
  server = await startServer({ CONSENT: 'required' });
  face = new Blob([new Uint8Array(await still('franck_02159.jpg'))]);
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

const someone = () => ({ email: `${crypto.randomUUID()}@example.org`, password: PASSWORD });
async function signedUp() {
  const tokens = new MemoryTokens();
  const client = new VultusClient({ serverUrl: server.url, tokens });
  const credentials = someone();
  const user = await client.signUp(credentials);
  return { client, tokens, credentials, user };
}

describe('VultusClient', () => {
  it('signs up, signs out and in, and knows who is signed in', async () => {
    const { client, tokens, credentials, user } = await signedUp();
    expect(await client.account()).toEqual(user);
    await client.signOut();
    expect(tokens.get('authorization')).toBeUndefined();
    await expect(client.account()).rejects.toMatchObject({ code: 'invalid_token', status: 401 });
    expect(await client.signIn(credentials)).toEqual({ outcome: 'signed_in', user });
    const before = tokens.get('authorization');
    await client.refresh();
    expect(tokens.get('authorization')).not.toBe(before);
    expect(await client.account()).toEqual(user);
  });

  it('enrols a face with consent, and completes the next sign-in with a picture', async () => {
    const { client, tokens, credentials } = await signedUp();
    await expect(client.enrolPicture(face)).rejects.toMatchObject({ code: 'consent_required' });
    const { version } = await client.consent();
    expect(await client.enrolPicture(face, { consentVersion: version })).toHaveLength(512);
    expect((await client.consent()).current).toBe(true);

    expect(await client.signIn(credentials)).toEqual({ outcome: 'verification_required' });
    const authorization = tokens.get('authorization');
    expect((await client.verificationMethods()).methods).toEqual(['face']);
    const nobody = new Blob([new Uint8Array(await still('audrey.jpg'))]);
    await expect(client.verifyPicture(nobody)).rejects.toMatchObject({ code: 'face_mismatch' });
    expect((await client.verifyPicture(face)).email).toBe(credentials.email);
    expect(tokens.get('verification')).toBeUndefined();
    expect(tokens.get('authorization')).not.toBe(authorization);
    expect((await client.disableFace()).fv).toEqual([]);
  });

  it('completes a sign-in with a recovery code', async () => {
    const { client, credentials } = await signedUp();
    const { version } = await client.consent();
    await client.giveConsent(version);
    await client.enrolPicture(face);
    const { codes } = await client.makeRecoveryCodes();
    await client.signIn(credentials);
    expect((await client.useRecoveryCode(codes[0]!)).email).toBe(credentials.email);
    expect(await client.recoveryCodes()).toEqual({ remaining: 9 });
    expect((await client.withdrawConsent()).given).toBeNull();
    expect((await client.account()).fv).toEqual([]);
  });

  it('looks after sessions, notices, the password and what is stored', async () => {
    const { client, credentials } = await signedUp();
    const other = new VultusClient({ serverUrl: server.url });
    await other.signIn(credentials);
    const third = new VultusClient({ serverUrl: server.url });
    await third.signIn(credentials);
    const sessions = await client.sessions();
    expect(sessions.map(({ current }) => current)).toEqual([false, false, true]);
    await client.revokeSession(sessions[0]!.id);
    await expect(third.account()).rejects.toMatchObject({ code: 'invalid_token' });
    expect(await client.revokeOtherSessions()).toBe(1);

    await client.changePassword({ current_password: PASSWORD, password: 'a shorter walk by the sea' });
    const notices = await client.notices();
    expect(notices.map(({ kind }) => kind)).toContain('password_changed');
    const seen = await client.markNoticesSeen(notices.map(({ id }) => id));
    expect(seen.every(({ seen }) => seen)).toBe(true);
    expect((await client.exportData()).account.email).toBe(credentials.email);
    expect(await client.passkeys()).toEqual([]);
    expect((await client.passkeyOptions()).challenge).toMatch(/^[\w-]+$/);
    expect((await client.deviceOptions()).challenge).toMatch(/^[\w-]+$/);
    expect((await client.eraseAccount()).erased.sessions).toBe(1);
    await expect(client.account()).rejects.toMatchObject({ code: 'invalid_token' });
  });

  it('remembers by which token its device is known', async () => {
    const { client, tokens, credentials } = await signedUp();
    await client.signIn(credentials);
    const device = tokens.get('device');
    expect(device).toMatch(/^eyJ/);
    const again = new VultusClient({ serverUrl: server.url, tokens: new MemoryTokens({ device: device! }) });
    await again.signIn(credentials);
    expect((await again.sessions()).length).toBeGreaterThan(1);
  });

  it('throws refusals as what they are', async () => {
    const { client, credentials } = await signedUp();
    const error: unknown = await client.signUp(credentials).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(VultusProblem);
    expect(isProblem(error, 'email_taken')).toBe(true);
    expect(isProblem(error, 'invalid_token')).toBe(false);
    const ofAnotherBundle = Object.assign(new Error('…'), { name: 'VultusProblem', code: 'email_taken' });
    expect(isProblem(ofAnotherBundle, 'email_taken')).toBe(true);
    expect(isProblem(new Error('…'))).toBe(false);
    expect(error).toMatchObject({ status: 409, requestId: expect.stringMatching(/./) as string });
    await expect(client.signUp({ email: 'nobody', password: 'short' })).rejects.toMatchObject({
      code: 'validation_failed',
      errors: [{ field: 'email' }, { field: 'password' }],
    });
    for (let i = 0; i < 10; i++) await client.signIn({ ...credentials, password: 'wrong' }).catch(() => null);
    const blocked: unknown = await client.signIn(credentials).catch((error: unknown) => error);
    expect(isProblem(blocked, 'too_many_attempts')).toBe(true);
    expect((blocked as VultusProblem).retryAfter).toBeGreaterThan(0);
  });

  it('tells a server that is not there from one that refuses', async () => {
    const nowhere = new VultusClient({ serverUrl: 'http://127.0.0.1:1' });
    await expect(nowhere.account()).rejects.toThrow(ServerUnreachable);

    const other = createServer((request, response) => {
      if (request.url !== '/user') return;
      response.writeHead(request.headers.authorization === 'Bearer x' ? 502 : 200, {
        'content-type': 'text/html',
      });
      response.end(request.headers.authorization === 'Bearer json' ? '{}' : '<p>Something else</p>');
    }).listen(0);
    const serverUrl = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
    await expect(new VultusClient({ serverUrl }).account()).rejects.toThrow(ServerUnreachable);
    for (const authorization of ['x', 'json']) {
      const tokens = new MemoryTokens({ authorization });
      await expect(new VultusClient({ serverUrl, tokens }).account()).rejects.toThrow(ServerUnreachable);
    }
    const silent = new VultusClient({ serverUrl, timeoutMs: 100 });
    await expect(silent.sessions()).rejects.toThrow(ServerUnreachable);
    other.closeAllConnections();
    other.close();
  });

  it('has to know where the server is', () => {
    expect(() => new VultusClient()).toThrow(/serverUrl/);
  });
});
