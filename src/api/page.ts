import { fileURLToPath } from 'node:url';

import { fastifyStatic } from '@fastify/static';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { sendProblem } from './problem.filter.js';
import { Problem } from './problems.js';
import type { SecurityHeaders } from './security-headers.js';

/** What the build names after its content. */
const HASHED = /\/assets\//;
/** Addresses that are the API's, or a file's: whatever is missing there is missing, and no page. */
const NO_PAGE = /^\/(user|docs|health|assets|metrics)(\/|$)|\.\w+$/;

/**
 * The page that people see: its files as the build has made them, and index.html at every address a browser is led to
 * that is none of the API's. The page itself knows what to show there.
 *
 * @param folder of the built page
 */
export async function addPage(
  app: NestFastifyApplication,
  folder: URL,
  headers: SecurityHeaders,
): Promise<void> {
  await app.register(fastifyStatic, {
    root: fileURLToPath(folder),
    wildcard: false,
    index: false,
    // It is shown below, with headers of its own.
    globIgnore: ['index.html*'],
    preCompressed: true,
    cacheControl: false,
    setHeaders: (reply, file) => {
      const isForever = HASHED.test(file.replaceAll('\\', '/'));
      void reply.header('cache-control', isForever ? 'public, max-age=31536000, immutable' : 'no-cache');
    },
  });
  const fastify = app.getHttpAdapter().getInstance();
  const show = (request: FastifyRequest, reply: FastifyReply) => {
    if (!isLedHere(request)) {
      sendProblem(new Problem('not_found'), request, reply);
      return reply;
    }
    return reply.headers(headers).header('vary', 'Origin, Accept').sendFile('index.html');
  };
  fastify.get('/', show);
  fastify.get('/*', show);
}

/** Where there is no page, whoever opens the server in a browser is shown what there is. */
export function leadToDocumentation(app: NestFastifyApplication): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.get('/', (_request: FastifyRequest, reply: FastifyReply) => reply.redirect('/docs', 302));
}

/** A person with a browser; programs ask for JSON, or for anything. */
function isLedHere({ headers, url }: FastifyRequest): boolean {
  const [path = '/'] = url.split('?');
  return (headers.accept ?? '').includes('text/html') && !NO_PAGE.test(path);
}
