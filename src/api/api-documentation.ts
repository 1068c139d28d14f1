import { type INestApplication, applyDecorators } from '@nestjs/common';
import {
  ApiBody,
  ApiConsumes,
  ApiResponse,
  DocumentBuilder,
  type OpenAPIObject,
  SwaggerModule,
} from '@nestjs/swagger';
import { z } from 'zod';

import { PROBLEMS, PROBLEM_MEDIA_TYPE, Problem, type ProblemCode, problemBody } from './problems.js';
import { SAMPLE_FIELD } from './sample-upload.js';
import { problemSchema } from './schemas/problem.js';

type SchemaObject = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>[string] & {
  $ref?: never;
};

interface Answer {
  readonly schema: z.ZodType;
  readonly description: string;
  readonly example: unknown;
}

/** What any request with a body can run into before it reaches its call. */
const BODY_PROBLEMS: readonly ProblemCode[] = [
  'malformed_json',
  'body_too_large',
  'unsupported_media_type',
  'cross_site_request',
];
/** What any request can run into. */
const COMMON_PROBLEMS: readonly ProblemCode[] = [
  'too_many_requests',
  'storage_unavailable',
  'internal_error',
];

/**
 * Documents all that a call answers: its successes by status, its problems grouped by theirs.
 *
 * @param common what any call of the program can run into
 */
export function Answers(
  successes: Readonly<Record<number, Answer>>,
  problems: readonly ProblemCode[],
  common: readonly ProblemCode[] = COMMON_PROBLEMS,
): MethodDecorator {
  return applyDecorators(
    ...Object.entries(successes).map(([status, { schema, description, example }]) =>
      ApiResponse({
        status: Number(status),
        description,
        content: { 'application/json': { schema: openApiSchema(schema), example } },
      }),
    ),
    ...problemResponses([...problems, ...common]),
  );
}

/** Documents a JSON body of this shape. The problems every such body can have go into `Answers`. */
export function JsonBody(schema: z.ZodType): MethodDecorator {
  return ApiBody({ required: true, schema: openApiSchema(schema) });
}

/**
 * Documents the multipart form with one picture.
 *
 * @param fields what may stand beside it, or with `required` has to, each with its description
 * @param picture the field of the picture
 */
export function SampleForm(
  fields: Readonly<Record<string, string>> = {},
  picture = SAMPLE_FIELD,
  required: readonly string[] = [],
): MethodDecorator {
  return applyDecorators(
    ApiConsumes('multipart/form-data'),
    ApiBody({
      required: true,
      schema: {
        type: 'object',
        required: [picture, ...required],
        properties: {
          [picture]: {
            type: 'string',
            format: 'binary',
            description: 'JPEG, PNG or WebP with one face.',
          },
          ...Object.fromEntries(
            Object.entries(fields).map(([name, description]) => [name, { type: 'string', description }]),
          ),
        },
      },
    }),
  );
}

/** Documents the multipart form that carries the messages of a live session. */
export function LiveMessagesForm(): MethodDecorator {
  return applyDecorators(
    ApiConsumes('multipart/form-data'),
    ApiBody({
      required: true,
      schema: {
        type: 'object',
        properties: {
          message: {
            type: 'array',
            items: { type: 'string' },
            description: 'Text messages as JSON, e.g. {"type":"start"}; up to 4.',
          },
          frame: {
            type: 'array',
            items: { type: 'string', format: 'binary' },
            description: 'Binary messages: the header of 17 bytes and a JPEG; up to 10.',
          },
        },
      },
    }),
  );
}

/** @returns the problems that a body can have together with the call's own */
export function bodyProblems(...own: ProblemCode[]): ProblemCode[] {
  return [...BODY_PROBLEMS, ...own];
}

function problemResponses(codes: readonly ProblemCode[]): MethodDecorator[] {
  const statuses = new Set(codes.map((code) => PROBLEMS[code].status));
  return [...statuses].map((status) => {
    const group = codes.filter((code) => PROBLEMS[code].status === status);
    return ApiResponse({
      status,
      description: group.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(' '),
      ...(status === 429 || status === 503 ? { headers: RETRY_AFTER } : {}),
      content: {
        [PROBLEM_MEDIA_TYPE]: {
          schema: { $ref: '#/components/schemas/Problem' },
          examples: Object.fromEntries(
            group.map((code) => [
              code,
              { value: problemBody(new Problem(code), '01b3a9c2-7f0e-4c55-9d0a-2f6d6f0f3c11') },
            ]),
          ),
        },
      },
    });
  });
}

const RETRY_AFTER = {
  'Retry-After': { description: 'Seconds to wait before the next try.', schema: { type: 'integer' } },
} as const;

/** zod writes OpenAPI's own dialect of JSON Schema, which Nest describes with a type of its own. */
export function openApiSchema(schema: z.ZodType): SchemaObject {
  return z.toJSONSchema(schema, {
    target: 'openapi-3.0',
    io: 'input',
    override: ({ jsonSchema }) => {
      // A word of later dialects.
      delete jsonSchema.contentEncoding;
    },
  }) as unknown as SchemaObject;
}

const INTRODUCTION = `Accounts with e-mail and password, and a face as the second factor.

1. \`sign-up\`, then \`image-embedding\` with a picture: the face is enrolled.
2. \`sign-in\` now answers **210** with a verification token.
3. \`compare-faces\` with that token and a fresh picture answers an authorization token.

An account may have passkeys and recovery codes in the place of the face: \`GET /user/auth/verification\` says what it has.

Tokens travel as \`Authorization: Bearer …\`. A browser that sends \`Vultus-Token-Transport: cookie\` with every call gets them in \`__Host-\` cookies, and in no body.

Every refusal is \`application/problem+json\` (RFC 9457) with a stable \`code\`.`;

/** The document behind /docs and /openapi.json, made from the decorators of the controllers. */
export function buildOpenApiDocument(app: INestApplication, version: string): OpenAPIObject {
  const token = { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } as const;
  const config = new DocumentBuilder()
    .setTitle('Vultus')
    .setDescription(INTRODUCTION)
    .setVersion(version)
    .setLicense('MIT', '')
    .addBearerAuth({ ...token, description: 'From sign-up, sign-in or compare-faces.' }, 'authorization')
    .addBearerAuth({ ...token, description: 'From a sign-in that answered 210.' }, 'verification')
    .addBearerAuth({ ...token, description: 'From live-verification or live-enrolment.' }, 'ticket')
    .build();
  return nameOperations(SwaggerModule.createDocument(app, config));
}

/** Gives each call a name, and the problems their schema. */
export function nameOperations(document: OpenAPIObject): OpenAPIObject {
  for (const [path, methods] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(methods) as [string, OperationObject][]) {
      operation.operationId = operationId(method, path);
    }
  }
  document.components = {
    ...document.components,
    schemas: { ...document.components?.schemas, Problem: openApiSchema(problemSchema) },
  };
  return document;
}

type OperationObject = NonNullable<OpenAPIObject['paths'][string]['get']>;

/** `POST /user/auth/sign-up` → `postUserAuthSignUp`: what code generators name their functions after. */
function operationId(method: string, path: string): string {
  return method + path.replaceAll(/[^a-zA-Z]+(\w?)/g, (_, letter: string) => letter.toUpperCase());
}
