import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ApiClient, PASSWORD } from '../support/api-client.js';
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

describe('the journey of a person', () => {
  it('signs up, enrols a face, signs in with it, and gives it up again', async () => {
    const signUp = await api.post('/user/auth/sign-up', {
      json: { email: 'Ada@Example.org', password: PASSWORD },
    });
    expect(signUp.status).toBe(201);
    expect(signUp.body.user.id).not.toBe('');
    expect(signUp.body.user).toEqual({ id: signUp.body.user.id, email: 'ada@example.org', fv: [] });

    const withoutFace = await api.signIn('ada@example.org');
    expect(withoutFace.status).toBe(200);
    expect(withoutFace.body.user).toEqual(signUp.body.user);

    const { token } = withoutFace.body;
    const enrolment = await api.upload('/user/image/image-embedding', token, await still('franck_02159.jpg'));
    expect(enrolment.status).toBe(200);
    expect(enrolment.body.fv).toHaveLength(512);
    expect((await api.get('/user', { token })).body.user.fv).toEqual(enrolment.body.fv);

    const withFace = await api.signIn('ADA@example.org');
    expect(withFace.status).toBe(210);
    expect(Object.keys(withFace.body)).toEqual(['verification_token']);

    const verification = withFace.body.verification_token;
    const stranger = await api.upload('/user/image/compare-faces', verification, await still('cage.jpg'));
    expect(stranger).toMatchObject({ status: 401, body: { code: 'face_mismatch' } });
    expect(JSON.stringify(stranger.body)).not.toMatch(/\d\.\d{3}/);

    const match = await api.upload(
      '/user/image/compare-faces',
      verification,
      await still('franck_04117.jpg'),
    );
    expect(match.status).toBe(200);
    expect(match.body.cosine_similarity).toMatch(/^0\.\d{6}$/);
    expect(match.body.result.user).toEqual({ ...signUp.body.user, fv: enrolment.body.fv });

    const session = match.body.result.token;
    const disabled = await api.post('/user/disable-face-verification', { token: session });
    expect(disabled).toMatchObject({ status: 200, body: { user: { fv: [] } } });
    expect((await api.get('/user', { token: session })).body.user.fv).toEqual([]);
    expect((await api.signIn('ada@example.org')).status).toBe(200);
  });

  it('finds the same call under the second published path', async () => {
    const { email } = await api.enrolled(await still('franck_02159.jpg'));
    const token = await api.verificationToken(email);
    const { status } = await api.upload('/user/faces/compare-faces', token, await still('franck_02888.jpg'));
    expect(status).toBe(200);
  });

  it('ends with revoke-token', async () => {
    const { token } = await api.signUp();
    expect((await api.post('/user/auth/revoke-token', { token })).body).toEqual({ revoked: true });
    expect(await api.get('/user', { token })).toMatchObject({ status: 401, body: { code: 'invalid_token' } });
    expect((await api.post('/user/auth/revoke-token', { token })).status).toBe(401);
  });

  it('revokes one session and leaves the others', async () => {
    const { email, token } = await api.signUp();
    const second = (await api.signIn(email)).body.token;
    await api.post('/user/auth/revoke-token', { token });
    expect((await api.get('/user', { token: second })).status).toBe(200);
  });

  it('replaces the face by enrolling again: the old one is no longer accepted', async () => {
    const { email, token } = await api.enrolled(await still('franck_02159.jpg'));
    expect((await api.upload('/user/image/image-embedding', token, await still('audrey.jpg'))).status).toBe(
      200,
    );
    const verification = await api.verificationToken(email);
    const before = await api.upload(
      '/user/image/compare-faces',
      verification,
      await still('franck_02888.jpg'),
    );
    expect(before.status).toBe(401);
    const after = await api.upload('/user/image/compare-faces', verification, await still('audrey_crop.jpg'));
    expect(after.status).toBe(200);
  });

  it('comes to nothing when the face is disabled between password and face', async () => {
    const { email, token } = await api.enrolled(await still('franck_02159.jpg'));
    const verification = await api.verificationToken(email);
    await api.post('/user/disable-face-verification', { token });
    const result = await api.upload(
      '/user/image/compare-faces',
      verification,
      await still('franck_02888.jpg'),
    );
    expect(result).toMatchObject({ status: 401, body: { code: 'invalid_token' } });
  });

  it('is open to clients of the configured origin only', async () => {
    const preflight = (origin: string) =>
      fetch(`${server.url}/user/auth/sign-in`, {
        method: 'OPTIONS',
        headers: {
          origin,
          'access-control-request-method': 'POST',
          'access-control-request-headers': 'content-type',
        },
      });
    const ours = await preflight('http://localhost:3000');
    expect(ours.headers.get('access-control-allow-origin')).toBe('http://localhost:3000');
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
  });

  it('leaves answers out of every cache', async () => {
    const { token } = await api.signUp();
    expect((await api.get('/user', { token })).headers.get('cache-control')).toBe('no-store');
  });
});
