import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { FaceEngine } from '../../src/face/engine.js';
import { meetServices } from '../../src/face/remote/service-meeting.js';
import { ApiClient } from '../support/api-client.js';
import { ENGINE_OPTIONS, shippedModels } from '../support/engine.js';
import { SERVICE_KEY, startFaceService } from '../support/face-service.js';
import { still } from '../support/faces.js';
import { landscape } from '../support/pictures.js';
import {
  type RunningServer,
  removeTemporaryDirectories,
  startServer,
  startServerInVain,
} from '../support/server.js';

const ENROL = '/user/image/image-embedding';
const COMPARE = '/user/image/compare-faces';
const ACCOUNTS = 4;

let franck: Buffer;
let again: Buffer;
let services: RunningServer[];
let server: RunningServer;
let api: ApiClient;

const serverFor = (urls: readonly string[], environment: Record<string, string> = {}) =>
  startServer({ FACE_API_URL: urls.join(','), FACE_API_KEY: SERVICE_KEY, ...environment });
const portOf = ({ url }: RunningServer) => new URL(url).port;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const until = async (condition: () => boolean | Promise<boolean>) => {
  for (let tries = 0; !(await condition()); tries++) {
    if (tries > 100) throw new Error('it did not come to that');
    await pause(100);
  }
};
/** A service at the same address, where this one has ended. */
const revived = async (service: RunningServer) => {
  const isThere = await fetch(`${service.url}/health/live`).then(
    () => true,
    () => false,
  );
  return isThere ? service : startFaceService({ PORT: portOf(service) });
};
/** Pictures that a service has looked at. */
const looked = ({ output }: RunningServer) => output.stderr.match(/"route":"\/capture"/g)?.length ?? 0;

beforeAll(async () => {
  [franck, again] = await Promise.all([still('franck_02159.jpg'), still('franck_02888.jpg')]);
  services = await Promise.all([startFaceService(), startFaceService()]);
  server = await serverFor(services.map(({ url }) => url));
  api = await ApiClient.for(server);
});
afterAll(async () => {
  await Promise.all([server, ...services].map((program) => program.stop()));
  await removeTemporaryDirectories();
});

/** On a machine that others keep busy a picture may take longer than anybody waits for it: then once more. */
describe('a server whose faces are looked at by two services', { retry: 1 }, () => {
  afterEach(async () => {
    services = await Promise.all(services.map(revived));
    await until(async () => (await fetch(`${server.url}/health/ready`)).status === 200);
  });

  it('enrols and verifies as with models of its own, and says where it looks', async () => {
    expect(server.output.stdout).toMatch(/fr_feature@\w+ at 2 face recognition services; at most 0.0001/);
    const { email, token } = await api.enrolled(franck);
    expect((await api.get('/user', { token })).body.user.fv).toHaveLength(512);
    const verified = await api.upload(COMPARE, await api.verificationToken(email), again);
    expect(verified).toMatchObject({ status: 200, body: { result: { user: { email } } } });
    const stranger = await api.upload(COMPARE, await api.verificationToken(email), await still('cage.jpg'));
    expect(stranger).toMatchObject({ status: 401, body: { code: 'face_mismatch' } });
    const nobody = await api.upload(COMPARE, await api.verificationToken(email), new Uint8Array(500));
    expect(nobody).toMatchObject({ status: 415, body: { code: 'unsupported_image' } });
  });

  it('makes templates that a server with the same models compares with its own, and the other way round', async () => {
    const apart = await serverFor([services[0]!.url]);
    const { email } = await (await ApiClient.for(apart)).enrolled(franck);
    await apart.stop();
    const alone = await startServer({ DATA_DIR: apart.dataDirectory });
    const ownApi = await ApiClient.for(alone);
    const { status } = await ownApi.upload(COMPARE, await ownApi.verificationToken(email), again);
    await alone.stop();
    expect(status).toBe(200);
  });

  it('learns of a frame all that a worker of its own would tell it', async () => {
    const engine = await FaceEngine.load(await shippedModels(), ENGINE_OPTIONS);
    const log = { info: () => undefined, warn: () => undefined };
    const { engine: remote } = await meetServices({
      urls: services.map(({ url }) => url),
      key: SERVICE_KEY,
      model: null,
      checks: ENGINE_OPTIONS.checks,
      limits: ENGINE_OPTIONS.limits,
      log,
    });
    for (const frame of [franck, await still('franck_02683.jpg'), await landscape()]) {
      expect(await remote.observe(frame, 'verification')).toEqual(
        await engine.observe(frame, 'verification'),
      );
      expect(await remote.capture(frame, 'enrolment')).toEqual(await engine.capture(frame, 'enrolment'));
    }
    await remote.close();
  });

  it('gives both of them work', async () => {
    const { token } = await api.signUp();
    const before = services.map(looked);
    const enrolments = Array.from({ length: 4 }, () => api.upload(ENROL, token, franck));
    expect((await Promise.all(enrolments)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    await until(() => services.every((service, i) => looked(service) > before[i]!));
  });

  it('loses no request when one is killed with pictures in its hands, and uses it again when it is back', async () => {
    const accounts = await Promise.all(Array.from({ length: ACCOUNTS }, () => api.enrolled(franck)));
    const tokens = await Promise.all(
      Array.from({ length: 5 * ACCOUNTS }, (_, i) => api.verificationToken(accounts[i % ACCOUNTS]!.email)),
    );
    const victim = services[0]!;
    const before = looked(victim);
    // The one that is left may be busy with so many, and says so.
    const running = tokens.map((token) => api.uploadPatiently(COMPARE, token, again));
    // In the middle: some pictures it has answered, others wait there.
    await until(() => looked(victim) > before);
    await victim.stop('SIGKILL');
    const answers = (await Promise.all(running)).map(({ status, body }) =>
      status === 200 ? status : body.code,
    );
    expect(answers).toEqual(tokens.map(() => 200));
    expect(looked(victim) - before).toBeLessThan(tokens.length / 2);
    expect(server.output.stderr).toMatch(/gets no pictures any more, for it /);

    services[0] = await revived(victim);
    await until(() => server.output.stderr.includes('is used again'));
    const { token } = await api.signUp();
    await Promise.all(Array.from({ length: 4 }, () => api.upload(ENROL, token, franck)));
    await until(() => looked(services[0]!) > 0);
    expect(server.output.stderr).not.toContain(SERVICE_KEY);
  });

  it('loses no request when one is stopped in order, as for an upgrade', async () => {
    const { email } = await api.enrolled(franck);
    const tokens = await Promise.all(Array.from({ length: 6 }, () => api.verificationToken(email)));
    const running = tokens.map((token) => api.upload(COMPARE, token, again));
    await pause(60);
    const [code, ...answers] = await Promise.all([services[0]!.stop('SIGTERM'), ...running]);
    expect(code).toBe(0);
    expect(answers.map(({ status }) => status)).toEqual(tokens.map(() => 200));
  });
});

describe('while no service answers', () => {
  let service: RunningServer;
  let lonely: RunningServer;
  afterEach(async () => {
    await Promise.all([lonely.stop(), service.stop()]);
  });

  it('a server says so, counts no attempt, and goes on by itself', async () => {
    service = await startFaceService();
    // One failure more, and the sign-in would be over.
    lonely = await serverFor([service.url], { FACE_MAX_FAILURES: '1' });
    const lonelyApi = await ApiClient.for(lonely);
    const { email } = await lonelyApi.enrolled(franck);
    const verification = await lonelyApi.verificationToken(email);
    await service.stop('SIGKILL');
    for (let i = 0; i < 5; i++) {
      const answer = await lonelyApi.upload(COMPARE, verification, again);
      expect(answer).toMatchObject({ status: 503, body: { code: 'face_service_unavailable' } });
      expect(answer.headers.get('retry-after')).toBe('1');
    }
    const isReady = async () => (await fetch(`${lonely.url}/health/ready`)).status === 200;
    expect(await isReady()).toBe(false);
    service = await startFaceService({ PORT: portOf(service) });
    await until(isReady);
    expect((await lonelyApi.upload(COMPARE, verification, again)).status).toBe(200);
  });
});

it('passes on that the services are busy', async () => {
  const service = await startFaceService({ FACE_QUEUE: '1' });
  const busy = await serverFor([service.url]);
  const busyApi = await ApiClient.for(busy);
  const accounts = await Promise.all(Array.from({ length: 4 }, () => busyApi.signUp()));
  const burst = await Promise.all(
    Array.from({ length: 12 }, (_, i) => busyApi.upload(ENROL, accounts[i % 4]!.token, franck)),
  );
  const refused = burst.filter(({ status }) => status !== 200);
  expect(refused.length).toBeGreaterThan(0);
  expect(refused.length).toBeLessThan(12);
  for (const { status, body, headers } of refused) {
    expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'busy', '1']);
  }
  expect(busy.output.stderr).not.toContain('gets no pictures');
  await Promise.all([busy.stop(), service.stop()]);
});

it('does not start with a key that the service does not take, and does not repeat it', async () => {
  const { code, stderr } = await startServerInVain({
    FACE_API_URL: services.map(({ url }) => url).join(','),
    FACE_API_KEY: 'not-the-key-of-the-face-service',
  });
  expect(code).toBe(1);
  expect(stderr).toMatch(/The face recognition service at http\S+ refuses the API key: FACE_API_KEY/);
  expect(stderr).not.toContain('not-the-key');
  expect(stderr).not.toContain('    at ');
});

it('keeps the ids of a request in the log of the service', async () => {
  const { token } = await api.signUp();
  const id = 'one-request-of-this-test';
  await api.post(ENROL, {
    token,
    body: ((form) => (form.set('file', new Blob([Uint8Array.from(franck)])), form))(new FormData()),
    headers: { 'x-request-id': id },
  });
  await until(() => services.some(({ output }) => output.stderr.includes(id)));
});
