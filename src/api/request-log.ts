import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { METRICS_ROUTE } from './metrics-route.js';
import { RequestLogger } from './request-logger.js';

/** Name of the request's id in all of its lines. */
export const REQUEST_ID = 'request_id';

/** A line for each request, once it is answered; and what every answer carries. */
export function addRequestLog(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  // To look for secrets takes longer than to write the line, in whose fields there is no room for any.
  const lines = fastify.log.child({}, { redact: [] });
  fastify.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
    markAnswer(request, reply);
    done();
  });
  fastify.addHook('onResponse', (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
    const route = request.routeOptions.url ?? 'unknown';
    // Asked for every few seconds, for as long as the server lives.
    const level = route === METRICS_ROUTE && reply.statusCode === 200 ? 'debug' : 'info';
    // Another logger than its first one has more to say in each line, such as the id of a trace.
    const isPlain = request.log instanceof RequestLogger;
    (isPlain ? lines : request.log)[level](
      {
        ...(isPlain ? { [REQUEST_ID]: request.id } : {}),
        method: request.method,
        route,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
      },
      'request',
    );
    done();
  });
}

/** What every answer carries, also one that no hook has seen the request of. */
export function markAnswer(request: FastifyRequest, reply: FastifyReply): void {
  void reply.header('x-request-id', request.id);
  // Answers hold tokens and templates: no cache on the way may keep them.
  void reply.header('cache-control', 'no-store');
  void reply.header('x-content-type-options', 'nosniff');
}
