import { fastifyMultipart } from '@fastify/multipart';
import type { INestApplication } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { SwaggerModule } from '@nestjs/swagger';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { buildOpenApiDocument } from './api-documentation.js';
import { closeConnectionsWhenStopping } from './connection-drain.js';
import { cacheDocumentation } from './documentation-cache.js';
import { UPLOAD_LIMITS } from './form-parts.js';
import { buildAsyncApiDocument } from './live/async-api.js';
import { addPage, leadToDocumentation } from './page.js';
import { addGates, carryOrigin } from './request-gates.js';
import { addRequestLog } from './request-log.js';
import { CONSENT_HEADER } from './sample-upload.js';
import { addSecurityHeaders } from './security-headers.js';
import { DEVICE_HEADER, TRANSPORT_HEADER } from './token-transport.js';

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
  const pageHeaders = addSecurityHeaders(app, settings.publicUrl);
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
