import { type FastifyHelmetOptions, fastifyHelmet } from '@fastify/helmet';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';

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

export type SecurityHeaders = Exclude<FastifyHelmetOptions, undefined>;

/** On every answer that comes of a route, refusals included. @returns what the page is answered with instead */
export async function addSecurityHeaders(
  app: NestFastifyApplication,
  publicUrl: string,
): Promise<SecurityHeaders> {
  await app.register(fastifyHelmet, { global: false });
  const policies = {
    api: helmetOptions(API_POLICY, publicUrl),
    docs: helmetOptions(DOCUMENTATION_POLICY, publicUrl),
  };
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
    void reply.header('permissions-policy', PERMISSIONS_POLICY);
    reply.helmet(DOCUMENTATION.test(request.routeOptions.url ?? '') ? policies.docs : policies.api);
    done();
  });
  return helmetOptions(pagePolicy(publicUrl), publicUrl);
}

function helmetOptions(directives: Readonly<Record<string, string[]>>, publicUrl: string): SecurityHeaders {
  const isSecure = publicUrl.startsWith('https:');
  return {
    contentSecurityPolicy: { useDefaults: false, directives: { ...directives } },
    // A browser that was once told would refuse http://localhost to whoever develops.
    strictTransportSecurity: isSecure ? { maxAge: 31_536_000, includeSubDomains: true } : false,
    // For what is put into a page as a picture or a script. What a page fetches is for CORS to allow.
    crossOriginResourcePolicy: { policy: 'same-origin' },
    crossOriginOpenerPolicy: { policy: 'same-origin' },
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
  };
}
