import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { AuthError } from '../auth/auth-error.js';
import { EngineUnavailable } from '../face/biometric-engine.js';
import { StorageUnavailable } from '../storage/port.js';
import { PROBLEM_MEDIA_TYPE, Problem, type ProblemCode, problemBody } from './problems.js';

declare module 'fastify' {
  interface FastifyReply {
    /** Of the problem that it is answered with. */
    problemCode?: ProblemCode;
  }
}

/** What the framework refuses before a controller is reached, by its error code. */
const FRAMEWORK_PROBLEMS: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformed_json',
  FST_ERR_CTP_INVALID_JSON_BODY: 'malformed_json',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'malformed_json',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
};

const STATUS_PROBLEMS: Readonly<Record<number, ProblemCode>> = {
  // The documentation's files: a path that leads out of their folder.
  403: 'not_found',
  404: 'not_found',
  413: 'body_too_large',
  415: 'unsupported_media_type',
};

/** A locked sign-in stays locked, but a new one may be started at once. */
const RESTART_AFTER_SECONDS = 1;

/** Every refusal leaves as one problem document; what nobody expected leaves as 500 without a word about it. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const problem = toProblem(error);
    if (error instanceof StorageUnavailable) {
      // An outage meets every request: one line each, and no stack that says nothing about it.
      request.log.error({ reason: error.message }, 'storage unavailable');
    } else if (error instanceof EngineUnavailable) {
      request.log.error({ reason: error.message }, 'face service unavailable');
    } else if (problem.code === 'internal_error') {
      request.log.error({ err: error }, 'request failed');
    }
    sendProblem(problem, request, http.getResponse<FastifyReply>());
  }
}

/** The one way in which a refusal leaves, with the headers that belong to it. */
export function sendProblem(problem: Problem, request: FastifyRequest, reply: FastifyReply): void {
  const body = problemBody(problem, request.id);
  if (problem.options.retryAfterSeconds !== undefined) {
    void reply.header('retry-after', String(problem.options.retryAfterSeconds));
  }
  // RFC 9110, 11.6.1: a 401 says how to authenticate.
  if (body.status === 401 && !reply.hasHeader('www-authenticate'))
    void reply.header('www-authenticate', 'Bearer');
  reply.problemCode = body.code;
  void reply.status(body.status).type(PROBLEM_MEDIA_TYPE).send(JSON.stringify(body));
}

/** The problem to answer an error with; what nobody expected gets none of its words. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof AuthError) return authProblem(error);
  if (error instanceof StorageUnavailable)
    return new Problem('storage_unavailable', { retryAfterSeconds: 1 });
  if (error instanceof EngineUnavailable) {
    return new Problem('face_service_unavailable', { retryAfterSeconds: error.retryAfterSeconds });
  }
  return new Problem(frameworkCode(error));
}

function authProblem({ code, fields, retryAfterSeconds }: AuthError): Problem {
  return code === 'too_many_attempts' || code === 'busy'
    ? new Problem(code, { retryAfterSeconds: retryAfterSeconds ?? RESTART_AFTER_SECONDS })
    : new Problem(code, { errors: fields });
}

function frameworkCode(error: unknown): ProblemCode {
  if (!(error instanceof Error)) return 'internal_error';
  // Nest wraps what the HTTP server threw.
  const source = error instanceof HttpException && error.cause instanceof Error ? error.cause : error;
  const { code, statusCode } = source as Error & { code?: unknown; statusCode?: unknown };
  const known = typeof code === 'string' ? FRAMEWORK_PROBLEMS[code] : undefined;
  if (known) return known;
  const status = error instanceof HttpException ? error.getStatus() : Number(statusCode);
  if (!(status >= 400 && status < 500)) return 'internal_error';
  // A poisoned prototype ("__proto__") is refused by the JSON parser, without a code of its own.
  if (source instanceof SyntaxError) return 'malformed_json';
  return STATUS_PROBLEMS[status] ?? 'bad_request';
}
