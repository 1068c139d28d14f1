import { decodeJwt } from 'jose';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { SignJWT } from 'jose';

import { ApiClient } from '../support/api-client.js';
import { attempt, bearer } from '../support/attacks/calls.js';
import { SECRETS, expectRefused } from '../support/attacks/forged-tokens.js';
import { type Route, routesOf } from '../support/attacks/routes.js';
import { createVictim } from '../support/attacks/victim.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

let server: RunningServer;
let routes: Route[];
const claims: Record<string, Record<string, unknown>> = {};
beforeAll(async () => {
  server = await startServer(SECRETS);
  const api = await ApiClient.for(server);
  routes = await routesOf(server);
  const { email, token } = await createVictim(api);
  const enrolment = await api.post('/user/live-enrolment', { token });
  claims['authorization'] = decodeJwt(token);
  claims['verification'] = decodeJwt(await api.verificationToken(email));
  claims['ticket'] = decodeJwt((enrolment.body as unknown as { ticket: string }).ticket);
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

const secretOf = (kind: string) =>
  new TextEncoder().encode(kind === 'authorization' ? SECRETS.JWT_SECRET : SECRETS.FACE_AUTH_SECRET);
const sign = (kind: string, changed: Record<string, unknown>) =>
  new SignJWT({ ...claims[kind], ...changed }).setProtectedHeader({ alg: 'HS256' }).sign(secretOf(kind));

// The attacker wants: a token that was made for another program, or another use, under the same secret, to be taken here.
it.each(['authorization', 'verification', 'ticket'])(
  '%s tokens for another audience open nothing',
  async (kind) => {
    const { aud } = claims[kind] as { aud: string };
    await expectRefused(
      server.url,
      routes.filter(({ security }) => security === kind),
      {
        'no audience': await sign(kind, { aud: undefined }),
        'the audience of another program': await sign(kind, { aud: 'https://shop.example.org' }),
        'the audience of another kind': await sign(kind, {
          aud: kind === 'authorization' ? 'vultus:verification' : 'vultus:authorization',
        }),
        'the audience in capitals': await sign(kind, { aud: aud.toUpperCase() }),
        'a part of the audience': await sign(kind, { aud: 'vultus' }),
        'a pattern for all of them': await sign(kind, { aud: '*' }),
        'no audience in a list': await sign(kind, { aud: [] }),
        'a past end': await sign(kind, { exp: 1_700_000_000 }),
        'no end': await sign(kind, { exp: undefined }),
        'a beginning to come': await sign(kind, { nbf: Math.floor(Date.now() / 1000) + 3600 }),
      },
    );
  },
);

it('are taken as soon as the audience is right: it was nothing else that refused them', async () => {
  const show = routes.find(({ method, path }) => method === 'GET' && path === '/user')!;
  const { status } = await attempt(server.url, show, { headers: bearer(await sign('authorization', {})) });
  expect(status).toBe(200);
});
