import { createHash } from 'node:crypto';
import path from 'node:path';

import fc from 'fast-check';
import Database from 'libsql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { PROBLEMS } from '../../src/api/problems.js';
import { ApiClient } from '../support/api-client.js';
import { type JsonSchema, type Route, nameOf, pathOf, routesOf } from '../support/attacks/routes.js';
import { still } from '../support/faces.js';
import { type RunningServer, removeTemporaryDirectories, startServer } from '../support/server.js';

/** Requests in all. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 1500);
/** The same one makes the same requests again. */
const SEED = Number(process.env['FUZZ_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
/** What a refused request may write: that it was tried. */
const TRACES = new Set(['attempt_counters', 'audit_log', 'notices', 'spent_tickets', 'installation']);

let server: RunningServer;
let api: ApiClient;
let routes: Route[];
let tokens: Record<string, string>;
beforeAll(async () => {
  server = await startServer({ VERIFICATION_TOKEN_TTL: '3600', REAUTH_MAX_AGE: '86400' });
  api = await ApiClient.for(server);
  routes = await routesOf(server);
  const { email, token } = await api.enrolled(await still('franck_02159.jpg'));
  const verification = await api.verificationToken(email);
  const { body } = await api.post('/user/live-verification', { token: verification });
  tokens = {
    authorization: token,
    verification,
    ticket: (body as unknown as { ticket: string }).ticket,
    nonsense: 'x.y.z',
  };
});
afterAll(async () => {
  await server.stop();
  await removeTemporaryDirectories();
});

interface Sent {
  readonly route: Route;
  readonly token: string | null;
  readonly id: string;
  readonly contentType: string;
  readonly body: string | null;
  readonly transport: string | null;
}

/** Values that a schema accepts, that it nearly accepts, and that have nothing to do with it. */
function valueFor(schema: JsonSchema): fc.Arbitrary<unknown> {
  const like = valueLike(schema);
  return fc.oneof(
    { weight: 4, arbitrary: like },
    { weight: 1, arbitrary: fc.anything({ maxDepth: 3, withNullPrototype: false }) },
    {
      weight: 1,
      arbitrary: fc.constantFrom<unknown>(
        '',
        ' ',
        null,
        0,
        -1,
        1e308,
        true,
        [],
        {},
        '\u0000',
        '\ud800',
        '٠',
        '🙂'.repeat(600),
      ),
    },
  );
}

function valueLike(schema: JsonSchema): fc.Arbitrary<unknown> {
  switch (schema.type) {
    case 'object': {
      const fields = Object.entries(schema.properties ?? {}).map(
        ([name, field]) => [name, valueFor(field)] as const,
      );
      const requiredKeys = schema.required ? [...schema.required] : [];
      return fc.oneof(
        { weight: 3, arbitrary: fc.record(Object.fromEntries(fields)) },
        {
          weight: 1,
          arbitrary: fc.record(Object.fromEntries(fields), { requiredKeys: requiredKeys.slice(1) }),
        },
        { weight: 1, arbitrary: fc.record({ ...Object.fromEntries(fields), surplus: fc.anything() }) },
      );
    }
    case 'array':
      return fc.array(schema.items ? valueFor(schema.items) : fc.anything(), { maxLength: 5 });
    case 'string':
      return fc.oneof(
        fc.string({ maxLength: 40, unit: 'grapheme' }),
        fc.emailAddress(),
        fc.constantFrom('correct horse battery', '1', 'public-key', 'AAAA'),
      );
    case 'boolean':
      return fc.boolean();
    case undefined:
    default:
      return fc.oneof(fc.integer(), fc.double());
  }
}

function bodyFor({ bodyKind, bodySchema }: Route): fc.Arbitrary<string | null> {
  const json = bodySchema && bodyKind === 'json' ? valueFor(bodySchema) : fc.anything({ maxDepth: 2 });
  return fc.oneof(
    { weight: 6, arbitrary: json.map((value) => textOf(value)) },
    { weight: 1, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.string({ maxLength: 200 }) },
    { weight: 1, arbitrary: json.map((value) => textOf(value).slice(0, -1)) },
    {
      weight: bodyKind === 'form' ? 8 : 1,
      arbitrary: fc
        .array(
          fc.record({
            name: fc.constantFrom('file', 'frame', 'message', 'consent', 'x'),
            isFile: fc.boolean(),
            content: fc.string({ maxLength: 300 }),
          }),
          { maxLength: 6 },
        )
        .map((parts) => formOf(parts)),
    },
  );
}

/** As JSON, where there is any such text. */
function textOf(value: unknown): string {
  const text = JSON.stringify(value) as unknown;
  return typeof text === 'string' ? text : 'null';
}

const BOUNDARY = 'fuzzboundary';
function formOf(parts: readonly { name: string; isFile: boolean; content: string }[]): string {
  const written = parts.map(
    ({ name, isFile, content }) =>
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${isFile ? '; filename="a"' : ''}\r\n\r\n${content}\r\n`,
  );
  return `${written.join('')}--${BOUNDARY}--\r\n`;
}

const requestFor = (route: Route): fc.Arbitrary<Sent> => {
  const own = route.bodyKind === 'form' ? `multipart/form-data; boundary=${BOUNDARY}` : 'application/json';
  return fc.record({
    route: fc.constant(route),
    token: fc.oneof(
      { weight: 3, arbitrary: fc.constant(route.security) },
      { weight: 2, arbitrary: fc.constantFrom('authorization', 'verification', 'ticket', 'nonsense', null) },
    ),
    id: fc.oneof(fc.string({ maxLength: 40 }), fc.uuid(), fc.constantFrom('..', '%', '{id}', "'", 'null')),
    contentType: fc.oneof(
      { weight: 6, arbitrary: fc.constant(own) },
      {
        weight: 1,
        arbitrary: fc.constantFrom('text/plain', 'multipart/form-data', 'application/xml', 'image/png', ''),
      },
    ),
    body: route.method === 'GET' ? fc.constant(null) : bodyFor(route),
    transport: fc.constantFrom(null, null, null, 'cookie', 'bearer'),
  });
};

async function send(sent: Sent) {
  const { route, token, id, contentType, body, transport } = sent;
  const credential = token === null ? undefined : tokens[token];
  const headers: Record<string, string> = {
    ...(credential === undefined ? {} : { authorization: `Bearer ${credential}` }),
    ...(contentType === '' || body === null ? {} : { 'content-type': contentType }),
    ...(transport === null ? {} : { 'vultus-token-transport': transport }),
  };
  const response = await fetch(server.url + pathOf(route, { id: id === '' ? 'x' : id }), {
    method: route.method,
    headers,
    ...(body === null ? {} : { body }),
    // Whoever has heard nothing by then takes it for a hang.
    signal: AbortSignal.timeout(10_000),
  });
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
}

/** Of every table but those in which a refusal leaves its trace. */
function rows(): Record<string, string> {
  const db = new Database(path.join(server.dataDirectory, 'vultus.db'), { readonly: true });
  try {
    const tables = db.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all() as {
      name: string;
    }[];
    const kept = tables.filter(({ name }) => !TRACES.has(name));
    return Object.fromEntries(
      kept.map(({ name }) => {
        // When a session was used is noted also by what is refused in the end.
        const content = (db.prepare(`SELECT * FROM ${name}`).all() as Record<string, unknown>[]).map(
          (row) => ({ ...row, last_used_at: null }),
        );
        const text = content.map((row) =>
          JSON.stringify(row, (_, value: unknown) =>
            value instanceof ArrayBuffer || value instanceof Uint8Array
              ? Buffer.from(value as Uint8Array).toString('base64')
              : value,
          ),
        );
        return [name, createHash('sha256').update(text.sort().join('\n')).digest('hex')];
      }),
    );
  } finally {
    db.close();
  }
}

// Nobody has written these requests: whatever is wrong with them, the answer says so, in time, and nothing happened.
describe('requests made from the API’s own document', () => {
  it('are never a fault, never hang, and never change a row when they are refused', async () => {
    // What ends the account or the tokens of this test is left to the other suites, once it is allowed to succeed.
    const isFinal = ({ method, path: where }: Route) =>
      (method === 'DELETE' && where === '/user') ||
      ['/user/auth/revoke-token', '/user/auth/refresh', '/user/password'].includes(where);
    const any = fc.constantFrom(...routes).chain(requestFor);
    const tried = fc.sample(any, { numRuns: RUNS, seed: SEED });
    process.stdout.write(`fuzzing: FUZZ_SEED=${SEED}\n`);
    const statuses = new Map<number, number>();
    let known = rows();
    for (const sent of tried) {
      const isHarmless = !isFinal(sent.route) || sent.token !== 'authorization';
      const harmless = isHarmless ? sent : { ...sent, token: 'nonsense' };
      const where = `${nameOf(sent.route)} ${JSON.stringify({ ...harmless, route: undefined }).slice(0, 600)}`;
      const { status, type, text } = await send(harmless);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      const after = rows();
      if (status >= 400) {
        expect([500, 502, 504], `${where}: ${text}`).not.toContain(status);
        expect(type, where).toMatch(/^application\/problem\+json/);
        const { code } = JSON.parse(text) as { code: string };
        expect(Object.keys(PROBLEMS), where).toContain(code);
        if (status === 503) expect(['busy', 'storage_unavailable']).toContain(code);
        expect(after, where).toEqual(known);
      }
      known = after;
    }
    process.stdout.write(
      `fuzzing: ${tried.length} requests, by status ${JSON.stringify([...statuses].sort())}\n`,
    );
    expect([...statuses.keys()].length).toBeGreaterThan(5);
  }, 600_000);
});
