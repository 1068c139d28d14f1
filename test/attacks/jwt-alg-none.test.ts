import { decodeJwt } from 'jose';
import { afterAll, beforeAll, it } from 'vitest';

import { ApiClient } from '../support/api-client.js';
import { encoded, expectRefused } from '../support/attacks/forged-tokens.js';
import { type Route, routesOf } from '../support/attacks/routes.js';
import { createVictim } from '../support/attacks/victim.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

let server: RunningServer;
let routes: Route[];
const tokens: Record<string, string> = {};
beforeAll(async () => {
  server = await startServer();
  const api = await ApiClient.for(server);
  routes = await routesOf(server);
  const { email, token } = await createVictim(api);
  const enrolment = await api.post('/user/live-enrolment', { token });
  tokens['authorization'] = token;
  tokens['verification'] = await api.verificationToken(email);
  tokens['ticket'] = (enrolment.body as unknown as { ticket: string }).ticket;
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

// The attacker wants: a token of their own making to be taken because it says that it needs no signature.
it.each(['authorization', 'verification', 'ticket'])(
  '%s tokens without a signature open nothing',
  async (kind) => {
    const genuine = tokens[kind]!;
    const [, payload, signature] = genuine.split('.');
    const claims = decodeJwt(genuine);
    const unsigned = (header: object, rest = '') => `${encoded(header)}.${payload}.${rest}`;
    await expectRefused(
      server.url,
      routes.filter(({ security }) => security === kind),
      {
        'no algorithm': unsigned({ alg: 'none' }),
        'no algorithm, and no last part': `${encoded({ alg: 'none' })}.${payload}`,
        'no algorithm, in capitals': unsigned({ alg: 'NONE', typ: 'JWT' }),
        'no algorithm, in both': unsigned({ alg: 'nOnE' }),
        'no algorithm, beside the genuine signature': unsigned({ alg: 'none' }, signature),
        'an empty algorithm': unsigned({ alg: '' }, signature),
        'an algorithm that is null': unsigned({ alg: null }),
        'several algorithms': unsigned({ alg: ['none', 'HS256'] }, signature),
        'a header without an algorithm': unsigned({ typ: 'JWT' }),
        'the genuine header, no signature': `${genuine.split('.')[0]}.${payload}.`,
        'more claims, no signature': `${encoded({ alg: 'none' })}.${encoded({ ...claims, amr: ['pwd', 'face'] })}.`,
      },
    );
  },
);
