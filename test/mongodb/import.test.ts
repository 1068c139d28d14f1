import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';

import bcrypt from 'bcrypt';
import { SignJWT } from 'jose';
import { type Document, MongoClient, ObjectId } from 'mongodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { readConfig } from '../../src/config/config.js';
import { cosineSimilarity } from '../../src/face/comparison.js';
import { FaceEngine } from '../../src/face/engine.js';
import { openStorage } from '../../src/open-storage.js';
import type { AccountRecord, Storage } from '../../src/storage/port.js';
import { ApiClient, PASSWORD } from '../support/api-client.js';
import { startCommand } from '../support/command.js';
import { ENGINE_OPTIONS, shippedModels } from '../support/engine.js';
import { still } from '../support/faces.js';
import { TEST_MONGODB_URL, freshDatabaseUrl, mongoInstallation } from '../support/mongodb.js';
import { removeTemporaryDirectories, startServer, temporaryDirectory } from '../support/server.js';

/** An ObjectId's time is whole seconds. */
const CREATED = Date.UTC(2021, 4, 17, 9, 30);

type Environment = Record<string, string>;

afterAll(removeTemporaryDirectories);

describe.skipIf(TEST_MONGODB_URL === undefined)('vultus import', () => {
  let face: number[];
  let hash: string;
  beforeAll(async () => {
    hash = await bcrypt.hash(PASSWORD, 4);
    // As the earlier system kept it: our answers have no face that is not under a transform.
    const engine = await FaceEngine.load(await shippedModels(), ENGINE_OPTIONS);
    const captured = await engine.capture(await still('franck_02159.jpg'), 'enrolment');
    if (captured.outcome !== 'captured') throw new Error(`the picture gives no face: ${captured.outcome}`);
    face = [...captured.template.vector];
  });

  let source: string;
  let client: MongoClient;
  beforeEach(() => {
    source = freshDatabaseUrl();
    client = new MongoClient(source);
  });
  afterEach(() => client.close());

  const users = () => client.db().collection<Document & { _id: unknown }>('User');
  let records = 0;
  /** A record of the earlier system, the later the greater. @returns its id */
  const seed = async (changes: Document = {}): Promise<string> => {
    const time = (CREATED / 1000).toString(16);
    const _id = new ObjectId(time + (++records).toString(16).padStart(16, '0'));
    const email = `somebody-${records}@example.org`;
    await users().insertOne({ _id, email, password: hash, fv: [], ...changes });
    return _id.toHexString();
  };

  const start = (environment: Environment, args: readonly string[]) =>
    startCommand(['import', '--from', source, ...args], environment);
  const run = async (environment: Environment, ...args: string[]) => {
    const { ended, output } = start(environment, args);
    const { code } = await ended;
    // Nobody's address, hash or vector is for a terminal or a log.
    for (const text of [output.stdout, output.stderr])
      expect(text).not.toMatch(/@example|\$2[aby]\$|0\.\d{3}/);
    return { code, ...output };
  };

  const withStorage = async <T>(environment: Environment, action: (storage: Storage) => Promise<T>) => {
    const storage = await openStorage(readConfig(environment).storage);
    try {
      return await action(storage);
    } finally {
      await storage.close();
    }
  };
  const stored = (environment: Environment): Promise<AccountRecord[]> =>
    withStorage(environment, (storage) => storage.archive.accounts.page(null, 10_000));
  const bcryptCost = (environment: Environment) =>
    withStorage(environment, (storage) => storage.facts.read('bcrypt_cost'));

  const installations = [
    ['SQLite', async () => ({ DATA_DIR: path.join(await temporaryDirectory(), 'data') })],
    ['MongoDB', async () => ({ DATA_DIR: await temporaryDirectory(), ...mongoInstallation() })],
  ] as const;

  describe.each(installations)('into a %s', (_, install) => {
    let environment: Environment;
    beforeEach(async () => {
      environment = await install();
    });

    const serve = async (action: (api: ApiClient) => Promise<void>) => {
      const server = await startServer(environment);
      try {
        await action(await ApiClient.for(server));
      } finally {
        await server.stop();
      }
    };

    const expectNothingWritten = async () => {
      if ('DATABASE_URL' in environment) {
        expect([await stored(environment), await bcryptCost(environment)]).toEqual([[], null]);
      } else {
        expect(existsSync(environment['DATA_DIR']!)).toBe(false);
      }
    };

    it('brings over accounts that sign in as before, and leaves them alone from then on', async () => {
      const ada = await seed({ email: 'Ada@Example.org', password: await bcrypt.hash(PASSWORD, 8) });
      const franck = await seed({
        email: 'franck@example.org',
        password: hash.replace('$2b', () => '$2y'),
        fv: face.map((value) => value * 7),
      });
      await seed({ email: 'late@example.org', fv: undefined });
      await client
        .db()
        .collection('RevokedToken')
        .insertMany([{ jti: 'a' }, { jti: 'b' }]);
      const earlier = await dump(client);

      const dryRun = await run(environment, '--model', 'fr_feature');
      expect(dryRun).toMatchObject({ code: 0 });
      expect(dryRun.stdout).toMatch(
        /^3 accounts would be imported, of these 1 with a face; 0 are here already; 0 cannot be imported\.\n/,
      );
      expect(dryRun.stdout).toMatch(/2 revoked tokens need no record here/);
      expect(dryRun.stdout).toMatch(/Nothing has been written\. The same command with --apply imports them/);
      await expectNothingWritten();

      const applied = await run(environment, '--model', 'fr_feature', '--apply');
      expect(applied).toMatchObject({ code: 0 });
      expect(applied.stdout).toMatch(
        /^3 accounts were imported, of these 1 with a face; 0 were here already/,
      );
      expect(await bcryptCost(environment)).toBe('8');
      const imported = await stored(environment);
      expect(imported.map(({ account }) => account)).toMatchObject([
        { id: ada, email: 'ada@example.org', createdAt: CREATED, reference: null, referenceErasures: 0 },
        { id: franck, createdAt: CREATED, reference: { qualityScore: null } },
        { email: 'late@example.org', reference: null },
      ]);
      expect(imported[1]!.account.reference!.createdAt).toBeGreaterThan(Date.now() - 60_000);

      await serve(async (api) => {
        expect(await api.signIn('ada@example.org', 'wrong')).toMatchObject({ status: 401 });
        const first = await api.signIn('ada@example.org');
        expect(first).toMatchObject({ status: 200, body: { user: { id: ada, email: 'ada@example.org' } } });
        expect((await api.signIn('ada@example.org')).status).toBe(200);

        const token = await api.verificationToken('franck@example.org');
        const stranger = await api.upload('/user/image/compare-faces', token, await still('audrey.jpg'));
        expect(stranger.body.code).toBe('face_mismatch');
        const matched = await api.upload('/user/image/compare-faces', token, await still('franck_02888.jpg'));
        expect(matched).toMatchObject({ status: 200, body: { result: { user: { id: franck } } } });
        const fv = Float32Array.from(matched.body.result.user.fv);
        expect(Math.hypot(...fv)).toBeCloseTo(1, 5);
        expect(Math.abs(cosineSimilarity(fv, Float32Array.from(face)))).toBeLessThan(0.3);

        // Meanwhile one enrols a face, the other withdraws theirs.
        const picture = await still('audrey_crop.jpg');
        const enrolled = await api.upload('/user/image/image-embedding', first.body.token, picture);
        expect(enrolled.status).toBe(200);
        await api.post('/user/disable-face-verification', { token: matched.body.result.token });
      });

      const lived = await stored(environment);
      expect(lived.map(({ account: { passwordHash } }) => passwordHash.slice(0, 9))).toEqual([
        '$argon2id',
        '$argon2id',
        hash.slice(0, 9),
      ]);
      for (const model of [[], ['--model', 'fr_feature']]) {
        const again = await run(environment, ...model, '--apply');
        expect(again).toMatchObject({ code: 0 });
        expect(again.stdout).toMatch(
          /^0 accounts were imported, of these 0 with a face; 3 were here already/,
        );
        expect(await stored(environment)).toEqual(lived);
      }
      await serve(async (api) => {
        expect((await api.signIn('franck@example.org')).status).toBe(200);
        expect((await api.signIn('ada@example.org')).status).toBe(210);
      });
      expect(await dump(client)).toEqual(earlier);
    });

    it('refuses what it cannot take, by id and reason, and imports the others only when told to', async () => {
      const good = await seed({ email: 'ada@example.org' });
      const refused = {
        [await seed({ email: null })]: 'its email is no e-mail address',
        [await seed({ email: 'nobody@example' })]: 'its email is no e-mail address',
        [await seed({ password: '@example-in-the-clear' })]: 'its password is no bcrypt hash',
        [await seed({ password: { hash } })]: 'its password is no bcrypt hash',
        [await seed({ password: hash.replace('$04$', () => '$31$') })]: 'its bcrypt cost is above 14',
        [await seed({ fv: [...face.slice(1), NaN] })]: 'its fv is not an array of finite numbers',
        [await seed({ fv: { 0: 1 } })]: 'its fv is not an array of finite numbers',
        [await seed({ fv: face.slice(1) })]: 'its fv has 511 values, and fr_feature makes 512',
        [await seed({ fv: face.map(() => 0) })]: 'its fv has no direction',
        [await seed({ email: ' ADA@example.org' })]: `its e-mail address is also that of ${good}`,
        [await seed({ email: 'taken@example.org' })]: 'its e-mail address belongs to another account here',
      };
      await users().insertOne({ _id: 'somebody@example.org', email: 'x@example.org', password: hash });
      await serve(async (api) => {
        await api.signUp('taken@example.org');
      });
      const before = await stored(environment);

      const dryRun = await run(environment, '--model', 'fr_feature');
      expect(dryRun).toMatchObject({ code: 0 });
      expect(dryRun.stdout).toMatch(/^1 account would be imported, .* 12 cannot be imported:\n/);
      expect(dryRun.stdout).toMatch(/--apply --skip-refused/);
      for (const [id, reason] of Object.entries(refused)) expect(dryRun.stdout).toContain(`${id}  ${reason}`);
      expect(dryRun.stdout).toMatch(/^1 with an _id that is no ObjectId/m);

      const applied = await run(environment, '--model', 'fr_feature', '--apply');
      expect(applied).toMatchObject({ code: 2 });
      for (const [id, reason] of Object.entries(refused)) {
        expect(applied.stdout).toContain(`${id}  ${reason}`);
      }
      expect(applied.stderr).toMatch(/Nothing has been written\..*--skip-refused/);
      expect(await stored(environment)).toEqual(before);
      expect(await bcryptCost(environment)).toBeNull();

      const skipping = await run(environment, '--model', 'fr_feature', '--apply', '--skip-refused');
      expect(skipping).toMatchObject({ code: 0 });
      expect(skipping.stdout).toMatch(/^1 account was imported, .* 12 were left out:\n/);
      const after = await stored(environment);
      expect(after.map(({ account }) => account.id)).toEqual(
        [good, ...before.map(({ account }) => account.id)].sort(),
      );
      expect(await bcryptCost(environment)).toBe('4');
    });

    it('brings no face of an unnamed or another model, and no account without its face', async () => {
      await seed({ fv: face });
      await seed({ fv: face });
      await seed();
      for (const flags of [[], ['--apply'], ['--apply', '--skip-refused']]) {
        const unnamed = await run(environment, ...flags);
        expect(unnamed).toMatchObject({ code: 2, stdout: '' });
        expect(unnamed.stderr).toMatch(/2 accounts have a face.* add: --model fr_feature\n$/s);
        const another = await run(environment, '--model', 'buffalo_l', ...flags);
        expect(another).toMatchObject({ code: 2, stdout: '' });
        expect(another.stderr).toMatch(/buffalo_l .*the installed recognition model is fr_feature/);
      }
      await expectNothingWritten();
    });

    it('remembers the highest bcrypt cost there ever was', async () => {
      await seed({ password: await bcrypt.hash(PASSWORD, 6) });
      await seed({ password: await bcrypt.hash(PASSWORD, 5) });
      await run(environment, '--apply');
      expect(await bcryptCost(environment)).toBe('6');
      await seed({ password: await bcrypt.hash(PASSWORD, 5) });
      await run(environment, '--apply');
      expect(await bcryptCost(environment)).toBe('6');
      expect(await stored(environment)).toHaveLength(3);
    });

    it('gives away by no time who came from the earlier system, or who has an account', async () => {
      await seed({ email: 'ada@example.org', password: await bcrypt.hash(PASSWORD, 11) });
      await run(environment, '--apply');
      await serve(async (api) => {
        await api.signUp('new@example.org');
        const times = new Map<string, number[]>();
        for (let turn = 0; turn < 7; turn++) {
          for (const email of ['ada@example.org', 'new@example.org', 'nobody@example.org']) {
            const began = performance.now();
            expect((await api.signIn(email, 'wrong')).status).toBe(401);
            times.set(email, [...(times.get(email) ?? []), performance.now() - began]);
          }
        }
        // Without the remembered cost, a bcrypt of this one takes several times what an Argon2id does.
        const medians = [...times.values()].map((of) => of.sort((a, b) => a - b)[3]!);
        expect(Math.max(...medians) / Math.min(...medians)).toBeLessThan(2);
      });
    });

    it('brings every account once when two imports run at the same time', async () => {
      const ids = await Promise.all(Array.from({ length: 200 }, () => seed()));
      await made(environment);
      const runs = await Promise.all([run(environment, '--apply'), run(environment, '--apply')]);
      // One may have to give way to the other's lock; it says so, and that it can be repeated.
      for (const { code, stderr } of runs)
        if (code !== 0) expect(stderr).toMatch(/Run the same command again/);
      expect(await run(environment, '--apply')).toMatchObject({ code: 0 });
      expect((await stored(environment)).map(({ account }) => account.id)).toEqual(ids.sort());
    });

    it('is completed by a second run after a kill in the middle', { timeout: 180_000 }, async () => {
      const ids = Array.from({ length: 3000 }, () => new ObjectId());
      await users().insertMany(
        ids.map((_id, i) => ({
          _id,
          email: `${i}@example.org`,
          password: hash,
          fv: i % 10 === 0 ? face : [],
        })),
      );
      const args = ['--model', 'fr_feature', '--apply'];
      const reached = await withStorage(await made(environment), async (storage) => {
        const { process: command } = start(environment, args);
        const ended = once(command, 'close');
        while ((await storage.archive.accounts.page(null, 300)).length < 300) await pause(5);
        command.kill('SIGKILL');
        expect(await ended).toEqual([null, 'SIGKILL']);
        return storage.archive.accounts.page(null, 10_000);
      });
      expect(reached.length).toBeLessThan(ids.length);
      expect(await bcryptCost(environment)).toBe('4');

      const again = await run(environment, ...args);
      expect(again).toMatchObject({ code: 0 });
      const all = await stored(environment);
      expect(all.map(({ account }) => account.id)).toEqual(ids.map((id) => id.toHexString()).sort());
      expect(all.filter(({ account }) => account.reference)).toHaveLength(300);
      // What was there before the kill has not been touched again.
      expect(all.filter(({ account }) => reached.some((one) => one.account.id === account.id))).toEqual(
        reached,
      );
    });
  });

  describe('ends with one sentence', () => {
    let environment: Environment;
    beforeEach(async () => {
      environment = { DATA_DIR: await temporaryDirectory() };
    });

    it.each([
      [
        'a database without accounts',
        () => freshDatabaseUrl(),
        /no collection User in the database vultus_test/,
      ],
      ['what is no URL', () => 'somewhere', /--from must be the URL of a database/],
      ['a URL without a database', () => 'mongodb://127.0.0.1', /--from must be the URL of a database/],
      [
        'a server that is not there',
        () => 'mongodb://127.0.0.1:9/db',
        /MongoDB at 127\.0\.0\.1:9, database db cannot be used/,
      ],
    ])('for %s', async (_, url, sentence) => {
      source = url();
      const { code, stdout, stderr } = await run(environment, '--apply');
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(sentence);
      expect(stderr).not.toContain('    at ');
      expect(await readdir(environment['DATA_DIR']!)).toEqual([]);
    });

    it('for a configuration that cannot be used', async () => {
      const { code, stderr } = await run({ ...environment, JWT_SECRET: 'short' });
      expect({ code, stderr }).toMatchObject({
        code: 2,
        stderr: expect.stringMatching(/JWT_SECRET: /) as unknown,
      });
    });
  });
});

describe('a token of the earlier system', () => {
  it('opens nothing, also under the same secret', async () => {
    const secret = 'j'.repeat(48);
    const server = await startServer({ JWT_SECRET: secret, FACE_AUTH_SECRET: 'f'.repeat(48) });
    const api = await ApiClient.for(server);
    const { id } = await api.signUp();
    for (const claims of [{ id }, { sub: id }, { id, sub: id }]) {
      const token = await new SignJWT(claims)
        .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
        .setJti('c0ffee')
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(new TextEncoder().encode(secret));
      expect(await api.get('/user', { token })).toMatchObject({
        status: 401,
        body: { code: 'invalid_token' },
      });
    }
    await server.stop();
  });
});

/** Everything in the database, with its indexes. */
async function dump(client: MongoClient): Promise<unknown> {
  const collections = await client.db().collections();
  const contents = collections.map(async (collection) => ({
    name: collection.collectionName,
    documents: await collection.find().sort({ _id: 1 }).toArray(),
    indexes: await collection.indexes(),
  }));
  return (await Promise.all(contents)).sort((a, b) => a.name.localeCompare(b.name));
}

/** Starts a server once, so that the installation is there. */
async function made(environment: Environment): Promise<Environment> {
  const server = await startServer(environment);
  await server.stop();
  return environment;
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
