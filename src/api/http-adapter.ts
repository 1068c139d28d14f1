import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

import { fastifyMultipart } from '@fastify/multipart';
import type { INestApplication } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';

import { buildOpenApiDocument } from './api-documentation.js';
import { cacheDocumentation } from './documentation-cache.js';
import { buildAsyncApiDocument } from './live/async-api.js';
import { WebSocketUpgradeOnly } from './live/websocket-upgrade.js';
import { addPage, leadToDocumentation } from './page.js';
import { sendProblem } from './problem.filter.js';
import { PROBLEM_MEDIA_TYPE, Problem, problemBody } from './problems.js';
import { addGates, carryOrigin } from './request-gates.js';
import { requestIdOf } from './request-id.js';
import { UPLOAD_LIMITS } from './form-parts.js';
import { CONSENT_HEADER } from './sample-upload.js';
import { BARE_HEADERS, addSecurityHeaders } from './security-headers.js';
import { DEVICE_HEADER, TRANSPORT_HEADER } from './token-transport.js';

/** Room for the longest acceptable address and password in any encoding, and for nothing else. */
const MAX_JSON_BYTES = 64 * 1024;
/** The longest id of a passkey: 1023 bytes (Web Authentication, level 3), in base64url. */
const MAX_ID_LENGTH = 1364;

/** @param trustedProxies addresses and ranges whose X-Forwarded-For is believed */
export function createHttpAdapter(
  logger: FastifyBaseLogger,
  trustedProxies: readonly string[],
): FastifyAdapter {
  return new FastifyAdapter({
    loggerInstance: logger,
    // The lines are written in `addRequestLog`: with the route instead of the address, which could hold secrets.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    bodyLimit: MAX_JSON_BYTES,
    routerOptions: { maxParamLength: MAX_ID_LENGTH },
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    // Slow-loris: headers and body must arrive within these times, in milliseconds. Node looks after them
    // every half minute only, unless told otherwise, and mixes them up when the first is the longer one.
    http: {
      headersTimeout: 10_000,
      connectionsCheckingInterval: 1_000,
      IncomingMessage: WebSocketUpgradeOnly,
    },
    requestTimeout: 30_000,
    forceCloseConnections: 'idle',
    frameworkErrors: refuseUnroutable,
    clientErrorHandler: refuseUnreadable,
    // What still arrives while stopping is answered as always; its connection is closed then.
    return503OnClosing: false,
    requestIdHeader: false,
    genReqId: ({ headers }: IncomingMessage) => requestIdOf(headers['x-request-id']),
  });
}

export interface HttpSettings {
  readonly corsOrigins: readonly string[];
  readonly publicUrl: string;
  readonly trustedProxies: readonly string[];
  readonly version: string;
  /** Of the built page; null where there is none. */
  readonly pageFolder: URL | null;
}

export async function configureHttp(app: NestFastifyApplication, settings: HttpSettings): Promise<void> {
  const fastify = app.getHttpAdapter().getInstance();
  // Only JSON and the picture's form are understood; text/plain is what a foreign page may send unasked.
  fastify.removeContentTypeParser('text/plain');
  acceptEmptyJson(fastify);
  await app.register(fastifyMultipart, { limits: UPLOAD_LIMITS });
  closeConnectionsWhenStopping(app);
  addRequestLog(app);
  const pageHeaders = await addSecurityHeaders(app, settings.publicUrl);
  // Before the gates: pages of the allowed origins must be able to read a refusal, too.
  app.enableCors({
    strictPreflight: false,
    origin: [...settings.corsOrigins],
    credentials: true,
    methods: ['GET', 'POST', 'DELETE'],
    allowedHeaders: [
      'Authorization',
      'Content-Type',
      'X-Request-Id',
      TRANSPORT_HEADER,
      DEVICE_HEADER,
      CONSENT_HEADER,
    ],
    exposedHeaders: ['Retry-After', 'X-Request-Id', DEVICE_HEADER],
    maxAge: 600,
  });
  addGates(app, settings);
  carryOrigin(app);
  cacheDocumentation(app.getHttpAdapter().getInstance());
  addDocumentation(app, settings.version);
  if (settings.pageFolder) await addPage(app, settings.pageFolder, pageHeaders);
  else leadToDocumentation(app);
}

/** Clients that always send the JSON header may call what takes no body; what does take one asks for its fields. */
function acceptEmptyJson(fastify: FastifyInstance): void {
  const parse = fastify.getDefaultJsonParser('error', 'error');
  fastify.removeContentTypeParser('application/json');
  fastify.addContentTypeParser(
    'application/json',
    { parseAs: 'string' },
    (request: FastifyRequest, body: string, done: (error: Error | null, body?: unknown) => void) => {
      if (body === '') done(null, undefined);
      else void parse(request, body, done);
    },
  );
}

/** A client that keeps its connection would otherwise hold the stopping server open until it times out. */
function closeConnectionsWhenStopping(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  let stopping = false;
  fastify.addHook('preClose', (done: () => void) => {
    stopping = true;
    done();
  });
  fastify.addHook(
    'onSend',
    (
      _request: FastifyRequest,
      reply: FastifyReply,
      payload: unknown,
      done: (error: null, body: unknown) => void,
    ) => {
      if (stopping) void reply.header('connection', 'close');
      done(null, payload);
    },
  );
}

function addRequestLog(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
    markAnswer(request, reply);
    done();
  });
  fastify.addHook('onResponse', (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
    request.log.info(
      {
        method: request.method,
        route: request.routeOptions.url ?? 'unknown',
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
      },
      'request',
    );
    done();
  });
}

function markAnswer(request: FastifyRequest, reply: FastifyReply): void {
  void reply.header('x-request-id', request.id);
  // Answers hold tokens and templates: no cache on the way may keep them.
  void reply.header('cache-control', 'no-store');
  void reply.header('x-content-type-options', 'nosniff');
}

function addDocumentation(app: INestApplication, version: string): void {
  SwaggerModule.setup('docs', app, () => buildOpenApiDocument(app, version), {
    customSiteTitle: 'Vultus API',
    jsonDocumentUrl: 'openapi.json',
    yamlDocumentUrl: 'openapi.yaml',
  });
  const asyncApi = JSON.stringify(buildAsyncApiDocument(version));
  app.getHttpAdapter().get('/asyncapi.json', (_request: FastifyRequest, reply: FastifyReply) => {
    void reply.type('application/json').send(asyncApi);
  });
}

/**
 * A request that no route can be found for, such as one with a broken percent-encoding in its path. No hook has seen
 * it.
 */
function refuseUnroutable(_error: Error, request: FastifyRequest, reply: FastifyReply): void {
  markAnswer(request, reply);
  void reply.headers(BARE_HEADERS);
  sendProblem(new Problem('bad_request'), request, reply);
}

/** Bytes that are not HTTP, or headers without end: there is no request yet, only a connection to end. */
function refuseUnreadable(_error: Error, socket: Socket): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify(problemBody(new Problem('bad_request'), randomUUID()));
  const bare = Object.entries(BARE_HEADERS).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `HTTP/1.1 400 Bad Request\r\nContent-Type: ${PROBLEM_MEDIA_TYPE}\r\n${bare.join('')}Connection: close`;
  socket.once('finish', () => socket.destroy());
  socket.end(`${head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}
