import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** A client that keeps its connection would otherwise hold the stopping server open until it times out. */
export function closeConnectionsWhenStopping(app: NestFastifyApplication): void {
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
