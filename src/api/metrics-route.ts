import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { MetricsAccess } from './metrics-access.js';
import { sendProblem } from './problem.filter.js';
import { Problem } from './problems.js';

export const METRICS_ROUTE = '/metrics';

/**
 * GET /metrics, for programs that watch: outside of the API and of its document, as the format is not ours.
 *
 * @param token METRICS_TOKEN; null where only this machine may read
 * @param render all metrics, as text
 */
export function addMetricsRoute(
  app: NestFastifyApplication,
  token: string | null,
  render: () => Promise<{ readonly contentType: string; readonly text: string }>,
): void {
  const access = new MetricsAccess(token);
  const fastify = app.getHttpAdapter().getInstance();
  fastify.get(METRICS_ROUTE, async (request: FastifyRequest, reply: FastifyReply) => {
    try {
      access.require({ headers: request.headers, peerAddress: request.raw.socket.remoteAddress });
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      sendProblem(error, request, reply);
      return reply;
    }
    const { contentType, text } = await render();
    return reply.type(contentType).send(text);
  });
}
