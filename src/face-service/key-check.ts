import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { sendProblem } from '../api/problem.filter.js';
import { Problem } from '../api/problems.js';
import { KEY_HEADER } from '../face/remote/wire-format.js';
import type { ApiKeys } from './api-keys.js';

/** What says nothing about anybody: for supervisors, and for whoever writes a client. The metrics have their own token. */
const OPEN = /^\/(health\/|metrics$|docs(\/|$)|openapi\.)/;

/**
 * Lets in who has a key, before anything of a body is read. Where there is no route there is nothing to guard.
 *
 * @param onUse is told the place of the key in the list
 */
export function requireKey(app: NestFastifyApplication, keys: ApiKeys, onUse: (place: number) => void): void {
  const fastify = app.getHttpAdapter().getInstance();
  fastify.addHook('onRequest', (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
    const route = request.routeOptions.url;
    if (route === undefined || OPEN.test(route)) {
      done();
      return;
    }
    const place = keys.placeOf(String(request.headers[KEY_HEADER] ?? ''));
    if (place === null) {
      // RFC 9110, 11.6.1: a 401 says how to authenticate. No scheme is registered for a key in a header of its own.
      void reply.header('www-authenticate', `ApiKey header="${KEY_HEADER}"`);
      const detail = `The API key is missing, or is none of this service. Send it in the header "${KEY_HEADER}".`;
      sendProblem(new Problem('invalid_token', { detail }), request, reply);
      return;
    }
    onUse(place);
    done();
  });
}
