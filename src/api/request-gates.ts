import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { type RequestOrigin, RequestOrigins } from '../auth/request-origin.js';
import { isLoopback } from './client-address.js';
import { CrossSiteCheck } from './cross-site-check.js';
import { deviceLabelOf } from './device-label.js';
import { PageOrigins } from './page-origins.js';
import { sendProblem } from './problem.filter.js';
import { Problem } from './problems.js';
import { RateLimits } from './rate-limits.js';
import { deviceTokenOf } from './token-transport.js';

/** Routes that cost nothing. Supervisors ask often, and must be answered also when everybody else has to wait. */
const FREE = /^\/(health\/|metrics$)/;

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
  // With a callback: a promise for each request, where nothing has to be waited for, is felt in its time.
  fastify.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done: Done) => {
    const refuse = (error: unknown): void => {
      if (error instanceof Problem) sendProblem(error, request, reply);
      else done(error as Error);
    };
    const letIn = (): void => {
      try {
        crossSite.require(request);
      } catch (error) {
        refuse(error);
        return;
      }
      done();
    };
    warnOfProxy(request);
    // The budget first: whoever is refused for something else has asked, too.
    const budget = FREE.test(request.routeOptions.url ?? '') ? null : rates.takeRequest(request.ip);
    if (budget === null) letIn();
    else budget.then(letIn, refuse);
  });
}

type Done = (error?: Error) => void;

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
    origins.run(new HttpOrigin(request), done);
  });
}

/** Reads the head of the request when it is asked: most of what is done for one asks for nothing but its id, if that. */
class HttpOrigin implements RequestOrigin {
  readonly #request: FastifyRequest;

  constructor(request: FastifyRequest) {
    this.#request = request;
  }

  get requestId(): string {
    return this.#request.id;
  }

  get device(): string | null {
    return deviceLabelOf(this.#request.headers['user-agent']);
  }

  get deviceToken(): string | null {
    return deviceTokenOf(this.#request);
  }
}
