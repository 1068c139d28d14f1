import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';

import { ApiClient } from '../support/api-client.js';
import { still } from '../support/faces.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

const BOUNDARY = 'xxBOUNDARYxx';
const PATH = '/user/image/image-embedding';
let server: RunningServer;
let api: ApiClient;
let face: Buffer;
let other: Buffer;
let token: string;
beforeAll(async () => {
  server = await startServer({ CONSENT: 'required' });
  api = await ApiClient.for(server);
  [face, other] = (await Promise.all(['franck_02159.jpg', 'cage.jpg'].map(still))) as [Buffer, Buffer];
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});
beforeEach(async () => {
  ({ token } = await api.signUp());
});

interface Part {
  readonly head: string;
  readonly content: Buffer | string;
}
const file = (content: Buffer, name = 'file', more = ''): Part => ({
  head: `Content-Disposition: form-data; name="${name}"; filename="a.jpg"${more}\r\nContent-Type: image/jpeg`,
  content,
});
const field = (name: string, content: string): Part => ({
  head: `Content-Disposition: form-data; name="${name}"`,
  content,
});
const innerForm = ({ head, content }: Part) =>
  Buffer.concat([
    Buffer.from(`--inner\r\n${head}\r\n\r\n`),
    Buffer.from(content),
    Buffer.from('\r\n--inner--\r\n'),
  ]);
const formOf = (parts: readonly Part[], end = `--${BOUNDARY}--\r\n`) =>
  Buffer.concat([
    ...parts.flatMap(({ head, content }) => [
      Buffer.from(`--${BOUNDARY}\r\n${head}\r\n\r\n`),
      Buffer.from(content),
      Buffer.from('\r\n'),
    ]),
    Buffer.from(end),
  ]);

const send = async (body: Buffer, contentType = `multipart/form-data; boundary=${BOUNDARY}`) => {
  const response = await fetch(server.url + PATH, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': contentType },
    body: new Uint8Array(body),
    signal: AbortSignal.timeout(10_000),
  });
  return { status: response.status, code: ((await response.json()) as { code?: string }).code };
};

const consent = field('consent', '1');

// The attacker wants: one part to be checked and another one to be used, or a form that is read for ever.
it.each<[string, () => Buffer, string | undefined]>([
  ['two files', () => formOf([consent, file(face), file(other)]), undefined],
  ['a file beside the file', () => formOf([consent, file(face), file(other, 'picture')]), undefined],
  [
    'a file in the place of the consent',
    () => formOf([file(Buffer.from('1'), 'consent'), file(face)]),
    undefined,
  ],
  [
    'the consent of another version behind the right one',
    () => formOf([consent, field('consent', '0'), file(face)]),
    undefined,
  ],
  ['a field in the place of the file', () => formOf([consent, field('file', 'not a file')]), undefined],
  ['a name of a megabyte', () => formOf([consent, file(face, 'f'.repeat(1_000_000))]), undefined],
  [
    'a thousand fields',
    () => formOf([...Array.from({ length: 1000 }, (_, i) => field(`f${i}`, 'x')), file(face)]),
    undefined,
  ],
  ['a field of a megabyte', () => formOf([field('consent', '1'.repeat(1_000_000)), file(face)]), undefined],
  ['no end', () => formOf([consent, file(face)], ''), undefined],
  ['nothing but the end', () => formOf([]), undefined],
  ['another boundary', () => formOf([consent, file(face)]), 'multipart/form-data; boundary=another'],
  ['no boundary', () => formOf([consent, file(face)]), 'multipart/form-data'],
  [
    'a boundary of a thousand letters',
    () => formOf([consent, file(face)]),
    `multipart/form-data; boundary=${'b'.repeat(1000)}`,
  ],
  [
    'a form within the form',
    () =>
      formOf([
        consent,
        { head: 'Content-Type: multipart/mixed; boundary=inner', content: innerForm(file(face)) },
      ]),
    undefined,
  ],
  ['the name of a prototype', () => formOf([consent, file(face, '__proto__')]), undefined],
  ['JSON that says it is a form', () => Buffer.from('{"file":"x"}'), undefined],
  ['a form that says it is JSON', () => formOf([consent, file(face)]), 'application/json'],
  ['a form that says it is a picture', () => formOf([consent, file(face)]), 'image/jpeg'],
])('a form with %s enrols nobody', async (_, form, contentType) => {
  const { status, code } = await send(form(), contentType);
  expect([400, 403, 413, 415], code).toContain(status);
  expect((await api.get('/user', { token })).body.user.fv).toEqual([]);
});

it('names that say something else about the content do not matter: what it is decides', async () => {
  const lying = file(face, 'file', "; filename*=UTF-8''a.exe");
  expect(await send(formOf([consent, lying]))).toMatchObject({ status: 200 });
  const html = { ...file(Buffer.from('<script>alert(1)</script>')), head: file(face).head };
  expect(await send(formOf([consent, html]))).toMatchObject({ status: 415, code: 'unsupported_image' });
});
