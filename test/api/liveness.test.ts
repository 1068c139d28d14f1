import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ApiClient } from '../support/api-client.js';
import { still } from '../support/faces.js';
import { rephotograph } from '../support/rephotograph.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

const servers: RunningServer[] = [];
let onScreen: Buffer;
const serverWith = async (liveness: string) => {
  const server = await startServer({ LIVENESS: liveness });
  servers.push(server);
  return { server, api: await ApiClient.for(server) };
};
beforeAll(async () => {
  onScreen = await rephotograph(await still('franck_02888.jpg'), { fill: 0.95, moire: 0.08 });
});
afterAll(async () => {
  for (const server of servers) await server.stop();
  await removeTemporaryDirectories();
});

const compare = '/user/image/compare-faces';
const enrol = '/user/image/image-embedding';

describe('LIVENESS=passive', () => {
  let api: ApiClient;
  let email: string;
  beforeAll(async () => {
    ({ api } = await serverWith('passive'));
    ({ email } = await api.enrolled(await still('franck_02159.jpg')));
  });

  it('refuses to enrol a picture of a screen, says why, and keeps nothing of it', async () => {
    const { token } = await api.signUp();
    const answer = await api.upload(enrol, token, onScreen);
    expect(answer).toMatchObject({ status: 401, body: { code: 'presentation_attack' } });
    expect((await api.get('/user', { token })).body.user.fv).toEqual([]);
  });

  it('refuses one at sign-in as it refuses a stranger: who tries pictures learns nothing', async () => {
    const verification = await api.verificationToken(email);
    const attack = await api.upload(compare, verification, onScreen);
    const stranger = await api.upload(compare, verification, await still('cage.jpg'));
    expect({ ...attack.body, request_id: '' }).toEqual({ ...stranger.body, request_id: '' });
    expect(attack.body.code).toBe('face_mismatch');
    expect([...attack.headers.keys()].sort()).toEqual([...stranger.headers.keys()].sort());
  });

  it('counts the attempt', async () => {
    const verification = await api.verificationToken(email);
    for (let i = 0; i < 5; i++) {
      expect((await api.upload(compare, verification, onScreen)).body.code).toBe('face_mismatch');
    }
    const genuine = await api.upload(compare, verification, await still('franck_02888.jpg'));
    expect(genuine).toMatchObject({ status: 429, body: { code: 'too_many_attempts' } });
  });

  it('accepts the face itself', async () => {
    const verification = await api.verificationToken(email);
    expect((await api.upload(compare, verification, await still('franck_02888.jpg'))).status).toBe(200);
  });

  it('offers live sessions', async () => {
    const { status } = await api.post('/user/live-verification', {
      token: await api.verificationToken(email),
    });
    expect(status).toBe(201);
  });
});

describe('LIVENESS=active', () => {
  it('accepts no single picture, neither to enrol nor to sign in, and reads none', async () => {
    // A face that was enrolled before the policy was changed.
    const before = await serverWith('passive');
    const { email, token } = await before.api.enrolled(await still('franck_02159.jpg'));
    await before.server.stop();
    const server = await startServer({ LIVENESS: 'active', DATA_DIR: before.server.dataDirectory });
    servers.push(server);
    const api = await ApiClient.for(server);
    for (const body of [await still('franck_02888.jpg'), new Uint8Array(20)]) {
      const verification = await api.verificationToken(email);
      for (const [path, bearer] of [
        [compare, verification],
        [enrol, token],
      ] as const) {
        const answer = await api.upload(path, bearer, body);
        expect(answer).toMatchObject({ status: 403, body: { code: 'live_verification_required' } });
      }
    }
    expect((await api.post('/user/live-enrolment', { token })).status).toBe(201);
  });

  it('cannot be talked out of it by a request', async () => {
    const { api } = await serverWith('active');
    const { token } = await api.signUp();
    const form = new FormData();
    form.set('liveness', 'off');
    form.set('file', new Blob([Uint8Array.from(await still('franck_02888.jpg'))]));
    const answer = await api.post(enrol, { token, body: form, headers: { 'x-liveness': 'off' } });
    expect(answer).toMatchObject({ status: 403, body: { code: 'live_verification_required' } });
  });
});

describe('LIVENESS=off', () => {
  it('checks nothing, and says that it makes no live checks', async () => {
    const { api, server } = await serverWith('off');
    const { token, email } = await api.signUp();
    expect((await api.upload(enrol, token, onScreen)).status).toBe(200);
    const verification = await api.verificationToken(email);
    const live = await api.post('/user/live-verification', { token: verification });
    expect(live).toMatchObject({ status: 404, body: { code: 'live_check_not_offered' } });
    expect(server.output.stdout).toContain('liveness   not checked');
  });
});
