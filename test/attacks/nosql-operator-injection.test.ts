import { afterAll, beforeAll, expect, it } from 'vitest';

import { ApiClient } from '../support/api-client.js';
import { attempt, bearer } from '../support/attacks/calls.js';
import { type JsonSchema, type Route, nameOf, routesOf } from '../support/attacks/routes.js';
import { stateOf } from '../support/attacks/victim.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

let server: RunningServer;
let api: ApiClient;
let routes: Route[];
beforeAll(async () => {
  server = await startServer();
  api = await ApiClient.for(server);
  routes = (await routesOf(server)).filter(({ bodyKind }) => bodyKind === 'json');
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

const OPERATORS: readonly unknown[] = [
  { $gt: '' },
  { $ne: null },
  { $regex: '.*' },
  { $where: 'true' },
  { $in: ['a'] },
  [{ $gt: '' }],
  [['a']],
  { toString: 'a' },
];

const fieldsOf = ({ bodySchema }: Route) => Object.keys((bodySchema as JsonSchema).properties ?? {});

// The attacker wants: a query of their own in the place of a value, to match any account or any code.
it('an operator in the place of any value is refused, and nothing is changed', async () => {
  expect(routes.length).toBeGreaterThan(8);
  const { email, token } = await api.signUp();
  const credentials = { email, password: 'correct horse battery' };
  const before = await stateOf(server.url, token);
  let tried = 0;
  for (const route of routes) {
    for (const field of fieldsOf(route)) {
      for (const operator of OPERATORS) {
        // A list of ids may well be a list; what is in it is text.
        if (route.path.endsWith('/notices/seen') && Array.isArray(operator)) continue;
        const body = { ...credentials, [field]: operator };
        const honest = await attempt(server.url, route, {
          headers: route.security === 'authorization' ? bearer(token) : {},
          body: route.path.includes('/auth/sign-') ? body : { [field]: operator },
        });
        const where = { call: nameOf(route), field, operator };
        expect([400, 401], JSON.stringify({ ...where, ...honest })).toContain(honest.status);
        tried++;
      }
    }
  }
  expect(tried).toBeGreaterThan(80);
  expect(await stateOf(server.url, token)).toEqual(before);
});

it('an operator as the name of a field is refused', async () => {
  for (const name of ['$where', '$or', 'email.$gt', 'a.b', '$set']) {
    const json = { email: 'ada@example.org', password: 'correct horse battery', [name]: 'true' };
    const { status, body } = await api.post('/user/auth/sign-in', { json });
    expect({ name, status, code: body.code }).toEqual({ name, status: 400, code: 'validation_failed' });
  }
});

it('an operator in a path names nothing', async () => {
  const { token } = await api.signUp();
  for (const id of ['{"$gt":""}', '[$ne]', "' OR '1'='1", '%00', '../sessions']) {
    const path = `/user/sessions/${encodeURIComponent(id)}`;
    const { status } = await api.delete(path, { token, documentedAs: '/user/sessions/{id}' });
    expect({ id, status }).toEqual({ id, status: 404 });
  }
});
