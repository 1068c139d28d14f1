import { randomBytes } from 'node:crypto';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import http from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

import sharp from 'sharp';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { readConfig } from '../../src/config/config.js';
import { loadSecrets } from '../../src/config/secrets.js';
import { FaceEngine } from '../../src/face/engine.js';
import { openSqliteStorage } from '../../src/storage/sqlite/sqlite-storage.js';
import { protectTemplates } from '../../src/template-protection.js';
import { ApiClient } from '../support/api-client.js';
import { ENGINE_OPTIONS, shippedModels } from '../support/engine.js';
import { filmClip, groupPhotograph, still } from '../support/faces.js';
import { LiveCallsClient } from '../support/live-calls-client.js';
import { LiveClient, type Ticket } from '../support/live-client.js';
import { pngBomb } from '../support/pictures.js';
import {
  type RunningServer,
  removeTemporaryDirectories,
  startServer,
  temporaryDirectory,
} from '../support/server.js';
import { type Trace, TraceSearch, tracesOf, tracesOfNumbers } from '../support/traces.js';
import { WrittenFiles } from '../support/written-files.js';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const ENROL = '/user/image/image-embedding';
const COMPARE = '/user/image/compare-faces';
/** In every picture that is sent: whatever is kept of one, of its beginning above all, has it. */
const MARK = randomBytes(24);

/** A JPEG file with the mark in a comment behind its first two bytes. */
function marked(jpeg: Buffer): Buffer {
  const comment = Buffer.concat([Buffer.of(0xff, 0xfe, 0, 2 + MARK.length), MARK]);
  return Buffer.concat([jpeg.subarray(0, 2), comment, jpeg.subarray(2)]);
}

let server: RunningServer;
let api: ApiClient;
/** Where a program may come to write: data, working directory, temporary folder, home. */
let directories: string[];
let franck: Buffer;
beforeAll(async () => {
  franck = marked(await still('franck_02159.jpg'));
  directories = await Promise.all([1, 2, 3, 4].map(temporaryDirectory));
  const [data, cwd, temporary, home] = directories as [string, string, string, string];
  const main = path.join(await temporaryDirectory(), 'main.mjs');
  await writeFile(main, `process.chdir(${JSON.stringify(cwd)});\nawait import(${JSON.stringify(MAIN)});\n`);
  const environment = { DATA_DIR: data, TMPDIR: temporary, HOME: home, XDG_CACHE_HOME: home };
  server = await startServer({ ...environment, LIVENESS: 'passive', IMAGE_MAX_BYTES: '2000000' }, main);
  api = await ApiClient.for(server);
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

/** Sends a form that does not say how long it is, whole or broken off. */
async function sendInPieces(token: string, picture: Buffer, ends: boolean): Promise<void> {
  const request = http.request(server.url + ENROL, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'multipart/form-data; boundary=b' },
  });
  const answered = new Promise<void>((resolve) => {
    request.on('response', (response) => response.resume().on('close', resolve));
    request.on('error', () => {
      resolve();
    });
  });
  request.write('--b\r\ncontent-disposition: form-data; name="file"; filename="face.jpg"\r\n\r\n');
  request.write(picture);
  if (ends) request.end('\r\n--b--\r\n');
  else {
    await sleep(150);
    request.destroy();
  }
  await answered;
}

async function contents(): Promise<Map<string, Buffer>> {
  const found = new Map<string, Buffer>();
  for (const directory of directories) {
    for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
      const file = path.join(entry.parentPath, entry.name);
      if (!entry.isFile()) continue;
      // What goes between the two has nothing any more.
      const content = await readFile(file).catch((error: unknown) => {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
        throw error;
      });
      if (content) found.set(file, content);
    }
  }
  return found;
}

/** What has to be nowhere, and grows with what is sent. */
const traces: Trace[] = [{ of: 'the mark of the pictures', bytes: MARK }];
async function expectNothingOnTheDisk(): Promise<void> {
  const search = new TraceSearch(traces);
  const files = await contents();
  files.set('the log', Buffer.from(server.output.stdout + server.output.stderr));
  for (const [file, content] of files) expect(search.in(content), file).toEqual([]);
}

describe('no picture and no template is on the disk', () => {
  let written: WrittenFiles;
  let email: string;
  let token: string;
  beforeAll(async () => {
    written = new WrittenFiles(server.pid, directories);
    ({ email, token } = await api.signUp());
  });
  afterEach(expectNothingOnTheDisk);

  it('after an enrolment and sign-ins, whatever the pictures are', async () => {
    const [png, webp, again, stranger] = await Promise.all([
      sharp(franck).png().toBuffer(),
      sharp(franck).webp({ quality: 90 }).toBuffer(),
      still('franck_02888.jpg').then(marked),
      still('cage.jpg').then(marked),
    ]);
    traces.push(
      ...tracesOf('the decoded picture', await sharp(franck).raw().toBuffer()),
      ...Object.entries({ franck, png, webp, again, stranger }).flatMap(([name, it]) => tracesOf(name, it)),
    );
    for (const picture of [png, webp, franck]) {
      expect((await api.upload(ENROL, token, picture)).status).toBe(200);
    }
    const verification = await api.verificationToken(email);
    expect((await api.upload(COMPARE, verification, stranger)).body.code).toBe('face_mismatch');
    expect((await api.upload(COMPARE, verification, again)).status).toBe(200);
  });

  it('after pictures that are refused, broken or broken off', async () => {
    const group = marked(await groupPhotograph('sample1.jpg'));
    const huge = Buffer.concat([franck, Buffer.alloc(2_500_000, 'x')]);
    traces.push(...tracesOf('the group', group), ...tracesOf('half a picture', franck.subarray(0, 9000)));
    const nonsense = marked(Buffer.concat([Buffer.of(0xff, 0xd8, 0xff, 0xe0), randomBytes(5000)]));
    const refused = [group, franck.subarray(0, 9000), pngBomb(20_000, 20_000), nonsense];
    for (const picture of refused) {
      const { status } = await api.upload(ENROL, token, picture);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
    }
    await sendInPieces(token, franck.subarray(0, 9000), false);
    await sendInPieces(token, huge, true);
  });

  it('during and after live sessions', async () => {
    const film = (await filmClip('cap13_edit2.mp4', 13.8, 2)).map(marked);
    traces.push(...film.filter((_, i) => i % 8 === 0).flatMap((frame) => tracesOf('a frame', frame)));
    const ticket = async () => (await api.post('/user/live-enrolment', { token })).body as unknown as Ticket;
    const client = await LiveClient.open(server.url, await ticket());
    client.start({ light: 'none' });
    await client.hear(({ type }) => type === 'stage');
    await client.play(film);
    await expectNothingOnTheDisk();
    client.sendFrame(franck.subarray(0, 9000));
    client.socket.close();
    await client.closed;

    const calls = await LiveCallsClient.for(api, await ticket());
    await calls.say([{ type: 'start', abilities: { light: 'none' } }]);
    await calls.say(
      [],
      film.slice(0, 3).map((frame) => calls.frame(frame)),
    );
    await calls.say([{ type: 'stop' }]);
  });

  it('in no file but those of the store, and not after a sudden death either', async () => {
    const { fv } = (await api.get('/user', { token })).body.user;
    const [data] = directories as [string];
    const engine = await FaceEngine.load(await shippedModels(), ENGINE_OPTIONS);
    const capture = await engine.capture(franck, 'enrolment');
    if (capture.outcome !== 'captured') throw new Error(capture.outcome);
    const { vector } = capture.template;
    traces.push(...tracesOfNumbers('the answered template', fv));
    traces.push(...tracesOfNumbers('the template without its transform', [...vector]));
    const names = (await written.stop()).map((file) => path.relative(data, file));
    expect(names).toContain('vultus.db-wal');
    expect(names.filter((name) => !/^vultus\.db(-wal|-shm)?$/.test(name))).toEqual([]);
    await server.stop('SIGKILL');
    expect([...(await contents()).keys()].map((file) => path.relative(data, file)).sort()).toEqual(
      expect.arrayContaining(['secrets.json', 'vultus.db']),
    );
    await expectNothingOnTheDisk();

    // These are the numbers that would be there: the store has them, sealed.
    const config = readConfig({ DATA_DIR: data });
    const storage = openSqliteStorage(path.join(data, 'vultus.db'));
    const { vault } = protectTemplates(config, await loadSecrets(config), storage.accountKeys);
    const account = (await storage.accounts.findByEmail(email))!;
    const opened = await vault.open(account.id, account.reference!);
    expect([...opened.template.vector]).toEqual(fv);
    expect([...opened.protectProbe(vector)]).toEqual(fv);
    await storage.close();
  });
});

/** A search that finds nothing anywhere would let everything above pass. */
describe('the search', () => {
  const search = new TraceSearch([{ of: 'the mark', bytes: MARK }]);
  const among = (text: Buffer | string) =>
    search.in(Buffer.concat([Buffer.from('x'.repeat(4099)), Buffer.from(text), randomBytes(64)]));

  it.each<[string, () => Buffer | string]>([
    ['as it is', () => MARK],
    ['in base64', () => MARK.toString('base64')],
    ['in base64 one byte later', () => Buffer.concat([Buffer.of(1), MARK]).toString('base64')],
    ['in base64url two bytes later', () => Buffer.concat([Buffer.of(1, 2), MARK]).toString('base64url')],
    ['in hexadecimal', () => MARK.toString('hex')],
  ])('finds what it is to find %s', (_, text) => {
    expect(among(text())).toEqual(['the mark']);
  });

  it('finds pictures that it does not know', async () => {
    const blank = sharp({ create: { width: 8, height: 8, channels: 3, background: '#123' } });
    for (const format of ['jpeg', 'png', 'webp'] as const) {
      const picture = await blank.toFormat(format).toBuffer();
      expect(among(picture), format).toHaveLength(1);
      expect(among(picture.toString('base64')), format).toHaveLength(1);
    }
  });

  it('finds the numbers of a template', () => {
    const numbers = [...Float32Array.from({ length: 512 }, (_, i) => Math.sin(i))];
    const ofNumbers = new TraceSearch(tracesOfNumbers('numbers', numbers));
    expect(ofNumbers.in(Buffer.from(Float32Array.from(numbers).buffer))).toEqual(['numbers']);
    expect(ofNumbers.in(Buffer.from(JSON.stringify({ fv: numbers })))).toEqual(['numbers']);
    expect(ofNumbers.in(randomBytes(4096))).toEqual([]);
  });
});
