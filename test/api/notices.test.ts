import { once } from 'node:events';
import { type IncomingHttpHeaders, type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { ApiClient } from '../support/api-client.js';
import { runCommand } from '../support/command.js';
import { still } from '../support/faces.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

const SECRET = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
/** Long enough for two pictures, short enough to be waited for. */
const FLOW_SECONDS = 5;

interface NoticeAnswer {
  readonly id: string;
  readonly kind: string;
  readonly text: string;
  readonly seen: boolean;
}

interface Message {
  readonly headers: IncomingHttpHeaders;
  readonly type: string;
  readonly data: { readonly account_id: string };
}

let receiver: Server;
let server: RunningServer;
let api: ApiClient;
let franck: Buffer;
let stranger: Buffer;
const messages: Message[] = [];
/** While true, the receiver takes requests and never answers. */
let isDead = false;

beforeAll(async () => {
  receiver = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      if (isDead) return;
      const headers = request.headers;
      const verified = new Webhook(SECRET).verify(body, headers as Record<string, string>);
      messages.push({ headers, ...(verified as Omit<Message, 'headers'>) });
      response.writeHead(204).end();
    });
  });
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  server = await startServer({
    CONSENT: 'outside',
    VERIFICATION_TOKEN_TTL: String(FLOW_SECONDS),
    WEBHOOK_URL: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`,
    WEBHOOK_SECRET: SECRET,
  });
  api = await ApiClient.for(server);
  [franck, stranger] = (await Promise.all(['franck_02159.jpg', 'cage.jpg'].map(still))) as [Buffer, Buffer];
});
afterAll(async () => {
  await server.stop();
  receiver.closeAllConnections();
  receiver.close();
  await removeTemporaryDirectories();
});

async function notices(token: string): Promise<NoticeAnswer[]> {
  const { status, body } = await api.get('/user/notices', { token });
  expect(status).toBe(200);
  return (body as unknown as { notices: NoticeAnswer[] }).notices;
}

const compare = (token: string, picture: Uint8Array) =>
  api.upload('/user/image/compare-faces', token, picture);
const typesOf = (id: string) => messages.filter(({ data }) => data.account_id === id).map(({ type }) => type);

describe('notices', () => {
  it('tell the owner that somebody passed the password but not the face, once a sign-in', async () => {
    const { email, token, id } = await api.enrolled(franck);
    const verification = await api.verificationToken(email);
    for (let i = 0; i < 2; i++) expect((await compare(verification, stranger)).status).toBe(401);
    const refused = (await notices(token)).filter(({ kind }) => kind === 'face_refused');
    expect(refused).toHaveLength(1);
    expect(refused[0]!.text).toMatch(/^Somebody passed your password.*, but not your face\./);
    // The operator hears of it when the attempt is over.
    expect(typesOf(id)).not.toContain('sign_in.face_refused');
    await vi.waitFor(
      () => {
        expect(typesOf(id).filter((type) => type === 'sign_in.face_refused')).toHaveLength(1);
      },
      { timeout: 20_000, interval: 200 },
    );
  });

  it('do not tell them of their own first picture that failed', async () => {
    const { email, token, id } = await api.enrolled(franck);
    const verification = await api.verificationToken(email);
    expect((await compare(verification, stranger)).status).toBe(401);
    expect((await compare(verification, franck)).status).toBe(200);
    expect((await notices(token)).map(({ kind }) => kind)).not.toContain('face_refused');
    await vi.waitFor(
      () => {
        expect(typesOf(id)).toContain('sign_in.face_accepted');
      },
      { timeout: 20_000 },
    );
    expect(typesOf(id)).not.toContain('sign_in.face_refused');
  });

  it('are marked as seen by their owner only, newest first', async () => {
    const { token } = await api.enrolled(franck);
    const other = await api.signUp();
    const mine = await notices(token);
    expect(mine).toMatchObject([{ kind: 'face_enrolled', seen: false }]);
    const json = { ids: [mine[0]!.id, 'of nobody'] };
    expect((await api.post('/user/notices/seen', { token: other.token, json })).status).toBe(200);
    expect(await notices(token)).toEqual(mine);
    const seen = await api.post('/user/notices/seen', { token, json });
    expect(seen.body).toEqual({ notices: [{ ...mine[0]!, seen: true }] });
  });

  it('are nobody else’s, and need a session', async () => {
    expect((await api.get('/user/notices')).status).toBe(401);
    expect((await api.post('/user/notices/seen', { json: { ids: [] } })).status).toBe(401);
    const { token } = await api.signUp();
    expect((await api.post('/user/notices/seen', { token, json: { ids: 'all' } })).status).toBe(400);
  });
});

describe('a receiver of webhooks that hangs', () => {
  it('keeps nobody waiting', async () => {
    isDead = true;
    const start = Date.now();
    for (let i = 0; i < 5; i++) await api.signUp();
    // Less than one answer is waited for.
    expect(Date.now() - start).toBeLessThan(9000);
  });
});

describe('the audit log of a server', () => {
  it.skipIf(process.env['TEST_STORE'] === 'mongodb')('is whole, and has no address in it', async () => {
    const environment = { DATA_DIR: server.dataDirectory };
    const { code, stdout } = await runCommand(['audit', 'verify'], environment);
    expect(code).toBe(0);
    expect(stdout).toContain('is whole');
    const shown = await runCommand(['audit', 'show', '--json', '--limit', '1000'], environment);
    expect(shown.stdout).toContain('"action":"sign_in_face","outcome":"failure"');
    expect(shown.stdout).not.toContain('example.org');
  });
});
