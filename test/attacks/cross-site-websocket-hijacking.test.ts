import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ApiClient, PASSWORD } from '../support/api-client.js';
import { Browser } from '../support/browser.js';
import { handshake, protocols } from '../support/live-handshake.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

/** Where browsers find the server; a proxy passes requests on under a name of its own. */
const PUBLIC_URL = 'https://login.example.org';
const APP = 'https://app.example.org';
const FOREIGN = [
  'https://evil.test',
  'null',
  'https://blog.example.org',
  'http://login.example.org',
  'http://app.example.org',
  'https://login.example.org:8443',
  'https://login.example.org.evil.test',
  'https://app.example.org@evil.test',
  'file://',
  '',
];

let server: RunningServer;
let api: ApiClient;
let sockets: string[];
let cookie: string;
beforeAll(async () => {
  server = await startServer({ PUBLIC_URL, CORS_ORIGINS: APP });
  api = await ApiClient.for(server);
  const document = (await (await fetch(`${server.url}/asyncapi.json`)).json()) as {
    channels: Record<string, { address: string }>;
  };
  sockets = Object.values(document.channels).map(({ address }) => address);
  const browser = new Browser(server.url);
  const json = { email: 'victim@example.org', password: PASSWORD };
  await browser.send('POST', '/user/auth/sign-up', { json });
  cookie = browser.cookieHeader();
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

async function ticket(): Promise<string> {
  const { token } = await api.signUp();
  const { body } = await api.post('/user/live-enrolment', { token });
  return (body as unknown as { ticket: string }).ticket;
}

const ENROLMENT = '/user/live-enrolment';

// The attacker wants: their page to open a socket in the victim's browser, and to talk to the server as the victim.
describe('a page of another site', () => {
  it('opens no socket with the cookies of a visitor: they are none there', async () => {
    expect(sockets).toContain(ENROLMENT);
    for (const path of sockets) {
      for (const origin of [...FOREIGN, PUBLIC_URL, APP]) {
        for (const offered of [undefined, 'vultus.live.v1', protocols('')]) {
          const { status } = await handshake(server.url, path, offered, { origin, cookie });
          expect({ path, origin, status }).toEqual({
            path,
            origin,
            status: expect.toBeOneOf([401, 403]) as number,
          });
        }
      }
    }
  });

  it.each(FOREIGN)('opens none with a ticket that it has come by, nor spends it (%j)', async (origin) => {
    const stolen = protocols(await ticket());
    const host = { host: 'login.example.org' };
    for (const headers of [{ origin }, { origin, ...host }, { origin, cookie, ...host }]) {
      const refused = await handshake(server.url, ENROLMENT, stolen, headers);
      expect(refused).toMatchObject({ status: 403, problem: { code: 'origin_not_allowed' } });
    }
    const { status, socket } = await handshake(server.url, ENROLMENT, stolen, { origin: APP });
    expect(status).toBe(101);
    socket?.destroy();
  });

  it('opens none with several origins', async () => {
    const stolen = protocols(await ticket());
    for (const origin of [`${APP}, https://evil.test`, `https://evil.test ${APP}`]) {
      expect((await handshake(server.url, ENROLMENT, stolen, { origin })).status).toBe(403);
    }
  });

  it('opens none to any other call by asking for an upgrade', async () => {
    for (const path of ['/user', '/user/sessions', '/user/export', '/']) {
      const { status } = await handshake(server.url, path, 'vultus.live.v1', {
        origin: 'https://evil.test',
        cookie,
      });
      expect({ path, status }).toEqual({ path, status: 404 });
    }
  });
});

describe('the page of the server itself', () => {
  it('opens one, also behind a proxy that passes requests on under another name', async () => {
    const { status, socket } = await handshake(server.url, ENROLMENT, protocols(await ticket()), {
      origin: PUBLIC_URL,
    });
    expect(status).toBe(101);
    socket?.destroy();
  });
});
