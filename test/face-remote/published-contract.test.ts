import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { publishedPipeline } from '../../src/face/remote/published-protocol.js';
import { ApiClient } from '../support/api-client.js';
import { runCommand } from '../support/command.js';
import { groupPhotograph, still } from '../support/faces.js';
import { landscape } from '../support/pictures.js';
import { type PublishedService, startPublishedService } from '../support/published-service.js';
import {
  type RunningServer,
  removeTemporaryDirectories,
  startServer,
  startServerInVain,
  temporaryDirectory,
} from '../support/server.js';

const root = (entry: string) => fileURLToPath(new URL(`../../${entry}`, import.meta.url));
const PERSONS = ['ada', 'bob'] as const;
/** As many pictures of either as give enough comparisons of the two for the loosest thresholds. */
const PICTURES = 46;

let service: PublishedService;
/** With everything but the models. */
let installation: string;
let environment: Record<string, string>;
beforeAll(async () => {
  service = await startPublishedService();
  installation = await temporaryDirectory();
  await Promise.all(
    ['dist', 'calibration', 'package.json'].map((entry) =>
      cp(root(entry), path.join(installation, entry), { recursive: true }),
    ),
  );
  await symlink(root('node_modules'), path.join(installation, 'node_modules'));
  environment = {
    FACE_API_URL: service.url,
    FACE_API_KEY: service.key,
    FACE_API_MODEL: 'elsewhere',
    LIVENESS: 'off',
  };
});
afterAll(async () => {
  await service.stop();
  await removeTemporaryDirectories();
});

const main = () => path.join(installation, 'dist', 'main.js');
const calibrationFile = () => path.join(installation, 'calibration', 'elsewhere.json');

/** In this order: what is refused first is made possible then. */
describe('a service that implements the published contract only', () => {
  it('is not used without thresholds for its scores, and it is said how to get them', async () => {
    const { code, stderr } = await startServerInVain(environment, main());
    expect(code).toBe(1);
    expect(stderr).toMatch(/no calibration\/elsewhere.json[^]*vultus calibrate[^]*FACE_API_MODEL/);
    expect(stderr).not.toContain('    at ');
  });

  it('is calibrated through itself, without any model being here', async () => {
    // The scores are made up: this is about the way, and real ones would take a minute.
    let seed = 1;
    const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647 - 0.5;
    service.script = () => ({ fv: Array.from({ length: 64 }, random) });
    const images = await temporaryDirectory();
    const picture = await still('franck_02159.jpg');
    const lines = ['path_a,path_b,same'];
    for (const person of PERSONS) {
      await mkdir(path.join(images, person));
      for (let i = 0; i < PICTURES; i++) {
        await writeFile(path.join(images, person, `${i}.jpg`), picture);
        lines.push(`${person}/${i}.jpg,${person}/${(i + 1) % PICTURES}.jpg,1`, `ada/${i}.jpg,bob/${i}.jpg,0`);
      }
    }
    const pairs = path.join(images, 'pairs.csv');
    await writeFile(pairs, `${lines.join('\n')}\n`);
    const { code, stderr, stdout } = await runCommand(
      ['calibrate', '--pairs', pairs, '--images', images],
      environment,
      { command: path.join(installation, 'dist', 'cli', 'main.js') },
    );
    service.script = null;
    expect(stderr).not.toMatch(/rror/);
    expect(code).toBe(0);
    expect(stdout).toContain(`Written: ${calibrationFile()}`);
    expect(JSON.parse(await readFile(calibrationFile(), 'utf8'))).toMatchObject({
      model: 'elsewhere',
      pipeline_sha256: publishedPipeline('elsewhere').pipelineSha256,
      measured_on: { images: 2 * PICTURES, identities: 2, impostor_comparisons: PICTURES ** 2 },
    });
  });

  describe('once it is calibrated', () => {
    let server: RunningServer;
    let api: ApiClient;
    beforeAll(async () => {
      // Its engine is the one of this product: these thresholds are true.
      const shipped = await readFile(path.join(installation, 'calibration', 'fr_feature.json'), 'utf8');
      const { id, pipelineSha256 } = publishedPipeline('elsewhere');
      const calibration = { ...(JSON.parse(shipped) as object), model: id, pipeline_sha256: pipelineSha256 };
      await writeFile(calibrationFile(), JSON.stringify(calibration));
      server = await startServer(environment, main());
      api = await ApiClient.for(server);
    });
    afterAll(() => server.stop());

    const compare = '/user/image/compare-faces';

    it('enrols and verifies, with nothing but the contract', async () => {
      expect(server.output.stdout).toMatch(/elsewhere@service at a face recognition service/);
      const { email, token } = await api.enrolled(await still('franck_02159.jpg'));
      const { fv } = (await api.get('/user', { token })).body.user;
      expect(Math.hypot(...fv)).toBeCloseTo(1, 4);
      const verified = await api.upload(
        compare,
        await api.verificationToken(email),
        await still('franck_02888.jpg'),
      );
      expect(verified).toMatchObject({ status: 200, body: { result: { user: { email } } } });
      const stranger = await api.upload(compare, await api.verificationToken(email), await still('cage.jpg'));
      expect(stranger).toMatchObject({ status: 401, body: { code: 'face_mismatch' } });
    });

    it('finds no face, or several, and the person is told so', async () => {
      const { token } = await api.signUp();
      const enrol = (picture: Uint8Array) => api.upload('/user/image/image-embedding', token, picture);
      expect(await enrol(await landscape())).toMatchObject({ status: 422, body: { code: 'no_face' } });
      expect(await enrol(await groupPhotograph('sample1.jpg'))).toMatchObject({
        status: 422,
        body: { code: 'multiple_faces' },
      });
      service.script = () => ({ error: 'Model not warm' });
      expect(await enrol(await still('franck_02159.jpg'))).toMatchObject({ status: 415 });
      service.script = null;
    });

    it('sees no file that is not a picture, or too large a one', async () => {
      const { token } = await api.signUp();
      let sent = 0;
      service.script = () => {
        sent++;
        return { error: 'No face detected in the uploaded image' };
      };
      const enrol = (file: Uint8Array) => api.upload('/user/image/image-embedding', token, file);
      expect(await enrol(Buffer.from('%PDF-1.7 and so on'))).toMatchObject({ status: 415 });
      expect(await enrol(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'))).toMatchObject({
        status: 415,
      });
      expect(sent).toBe(0);
      service.script = null;
    });

    it('offers no live sessions', async () => {
      const { email } = await api.enrolled(await still('franck_02159.jpg'));
      const token = await api.verificationToken(email);
      const { status, body } = await api.post('/user/live-verification', { token });
      expect([status, body.code]).toEqual([404, 'live_check_not_offered']);
    });
  });
});
