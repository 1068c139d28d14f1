import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';

import type { CurrentTrace, RequestTrace, RequestTraces } from '../tracing/current-trace.js';

/** What is asked for every few seconds by machines, and says nothing. */
const UNTRACED = /^\/(health\/|metrics$)/;

/** A span for each request, and its id in each of its log lines. To be added before all other hooks. */
export function traceRequests(
  app: NestFastifyApplication,
  traces: RequestTraces,
  current: CurrentTrace,
): void {
  const open = new WeakMap<FastifyRequest, RequestTrace>();
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
    const { method, headers } = request;
    const route = request.routeOptions.url;
    if (route !== undefined && UNTRACED.test(route)) {
      done();
      return;
    }
    const { traceparent } = headers;
    const trace = traces.start({
      method,
      route,
      traceparent: typeof traceparent === 'string' ? traceparent : undefined,
    });
    open.set(request, trace);
    request.log = request.log.child({ trace_id: trace.traceId });
    reply.log = request.log;
    // Comes also when the client has gone away, unlike the hook `onResponse`.
    reply.raw.once('close', () => {
      trace.end({
        status: reply.raw.writableFinished ? reply.statusCode : null,
        problem: reply.problemCode ?? null,
      });
    });
    done();
  });
  // After the body has been read: what reads it loses sight of the request.
  fastify.addHook('preHandler', (request: FastifyRequest, _reply: FastifyReply, done: () => void) => {
    const trace = open.get(request);
    if (trace) current.run(trace, done);
    else done();
  });
}
