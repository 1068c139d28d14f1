import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { RequestOrigins } from '../auth/request-origin.js';
import { isLoopback } from './client-address.js';
import { CrossSiteCheck } from './cross-site-check.js';
import { deviceLabelOf } from './device-label.js';
import { PageOrigins } from './page-origins.js';
import { sendProblem } from './problem.filter.js';
import { Problem } from './problems.js';
import { RateLimits } from './rate-limits.js';
import { deviceTokenOf } from './token-transport.js';

/** Routes that cost nothing. Supervisors ask often, and must be answered also when everybody else has to wait. */
const FREE = /^\/health\//;

export interface GateSettings {
  readonly corsOrigins: readonly string[];
  readonly publicUrl: string;
  readonly trustedProxies: readonly string[];
}

/** What is looked at before anything of a request but its head: whether it may come from where it comes, and so often. */
export function addGates(
  app: NestFastifyApplication,
  { corsOrigins, publicUrl, trustedProxies }: GateSettings,
): void {
  const crossSite = new CrossSiteCheck(new PageOrigins(publicUrl, corsOrigins));
  const rates = app.get(RateLimits);
  const warnOfProxy = proxyWarning(trustedProxies);
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', async (request: FastifyRequest, reply: FastifyReply) => {
    warnOfProxy(request);
    try {
      // The budget first: whoever is refused for something else has asked, too.
      if (!FREE.test(request.routeOptions.url ?? '')) await rates.takeRequest(request.ip);
      crossSite.require(request);
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      sendProblem(error, request, reply);
      return reply;
    }
  });
}

/** Once: a proxy on the same machine that is not trusted makes one client of all that come through it. */
function proxyWarning(trustedProxies: readonly string[]): (request: FastifyRequest) => void {
  let mayWarn = trustedProxies.length === 0;
  return (request) => {
    if (!mayWarn || request.headers['x-forwarded-for'] === undefined || !isLoopback(request.ip)) return;
    mayWarn = false;
    request.log.warn(
      'there seems to be a proxy in front: without TRUSTED_PROXIES all of its clients share the budget of one address',
    );
  };
}

/** Whoever is asked for something can see where from. After the body has been read: what reads it loses sight of the request. */
export function carryOrigin(app: NestFastifyApplication): void {
  const origins = app.get(RequestOrigins);
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('preHandler', (request: FastifyRequest, _reply: FastifyReply, done: () => void) => {
    const origin = {
      requestId: request.id,
      device: deviceLabelOf(request.headers['user-agent']),
      deviceToken: deviceTokenOf(request),
    };
    origins.run(origin, done);
  });
}
