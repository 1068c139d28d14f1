import { type INestApplication, applyDecorators } from '@nestjs/common';
import { ApiBody, ApiConsumes, DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';

import { nameOperations } from '../api/api-documentation.js';
import type { ProblemCode } from '../api/problems.js';
import { KEY_HEADER, SAMPLE_MEDIA_TYPE } from '../face/remote/wire-format.js';

/** What any call can run into. */
export const SERVICE_PROBLEMS: readonly ProblemCode[] = ['internal_error'];

/** Documents a body that is a picture and nothing else. */
export function RawSampleBody(): MethodDecorator {
  return applyDecorators(
    ApiConsumes(SAMPLE_MEDIA_TYPE),
    ApiBody({
      required: true,
      schema: { type: 'string', format: 'binary', description: 'JPEG, PNG or WebP with one face.' },
    }),
  );
}

const INTRODUCTION = `Finds the one face of a picture and gives its features. It keeps nothing of what it is sent.

Every call needs an API key in the header \`${KEY_HEADER}\`. Every refusal is \`application/problem+json\` (RFC 9457) with a stable \`code\`.

\`GET /health/live\` and \`GET /health/ready\` are for supervisors, \`GET /metrics\` is for Prometheus.`;

/** The document behind /docs and /openapi.json of the service. */
export function buildServiceDocument(app: INestApplication, version: string): OpenAPIObject {
  const config = new DocumentBuilder()
    .setTitle('Vultus face recognition service')
    .setDescription(INTRODUCTION)
    .setVersion(version)
    .setLicense('MIT', '')
    .addApiKey({ type: 'apiKey', in: 'header', name: KEY_HEADER }, KEY_HEADER)
    .build();
  const document = nameOperations(SwaggerModule.createDocument(app, config));
  // Those of the server, whose documentation speaks of its storage.
  delete document.paths['/health/live'];
  delete document.paths['/health/ready'];
  return document;
}
