import { IncomingMessage, type OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Socket } from 'node:net';

import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';
import helmet from 'helmet';

const NOTHING = ["'none'"];
const OWN = ["'self'"];

/** Answers are data: a browser has nothing to load or run on account of them. */
const API_POLICY = {
  defaultSrc: NOTHING,
  frameAncestors: NOTHING,
  baseUri: NOTHING,
  formAction: NOTHING,
};

/** The documentation's pages are built with styles in their markup; their scripts are files. */
const DOCUMENTATION_POLICY = {
  ...API_POLICY,
  scriptSrc: OWN,
  styleSrc: [...OWN, "'unsafe-inline'"],
  imgSrc: [...OWN, 'data:'],
  fontSrc: OWN,
  connectSrc: OWN,
};

/**
 * The page: its own files, pictures that it makes itself, and the server. A socket is of the same origin, too, which older
 * browsers do not see in 'self'.
 */
function pagePolicy(publicUrl: string): Readonly<Record<string, string[]>> {
  return {
    ...API_POLICY,
    scriptSrc: OWN,
    styleSrc: OWN,
    imgSrc: [...OWN, 'data:', 'blob:'],
    mediaSrc: [...OWN, 'blob:'],
    connectSrc: [...OWN, publicUrl.replace(/^http/, 'ws')],
    manifestSrc: OWN,
  };
}

/** Of what is answered before there is a request that any hook could see. */
export const BARE_HEADERS = {
  'content-security-policy': "default-src 'none';frame-ancestors 'none';base-uri 'none';form-action 'none'",
  'x-frame-options': 'DENY',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
} as const;

/** Routes of the documentation's pages and of their files. */
const DOCUMENTATION = /^\/docs(\/|$)/;

/** The camera is for pages of this server only; nothing else is for any. */
const PERMISSIONS_POLICY = 'camera=(self), microphone=(), geolocation=(), display-capture=()';

/** By name, in lower case. */
export type SecurityHeaders = Readonly<OutgoingHttpHeaders>;

/** On every answer that comes of a route, refusals included. @returns what the page is answered with instead */
export function addSecurityHeaders(app: NestFastifyApplication, publicUrl: string): SecurityHeaders {
  const api = securityHeaders(API_POLICY, publicUrl);
  const docs = securityHeaders(DOCUMENTATION_POLICY, publicUrl);
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
    void reply.headers(DOCUMENTATION.test(request.routeOptions.url ?? '') ? docs : api);
    done();
  });
  return securityHeaders(pagePolicy(publicUrl), publicUrl);
}

/** They are the same on every answer: put together once, not for each. */
function securityHeaders(directives: Readonly<Record<string, string[]>>, publicUrl: string): SecurityHeaders {
  const isSecure = publicUrl.startsWith('https:');
  const protect = helmet({
    contentSecurityPolicy: { useDefaults: false, directives: { ...directives } },
    // A browser that was once told would refuse http://localhost to whoever develops.
    strictTransportSecurity: isSecure ? { maxAge: 31_536_000, includeSubDomains: true } : false,
    // For what is put into a page as a picture or a script. What a page fetches is for CORS to allow.
    crossOriginResourcePolicy: { policy: 'same-origin' },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
  });
  const request = new IncomingMessage(new Socket());
  const response = new ServerResponse(request);
  protect(request, response, () => undefined);
  return { ...response.getHeaders(), 'permissions-policy': PERMISSIONS_POLICY };
}
