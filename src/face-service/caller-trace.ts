import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** W3C Trace Context, 3.2.2: version, id of the trace, id of the caller's span, flags. */
const TRACEPARENT = /^[\da-f]{2}-(?!0{32})([\da-f]{32})-[\da-f]{16}-[\da-f]{2}/;

/** The trace that the caller is in, in each log line of the request; for where nothing is traced here. */
export function logCallerTrace(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
    const [, traceId] = TRACEPARENT.exec(String(request.headers['traceparent'] ?? '')) ?? [];
    if (traceId !== undefined) {
      request.log = request.log.child({ trace_id: traceId });
      reply.log = request.log;
    }
    done();
  });
}
