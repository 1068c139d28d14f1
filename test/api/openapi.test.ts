import { Validator } from '@seriousme/openapi-schema-validator';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { PROBLEMS } from '../../src/api/problems.js';
import { readConfig } from '../../src/config/config.js';
import { loadParts } from '../../src/parts.js';
import { createServer } from '../../src/server.js';
import { removeTemporaryDirectories, temporaryDirectory } from '../support/server.js';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
/** What the documentation does not describe: itself, and the way to it. */
const UNDOCUMENTED = [
  /^\/$/,
  /^\/docs/,
  /^\/openapi\.(json|yaml)$/,
  /^\/asyncapi\.json$/,
  // In a format of its own, for programs that watch.
  /^\/metrics$/,
  /^\*$/,
  /^\/swagger/,
];

interface Operation {
  readonly operationId: string;
  readonly summary?: string;
  readonly security?: object[];
  readonly requestBody?: {
    readonly content: Record<string, { schema: { properties: Record<string, object> } }>;
  };
  readonly responses: Record<
    string,
    {
      description: string;
      content: Record<string, { example?: unknown; examples?: Record<string, unknown> }>;
    }
  >;
}

let app: Awaited<ReturnType<typeof createServer>>;
let document: { paths: Record<string, Record<string, Operation>> };
const routes: string[] = [];

beforeAll(async () => {
  const config = readConfig({ DATA_DIR: await temporaryDirectory(), FACE_WORKERS: '1' });
  const parts = await loadParts(config);
  app = await createServer(parts, pino({ level: 'silent' }), '0.0.0-test');
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRoute', ({ method, url }: { method: string | string[]; url: string }) => {
    for (const verb of [method].flat()) routes.push(`${verb} ${url}`);
  });
  await app.init();
  await fastify.ready();
  document = (await fastify.inject({ url: '/openapi.json' })).json();
});
afterAll(async () => {
  await app.close();
  await removeTemporaryDirectories();
});

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      operation,
    })),
  );

describe('the OpenAPI document', () => {
  it('is valid OpenAPI', async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document));
    expect(errors).toBeUndefined();
    expect(valid).toBe(true);
  });

  it('has every route of the server, and the server every route of the document', () => {
    const served = routes
      .map((route) => route.replaceAll(/:(\w+)/g, '{$1}'))
      .filter((route) => {
        const [method = '', url = ''] = route.split(' ');
        return METHODS.includes(method) && !UNDOCUMENTED.some((pattern) => pattern.test(url));
      });
    expect(
      operations()
        .map(({ name }) => name)
        .sort(),
    ).toEqual([...new Set(served)].sort());
  });

  it('explains every call, and shows an example of every answer', () => {
    for (const { name, operation } of operations()) {
      expect(operation.summary, name).toBeTruthy();
      for (const [status, response] of Object.entries(operation.responses)) {
        expect(response.description, `${name} ${status}`).toBeTruthy();
        for (const content of Object.values(response.content)) {
          expect(content.example ?? Object.keys(content.examples ?? {})[0], `${name} ${status}`).toBeTruthy();
        }
      }
    }
  });

  it('names every call once, in letters that a programming language can use', () => {
    const ids = operations().map(({ operation }) => operation.operationId);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[a-z][a-zA-Z]+$/);
  });

  it('names every problem that there is', () => {
    const documented = operations().flatMap(({ operation }) =>
      Object.values(operation.responses).flatMap(({ content }) =>
        Object.keys(content['application/problem+json']?.examples ?? {}),
      ),
    );
    // Those that belong to no call: a path that is none, a request that is not HTTP as we know it.
    const everywhere = ['not_found', 'bad_request'];
    // Those that a live session ends with, or that refuse its socket; /asyncapi.json has them.
    const live = ['live_check_failed', 'live_session_ended', 'origin_not_allowed'];
    expect(new Set([...documented, ...everywhere, ...live])).toEqual(new Set(Object.keys(PROBLEMS)));
  });

  it('says which token a call needs', () => {
    const needs = Object.fromEntries(
      operations().map(({ name, operation }) => [
        name,
        Object.keys(operation.security?.[0] ?? {})[0] ?? null,
      ]),
    );
    expect(needs).toEqual({
      'GET /health/live': null,
      'GET /health/ready': null,
      'POST /user/auth/sign-up': null,
      'POST /user/auth/sign-in': null,
      'POST /user/auth/revoke-token': 'authorization',
      'GET /user': 'authorization',
      'POST /user/disable-face-verification': 'authorization',
      'POST /user/image/image-embedding': 'authorization',
      'POST /user/image/compare-faces': 'verification',
      'POST /user/faces/compare-faces': 'verification',
      'GET /user/auth/verification': 'verification',
      'POST /user/auth/refresh': 'authorization',
      'POST /user/auth/recovery-code': 'verification',
      'POST /user/auth/passkey/options': 'verification',
      'POST /user/auth/passkey': 'verification',
      'POST /user/auth/device/options': null,
      'POST /user/auth/device': null,
      'GET /user/sessions': 'authorization',
      'POST /user/sessions/revoke-others': 'authorization',
      'DELETE /user/sessions/{id}': 'authorization',
      'POST /user/password': 'authorization',
      'GET /user/recovery-codes': 'authorization',
      'POST /user/recovery-codes': 'authorization',
      'GET /user/passkeys': 'authorization',
      'POST /user/passkeys/options': 'authorization',
      'POST /user/passkeys': 'authorization',
      'DELETE /user/passkeys/{id}': 'authorization',
      'GET /user/notices': 'authorization',
      'POST /user/notices/seen': 'authorization',
      'GET /user/consent': 'authorization',
      'POST /user/consent': 'authorization',
      'DELETE /user/consent': 'authorization',
      'GET /user/export': 'authorization',
      'DELETE /user': 'authorization',
      'POST /user/live-verification/completion': 'verification',
      'POST /user/live-verification': 'verification',
      'POST /user/live-enrolment': 'authorization',
      'POST /user/live-verification/{id}/frames': 'ticket',
      'POST /user/live-enrolment/{id}/frames': 'ticket',
    });
  });

  it('has a page whose parts all come from this server', async () => {
    const page = (await app.inject({ url: '/docs' })).body;
    expect(page).toContain('swagger-ui');
    const parts = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address!);
    expect(parts.length).toBeGreaterThan(2);
    for (const part of parts) {
      expect(part).not.toMatch(/^(https?:)?\/\//);
      const url = new URL(part, 'http://localhost/docs').pathname;
      expect((await app.inject({ url })).statusCode, part).toBe(200);
    }
  });
});
