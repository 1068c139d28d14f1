import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';

import type { HttpMetrics } from '../metrics/http-metrics.js';

/** The page's files are routes of their own, named after their content: together they are one. */
const PAGE = /^\/\*?$|\.(?!json$|yaml$)\w+$/;
const DOCUMENTATION = /^\/docs(\/|$)/;

/** Counts every request that is answered. To be added before anything that could answer. */
export function addRequestMetrics(
  app: NestFastifyApplication,
  metrics: HttpMetrics,
  onStorageFailure: () => void = () => undefined,
): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onResponse', (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
    const problem = reply.problemCode ?? null;
    metrics.observe({
      method: request.method,
      route: routeLabel(request.routeOptions.url, reply.statusCode),
      status: reply.statusCode,
      seconds: reply.elapsedTime / 1000,
      problem,
    });
    if (problem === 'storage_unavailable') onStorageFailure();
    done();
  });
}

/** One of few, whatever is asked for. @param route the template, with its parameters unfilled */
export function routeLabel(route: string | undefined, status: number): string {
  if (route === undefined) return 'unknown';
  // What CORS answers, for whatever address it was asked.
  if (route === '*') return 'preflight';
  if (DOCUMENTATION.test(route)) return '/docs';
  if (!PAGE.test(route)) return route;
  // The page stands at every address that is none of the API's, and refuses what no browser was led to.
  return status < 400 ? 'page' : 'unknown';
}
