import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { AuthError } from '../auth/auth-error.js';
import { Problem, type ProblemCode, problemBody } from './problems.js';

/** What the framework refuses before a controller is reached, by its error code. */
const FRAMEWORK_PROBLEMS: Readonly<Record<string, ProblemCode>> = {
  FST_ERR_CTP_EMPTY_JSON_BODY: 'malformed_json',
  FST_ERR_CTP_INVALID_JSON_BODY: 'malformed_json',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'malformed_json',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
};

const HTTP_PROBLEMS: Readonly<Record<number, ProblemCode>> = {
  400: 'malformed_json',
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
    const reply = http.getResponse<FastifyReply>();
    const problem = toProblem(error);
    const body = problemBody(problem, request.id);
    if (problem.code === 'internal_error') request.log.error({ err: error }, 'request failed');

    if (problem.options.retryAfterSeconds !== undefined) {
      void reply.header('retry-after', String(problem.options.retryAfterSeconds));
    }
    // RFC 9110, 11.6.1: a 401 says how to authenticate.
    if (problem.code === 'invalid_token') void reply.header('www-authenticate', 'Bearer');
    // Whoever still sends a body that is too large would otherwise be read to its end.
    if (body.status === 413) void reply.header('connection', 'close');
    void reply.status(body.status).type('application/problem+json').send(JSON.stringify(body));
  }
}

function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof AuthError) return authProblem(error);
  const code = frameworkCode(error);
  return new Problem(code ?? 'internal_error');
}

function authProblem({ code, fields }: AuthError): Problem {
  return code === 'too_many_attempts'
    ? new Problem(code, { retryAfterSeconds: RESTART_AFTER_SECONDS })
    : new Problem(code, { errors: fields });
}

function frameworkCode(error: unknown): ProblemCode | undefined {
  if (error instanceof HttpException) return HTTP_PROBLEMS[error.getStatus()];
  if (!(error instanceof Error)) return undefined;
  const { code, statusCode } = error as Error & { code?: unknown; statusCode?: unknown };
  return (
    (typeof code === 'string' ? FRAMEWORK_PROBLEMS[code] : undefined) ??
    (typeof statusCode === 'number' ? HTTP_PROBLEMS[statusCode] : undefined)
  );
}
