import { afterAll, beforeAll, expect, it } from 'vitest';

import { ApiClient, PASSWORD } from '../support/api-client.js';
import { type Route, nameOf, pathOf, routesOf } from '../support/attacks/routes.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

let server: RunningServer;
let api: ApiClient;
let routes: Route[];
beforeAll(async () => {
  server = await startServer();
  api = await ApiClient.for(server);
  routes = await routesOf(server);
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

const POISON = [
  '{"__proto__":{"token":"x","email":"polluted@example.org","isAdmin":true}}',
  '{"constructor":{"prototype":{"email":"polluted@example.org","password":"correct horse battery"}}}',
  '{"a":{"__proto__":{"polluted":true}}}',
  '{"email":"a@example.org","password":"correct horse battery","__proto__":{"secondFactorOwed":false}}',
];

// The attacker wants: a property on every object of the server, such as one that a check reads.
it('a poisoned body of any call is refused, and leaves nothing behind', async () => {
  const { token } = await api.signUp();
  const posts = routes.filter(({ method }) => method !== 'GET');
  expect(posts.length).toBeGreaterThan(15);
  for (const route of posts.filter(({ bodyKind }) => bodyKind === 'json')) {
    for (const body of POISON) {
      const response = await fetch(server.url + pathOf(route, { id: 'x' }), {
        method: route.method,
        headers: {
          'content-type': 'application/json',
          ...(route.security === 'authorization' ? { authorization: `Bearer ${token}` } : {}),
        },
        body,
      });
      const answer = await response.text();
      expect([400, 401], `${nameOf(route)} ${body}: ${answer}`).toContain(response.status);
      expect(answer).not.toContain('polluted@');
    }
  }
  // Nobody has signed up with what was put onto prototypes, and an empty body still lacks its fields.
  const empty = await api.post('/user/auth/sign-in', { json: {} });
  expect(empty.body.errors.map(({ field }) => field).sort()).toEqual(['email', 'password']);
  expect((await api.signIn('polluted@example.org', PASSWORD)).status).toBe(401);
});
