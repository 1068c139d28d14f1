import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ApiClient } from '../support/api-client.js';
import { createVictim } from '../support/attacks/victim.js';
import { still } from '../support/faces.js';
import { TEST_MONGODB_URL, mongoInstallation } from '../support/mongodb.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

/** Failures before further ones have to wait, and of the face before it is not accepted. */
const BEFORE_DELAY = 10;
const BEFORE_SUSPENSION = 8;
const BURST = 30;

// The attacker wants: more guesses than are allowed, by making them at all replicas before any of them has counted.
describe.skipIf(TEST_MONGODB_URL === undefined)('a burst at two replicas that share a MongoDB', () => {
  let servers: RunningServer[];
  let apis: ApiClient[];
  let franck: Buffer;
  let stranger: Buffer;
  beforeAll(async () => {
    const installation = {
      ...mongoInstallation(),
      FACE_QUEUE: '64',
      ATTEMPTS_BEFORE_SUSPENSION: String(BEFORE_SUSPENSION),
    };
    servers = await Promise.all([startServer(installation), startServer(installation)]);
    apis = await Promise.all(servers.map((server) => ApiClient.for(server)));
    [franck, stranger] = (await Promise.all(['franck_02159.jpg', 'cage.jpg'].map(still))) as [Buffer, Buffer];
  });
  afterAll(async () => {
    await Promise.all(servers.map((server) => server.stop()));
    await removeTemporaryDirectories();
  });

  async function burst(
    count: number,
    call: (api: ApiClient, i: number) => Promise<{ status: number; body: { code: string } }>,
  ): Promise<Record<string, number>> {
    const answers = await Promise.all(Array.from({ length: count }, (_, i) => call(apis[i % 2]!, i)));
    const counts: Record<string, number> = {};
    for (const { status, body } of answers) {
      const outcome = status < 300 ? 'accepted' : body.code;
      counts[outcome] = (counts[outcome] ?? 0) + 1;
    }
    return counts;
  }

  it('of passwords has ten', async () => {
    const { email } = await apis[0]!.signUp();
    expect(await burst(BURST, (api) => api.signIn(email, 'not the password'))).toEqual({
      invalid_credentials: BEFORE_DELAY,
      too_many_attempts: BURST - BEFORE_DELAY,
    });
    for (const api of apis) expect((await api.signIn(email)).status).toBe(429);
  });

  it('of recovery codes has ten, over several sign-ins', async () => {
    const { email } = await createVictim(apis[0]!);
    const tokens = await Promise.all(apis.map((api) => api.verificationToken(email)));
    const json = { code: 'AAAA-AAAA-AAAA-AAAA' };
    const counts = await burst(BURST, (api, i) =>
      api.post('/user/auth/recovery-code', { token: tokens[(i >> 1) % 2], json }),
    );
    expect(counts).toEqual({
      invalid_recovery_code: BEFORE_DELAY,
      too_many_attempts: BURST - BEFORE_DELAY,
    });
  });

  it('of faces has eight, over several sign-ins, until the face is suspended', async () => {
    const { email } = await apis[0]!.enrolled(franck);
    const tokens: string[] = [];
    for (let i = 0; i < 3; i++) tokens.push(await apis[1]!.verificationToken(email));
    const counts = await burst(15, (api, i) =>
      api.uploadPatiently('/user/image/compare-faces', tokens[i % 3], stranger),
    );
    expect(counts).toEqual({ face_mismatch: BEFORE_SUSPENSION, face_suspended: 15 - BEFORE_SUSPENSION });
    for (const api of apis) {
      const token = await api.verificationToken(email);
      const answer = await api.upload('/user/image/compare-faces', token, franck);
      expect(answer).toMatchObject({ status: 403, body: { code: 'face_suspended' } });
    }
  });
});
