import { randomUUID } from 'node:crypto';
import http from 'node:http';
import net from 'node:net';

import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ApiClient, PASSWORD, form } from '../support/api-client.js';
import { groupPhotograph, still } from '../support/faces.js';
import { landscape, pngBomb } from '../support/pictures.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

const ENROL = '/user/image/image-embedding';
const COMPARE = '/user/image/compare-faces';

let server: RunningServer;
let api: ApiClient;
let franck: Buffer;
let account: { email: string; token: string };
let template: number[];
beforeAll(async () => {
  server = await startServer();
  api = await ApiClient.for(server);
  franck = await still('franck_02159.jpg');
  account = await api.enrolled(franck);
  template = await currentTemplate();
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

const currentTemplate = async () => (await api.get('/user', { token: account.token })).body.user.fv;

/** A picture, the status and the code it deserves. */
const BAD_PICTURES: [string, () => Promise<Uint8Array>, number, string][] = [
  ['an empty file', async () => Buffer.alloc(0), 400, 'file_missing'],
  ['text renamed .jpg', async () => Buffer.from('hello, I am a text'), 415, 'unsupported_image'],
  ['half a JPEG', async () => franck.subarray(0, franck.length >> 1), 415, 'unsupported_image'],
  ['a GIF', () => sharp(franck).gif().toBuffer(), 415, 'unsupported_image'],
  [
    'an SVG with a script',
    async () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script/></svg>'),
    415,
    'unsupported_image',
  ],
  ['one white pixel', () => pixel(255), 422, 'poor_quality'],
  ['one grey pixel', () => pixel(128), 422, 'no_face'],
  ['a bomb of 30,000 × 30,000 pixels', async () => pngBomb(30_000, 30_000), 413, 'image_too_large'],
  ['a picture of 12,000,000 × 2 pixels', async () => pngBomb(12_000_000, 2), 413, 'image_too_large'],
  ['a picture of 1 × 24,000,000 pixels', async () => pngBomb(1, 24_000_000), 413, 'image_too_large'],
  ['a landscape', landscape, 422, 'no_face'],
  ['a group', () => groupPhotograph('sample3.jpg'), 422, 'multiple_faces'],
  ['a blurred face', () => sharp(franck).blur(14).jpeg().toBuffer(), 422, 'poor_quality'],
  ['50 MB', async () => Buffer.alloc(50_000_000, 1), 413, 'image_too_large'],
];

describe.each(BAD_PICTURES)('%s', (_, make, status, code) => {
  it(`is answered ${status} ${code} at enrolment, and the face stays what it was`, async () => {
    expect(await api.upload(ENROL, account.token, await make())).toMatchObject({ status, body: { code } });
    expect(await currentTemplate()).toEqual(template);
  });

  it(`is answered ${status} ${code} at compare-faces, and the sign-in can go on`, async () => {
    const token = await api.verificationToken(account.email);
    expect(await api.upload(COMPARE, token, await make())).toMatchObject({ status, body: { code } });
    expect((await api.upload(COMPARE, token, franck)).status).toBe(200);
  });
});

describe('poor quality', () => {
  it('says what to do, for people and for programs', async () => {
    const dark = await sharp(franck).linear(0.12, 0).jpeg().toBuffer();
    const { body } = await api.upload(ENROL, account.token, dark);
    expect(body).toMatchObject({ code: 'poor_quality', reasons: ['too_dark'] });
    expect(body.detail).toMatch(/too little light/);
  });
});

describe('odd pictures that show a face well', () => {
  it.each([
    ['CMYK', () => sharp(franck).toColourspace('cmyk').jpeg().toBuffer()],
    ['16 bits a channel', () => sharp(franck).toColourspace('rgb16').png().toBuffer()],
    ['transparent', () => sharp(franck).ensureAlpha().png().toBuffer()],
    [
      'animated',
      async () =>
        sharp([franck, franck], { join: { animated: true } })
          .webp()
          .toBuffer(),
    ],
    ['stored sideways', () => sharp(franck).rotate(270).withMetadata({ orientation: 6 }).jpeg().toBuffer()],
    ['large', () => sharp(franck).resize(3000).jpeg().toBuffer()],
  ])('are accepted: %s', async (_, make) => {
    const { email } = await api.enrolled(await make());
    const token = await api.verificationToken(email);
    expect((await api.upload(COMPARE, token, await still('franck_02888.jpg'))).status).toBe(200);
  });
});

describe('an upload', () => {
  const boundary = 'x'.repeat(20);
  const multipart = (body: string, type = `multipart/form-data; boundary=${boundary}`) =>
    api.post(ENROL, { token: account.token, body, headers: { 'content-type': type } });
  const part = (headers: string, content: string) => `--${boundary}\r\n${headers}\r\n\r\n${content}\r\n`;
  const twoFiles = () => {
    const data = form(franck);
    data.append('file', new Blob([Uint8Array.from(franck)]), 'second.jpg');
    return api.post(ENROL, { token: account.token, body: data });
  };

  it.each([
    ['without a body', () => api.post(ENROL, { token: account.token }), 'file_missing'],
    [
      'as the bare picture',
      () =>
        api.post(ENROL, {
          token: account.token,
          body: Uint8Array.from(franck),
          headers: { 'content-type': 'image/jpeg' },
        }),
      'unsupported_media_type',
    ],
    ['with JSON', () => api.post(ENROL, { token: account.token, json: { file: 'abc' } }), 'file_missing'],
    ['in another field', () => api.upload(ENROL, account.token, franck, 'image'), 'file_missing'],
    ['of two files', twoFiles, 'malformed_upload'],
    [
      'with the file as a text field',
      () => multipart(`${part('Content-Disposition: form-data; name="file"', 'abc')}--${boundary}--`),
      'file_missing',
    ],
    ['with no parts', () => multipart(`--${boundary}--\r\n`), 'file_missing'],
    ['without a boundary', () => multipart('abc', 'multipart/form-data'), 'malformed_upload'],
    [
      'that breaks off',
      () =>
        multipart(part('Content-Disposition: form-data; name="file"; filename="a.jpg"', 'abc').slice(0, -2)),
      'malformed_upload',
    ],
  ])('%s is refused', async (_, send, code) => {
    expect(await send()).toMatchObject({
      status: code === 'unsupported_media_type' ? 415 : 400,
      body: { code },
    });
    expect(await currentTemplate()).toEqual(template);
  });

  it('may have a name that leads elsewhere: nothing is ever written under it', async () => {
    const data = form(franck, 'file', '../../../../etc/passwd\u0000.jpg');
    expect((await api.post(ENROL, { token: account.token, body: data })).status).toBe(200);
  });

  it('of a stranger is not even read: a wrong token is refused before the picture', async () => {
    const answer = await api.upload(ENROL, 'nonsense', Buffer.alloc(5_000_000));
    expect(answer).toMatchObject({ status: 401, body: { code: 'invalid_token' } });
  });
});

describe('credentials', () => {
  const signUp = (json: unknown) => api.post('/user/auth/sign-up', { json });
  const raw = (body: string, type = 'application/json') =>
    api.post('/user/auth/sign-up', { body, headers: { 'content-type': type } });
  const email = 'ok@example.org';

  it.each<[string, unknown, string[]]>([
    ['no fields', {}, ['email', 'password']],
    ['no password', { email }, ['password']],
    ['numbers', { email: 1, password: 2 }, ['email', 'password']],
    ['null', { email: null, password: null }, ['email', 'password']],
    ['arrays', { email: [email], password: [PASSWORD] }, ['email', 'password']],
    ['operator objects', { email: { $gt: '' }, password: { $ne: null } }, ['email', 'password']],
    ['unknown fields', { email, password: PASSWORD, admin: true }, ['admin']],
    ['no address', { email: 'not an address', password: PASSWORD }, ['email']],
    ['an address with NUL', { email: 'a\u0000@example.org', password: PASSWORD }, ['email']],
    ['a very long address', { email: `${'a'.repeat(400)}@example.org`, password: PASSWORD }, ['email']],
    [
      'half a character',
      { email, password: '\ud800\ud801\ud802\ud803\ud804\ud805\ud806\ud807' },
      ['password'],
    ],
    ['a short password', { email, password: 'short' }, ['password']],
    ['a common password', { email, password: 'password123' }, ['password']],
    ['a password of 10,000 characters', { email, password: 'x'.repeat(10_000) }, ['password']],
    ['an array as body', [], ['']],
    ['a text as body', 'text', ['']],
  ])('with %s are refused field by field', async (_, json, fields) => {
    const { status, body } = await signUp(json);
    expect(status).toBe(400);
    expect(body.code).toBe('validation_failed');
    expect(body.errors.map(({ field }) => field)).toEqual(fields);
    for (const { message } of body.errors) expect(message).not.toBe('');
  });

  it.each<[string, () => Promise<unknown>, number, string]>([
    ['broken JSON', () => raw('{"email": "a@example.org"'), 400, 'malformed_json'],
    ['an empty body', () => raw(''), 400, 'validation_failed'],
    ['no body', () => api.post('/user/auth/sign-up'), 400, 'validation_failed'],
    [
      'a poisoned prototype',
      () => raw(`{"__proto__":{"admin":true},"email":"${email}","password":"${PASSWORD}"}`),
      400,
      'malformed_json',
    ],
    [
      'a form',
      () => raw(`email=${email}&password=${PASSWORD}`, 'application/x-www-form-urlencoded'),
      415,
      'unsupported_media_type',
    ],
    [
      'plain text',
      () => raw(JSON.stringify({ email, password: PASSWORD }), 'text/plain'),
      415,
      'unsupported_media_type',
    ],
    ['XML', () => raw('<email/>', 'application/xml'), 415, 'unsupported_media_type'],
    [
      'a megabyte of JSON',
      () => raw(JSON.stringify({ email, password: 'x'.repeat(1e6) })),
      413,
      'body_too_large',
    ],
  ])('as %s are refused', async (_, send, status, code) => {
    expect(await send()).toMatchObject({ status, body: { code } });
  });

  it('that were refused have left no account', async () => {
    expect((await api.signIn(email)).status).toBe(401);
  });

  it.each(['grüne@example.org', '用户@例子.世界', 'ada@bücher.example'])(
    'may have the address %s',
    async (address) => {
      await api.signUp(address);
      expect((await api.signIn(address.toUpperCase())).status).toBe(200);
    },
  );

  it('may have a password in any script, however its accents were typed', async () => {
    const address = `${randomUUID()}@example.org`;
    const created = await signUp({ email: address, password: 'cafe\u0301 密碼 😀 und mehr' });
    expect(created.status).toBe(201);
    expect((await api.signIn(address, 'caf\u00e9 密碼 😀 und mehr')).status).toBe(200);
    expect((await api.signIn(address, 'cafe 密碼 😀 und mehr')).status).toBe(401);
  });

  it('that are wrong are answered alike for an unknown account and for a known one', async () => {
    const known = await api.signIn(account.email, 'wrong password');
    const unknown = await api.signIn('nobody@example.org', 'wrong password');
    expect(known.status).toBe(401);
    expect(known.body).toEqual({ ...unknown.body, request_id: known.body.request_id });
    expect(known.body.code).toBe('invalid_credentials');
  });
});

describe('elsewhere', () => {
  it.each([
    '/nothing',
    '/user/auth',
    '/user/image/../../etc/passwd',
    '/docs/../package.json',
    '/user/%2e%2e/%00',
  ])('at %s there is nothing', async (path) => {
    const { status, body } = await rawGet(path);
    expect(status).toBe(404);
    expect(body).toMatchObject({ code: 'not_found', status: 404 });
  });

  it.each([
    ['a path that cannot be decoded', 'GET /%E0%A4%A HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['what is not HTTP', 'hello\r\n\r\n'],
    ['headers without end', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(100_000)}\r\n\r\n`],
    [
      'two lengths that disagree',
      'POST /user/auth/sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}',
    ],
    [
      'a length and chunks',
      'POST /user/auth/sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
  ])('%s is a bad request, in the form of every other', async (_, bytes) => {
    const answer = await rawExchange(bytes);
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(answer).toMatch(/content-type: application\/problem\+json/i);
    expect(JSON.parse(answer.slice(answer.indexOf('{')))).toMatchObject({ code: 'bad_request', status: 400 });
  });

  it('a call that takes no body may carry the JSON header', async () => {
    const { token } = await api.signUp();
    const headers = { 'content-type': 'application/json' };
    expect((await api.post('/user/auth/revoke-token', { token, headers })).status).toBe(200);
  });

  it('a request id that could forge a log line is replaced', async () => {
    const { body } = await api.get('/user', { headers: { 'x-request-id': 'x" "level":60' } });
    expect(body.request_id).toMatch(/^[0-9a-f-]{36}$/);
    const kept = await api.get('/user', { headers: { 'x-request-id': 'proxy-12345678' } });
    expect(kept.body.request_id).toBe('proxy-12345678');
  });
});

describe('after all that', () => {
  it('the account, its face and the server are as they were', async () => {
    expect(await currentTemplate()).toHaveLength(512);
    expect((await api.signIn(account.email)).status).toBe(210);
  });

  it('no secret, token, password, address, picture or template is in the log', () => {
    const log = server.output.stderr;
    expect(log).toContain('"route":"/user/auth/sign-up"');
    for (const text of [PASSWORD, account.token, 'eyJ', '@example.org', 'ok@', 'franck', 'Exif', 'JFIF']) {
      expect(log).not.toContain(text);
    }
    expect(log).not.toMatch(/-?0\.0\d{6}/);
    expect(log).not.toContain('"level":50');
  });
});

function pixel(value: number): Promise<Buffer> {
  const background = { r: value, g: value, b: value };
  return sharp({ create: { width: 1, height: 1, channels: 3, background } })
    .png()
    .toBuffer();
}

/** Sends bytes as they are and reads until the server closes the connection, or has answered. */
function rawExchange(bytes: string): Promise<string> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    let answer = '';
    const socket = net.connect(Number(port), hostname, () => socket.write(bytes));
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      answer += text;
      if (answer.includes('}')) socket.end();
    });
    socket.on('close', () => {
      resolve(answer);
    });
    socket.on('error', reject);
  });
}

/** `fetch` would tidy the path. */
function rawGet(path: string): Promise<{ status: number | undefined; body: unknown }> {
  const { hostname, port } = new URL(server.url);
  return new Promise((resolve, reject) => {
    const request = http.get({ hostname, port, path }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => {
        resolve({ status: response.statusCode, body: JSON.parse(text) });
      });
    });
    request.on('error', reject);
  });
}
