import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';

import { afterAll, afterEach, describe, expect, it } from 'vitest';

import { ApiClient } from '../support/api-client.js';
import { FaultyLink } from '../support/faulty-link.js';
import { DatabaseServer, TEST_MONGODB_PROGRAM, mongoInstallation } from '../support/mongodb.js';
import {
  type RunningServer,
  removeTemporaryDirectories,
  startServer,
  startServerInVain,
  temporaryDirectory,
} from '../support/server.js';

/** What the product promises for a request that meets no database. */
const LONGEST_ANSWER_MS = 5000;

const seconds = (count: number) => new Promise((resolve) => setTimeout(resolve, count * 1000));

describe.skipIf(TEST_MONGODB_PROGRAM === undefined)('a MongoDB', () => {
  let database: DatabaseServer;
  let link: FaultyLink;
  let server: RunningServer;
  let api: ApiClient;

  const start = async () => {
    database = await DatabaseServer.create(await temporaryDirectory());
    link = await FaultyLink.to(database.port);
    server = await startServer(mongoInstallation(`mongodb://127.0.0.1:${link.port}/vultus`));
    api = await ApiClient.for(server);
  };
  afterEach(async () => {
    await server.stop();
    link.close();
    await database.stop();
  });
  afterAll(removeTemporaryDirectories);

  /** One call, how long it took, and what it was answered. The client holds every answer against the document. */
  const timed = async (call: () => ReturnType<ApiClient['get']>) => {
    const began = Date.now();
    const { status, body } = await call();
    return { status, code: body.code, ms: Date.now() - began };
  };
  const untilReady = async () => {
    for (let attempt = 0; attempt < 100; attempt++) {
      if ((await api.get('/health/ready')).status === 200) return;
      await seconds(0.2);
    }
    throw new Error('the server did not recover');
  };

  it(
    'that is killed under load and comes back: 503 meanwhile, nothing lost, no restart',
    { timeout: 180_000 },
    async () => {
      await start();
      const { token } = await api.signUp();
      const acknowledged: { email: string; token: string }[] = [];
      const answers: { status: number; code: string; ms: number }[] = [];
      let phase: 'up' | 'down' | 'over' = 'up';
      const clients = Array.from({ length: 6 }, async (_, i) => {
        while (phase !== 'over') {
          const began = phase;
          if (i % 2 === 0) {
            const answer = await timed(() => api.get('/user', { token }));
            if (began === 'down') answers.push(answer);
          } else {
            const email = `${randomUUID()}@example.org`;
            const answer = await timed(async () => {
              const signedUp = await api.post('/user/auth/sign-up', {
                json: { email, password: 'correct horse battery' },
              });
              if (signedUp.status === 201) acknowledged.push({ email, token: signedUp.body.token });
              return signedUp;
            });
            if (began === 'down') answers.push(answer);
          }
        }
      });

      for (let death = 0; death < 3; death++) {
        await seconds(1);
        await database.stop('SIGKILL');
        phase = 'down';
        await seconds(2);
        expect(await timed(() => api.get('/health/ready'))).toMatchObject({
          status: 503,
          code: 'storage_unavailable',
        });
        expect((await api.get('/health/live')).status).toBe(200);
        phase = 'up';
        await database.start();
        await untilReady();
      }
      await seconds(1);
      phase = 'over';
      await Promise.all(clients);

      // Some began in the last moment of the outage, and were answered when it was over.
      const refused = answers.filter(({ status }) => status === 503);
      expect(refused.length).toBeGreaterThan(5);
      for (const { status, code, ms } of answers) {
        expect([200, 201, 503]).toContain(status);
        if (status === 503) expect(code).toBe('storage_unavailable');
        expect(ms).toBeLessThan(LONGEST_ANSWER_MS);
      }
      expect(acknowledged.length).toBeGreaterThan(5);
      for (const { email, token: earned } of acknowledged) {
        expect((await api.get('/user', { token: earned })).body.user.email).toBe(email);
      }
      expect((await api.signIn(acknowledged[0]!.email)).status).toBe(200);
    },
  );

  it('that answers slowly: everything succeeds, through a bounded pool', async () => {
    await start();
    const { token } = await api.signUp();
    link.delayMs = 100;
    const answers = await Promise.all(
      Array.from({ length: 40 }, () => timed(() => api.get('/user', { token }))),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    // The pool's twenty, and the driver's own two that watch the server.
    expect(link.peak).toBeLessThanOrEqual(22);
  });

  it('that freezes: 503 in time for every one of a flood, no growth, and service when it goes on', async () => {
    await start();
    const { token } = await api.signUp();
    link.delayMs = Infinity;
    const resident = async () =>
      Number(/VmRSS:\s+(\d+)/.exec(await readFile(`/proc/${server.pid}/status`, 'utf8'))?.[1]) / 1024;
    const sizes: number[] = [];
    // Without the client's own checks of each answer, which would be a part of its time.
    const plain = async () => {
      const began = Date.now();
      const answer = await fetch(`${server.url}/user`, { headers: { authorization: `Bearer ${token}` } });
      return { ms: Date.now() - began, body: (await answer.json()) as { code: string } };
    };
    for (let flood = 0; flood < 6; flood++) {
      for (const { ms, body } of await Promise.all(Array.from({ length: 300 }, plain))) {
        expect(body.code).toBe('storage_unavailable');
        expect(ms).toBeLessThan(LONGEST_ANSWER_MS);
      }
      sizes.push(await resident());
    }
    // Megabytes: the first floods warm the process up; what were kept of each would show from then on.
    expect(sizes.at(-1)! - sizes[2]!).toBeLessThan(40);
    expect(link.connections).toBeLessThanOrEqual(44);
    link.delayMs = 0;
    await untilReady();
    expect((await api.get('/user', { token })).status).toBe(200);
  });

  it('that freezes does not keep a server from stopping', async () => {
    await start();
    const { token } = await api.signUp();
    link.delayMs = Infinity;
    const running = timed(() => api.get('/user', { token }));
    await seconds(0.1);
    expect(await server.stop()).toBe(0);
    expect((await running).code).toBe('storage_unavailable');
  });

  it('that is not there at the start: one sentence without the password, soon', async () => {
    await start();
    const began = Date.now();
    const { code, stderr } = await startServerInVain(
      mongoInstallation('mongodb://vultus:topsecret@127.0.0.1:1/vultus'),
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/^MongoDB at 127\.0\.0\.1:1, database vultus cannot be used: .*\n$/);
    expect(stderr).not.toContain('topsecret');
    expect(Date.now() - began).toBeLessThan(15_000);
  });
});
