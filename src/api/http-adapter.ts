import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

import { FastifyAdapter } from '@nestjs/platform-fastify';
import { type FastifyBaseLogger, type FastifyReply, type FastifyRequest, LogController } from 'fastify';

import { WebSocketUpgradeOnly } from './live/websocket-upgrade.js';
import { sendProblem } from './problem.filter.js';
import { PROBLEM_MEDIA_TYPE, Problem, problemBody } from './problems.js';
import { requestIdOf } from './request-id.js';
import { REQUEST_ID, markAnswer } from './request-log.js';
import { RequestLogger } from './request-logger.js';
import { BARE_HEADERS } from './security-headers.js';

/** Room for the longest acceptable address and password in any encoding, and for nothing else. */
const MAX_JSON_BYTES = 64 * 1024;
/** The longest id of a passkey: 1023 bytes (Web Authentication, level 3), in base64url. */
const MAX_ID_LENGTH = 1364;

/** @param trustedProxies addresses and ranges whose X-Forwarded-For is believed */
export function createHttpAdapter(
  logger: FastifyBaseLogger,
  trustedProxies: readonly string[],
): FastifyAdapter {
  return new FastifyAdapter({
    loggerInstance: logger,
    // The lines are written in `addRequestLog`: with the route instead of the address, which could hold secrets.
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: REQUEST_ID }),
    childLoggerFactory: (parent: FastifyBaseLogger, ...how: Parameters<FastifyBaseLogger['child']>) =>
      new RequestLogger(() => parent.child(...how)),
    bodyLimit: MAX_JSON_BYTES,
    routerOptions: { maxParamLength: MAX_ID_LENGTH },
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    // Slow-loris: headers and body must arrive within these times, in milliseconds. Node looks after them
    // every half minute only, unless told otherwise, and mixes them up when the first is the longer one.
    http: {
      headersTimeout: 10_000,
      connectionsCheckingInterval: 1_000,
      IncomingMessage: WebSocketUpgradeOnly,
    },
    requestTimeout: 30_000,
    forceCloseConnections: 'idle',
    frameworkErrors: refuseUnroutable,
    clientErrorHandler: refuseUnreadable,
    // What still arrives while stopping is answered as always; its connection is closed then.
    return503OnClosing: false,
    requestIdHeader: false,
    genReqId: ({ headers }: IncomingMessage) => requestIdOf(headers['x-request-id']),
  });
}

/**
 * A request that no route can be found for, such as one with a broken percent-encoding in its path. No hook has seen
 * it.
 */
function refuseUnroutable(_error: Error, request: FastifyRequest, reply: FastifyReply): void {
  markAnswer(request, reply);
  void reply.headers(BARE_HEADERS);
  sendProblem(new Problem('bad_request'), request, reply);
}

/** Bytes that are not HTTP, or headers without end: there is no request yet, only a connection to end. */
function refuseUnreadable(_error: Error, socket: Socket): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const body = JSON.stringify(problemBody(new Problem('bad_request'), randomUUID()));
  const bare = Object.entries(BARE_HEADERS).map(([name, value]) => `${name}: ${value}\r\n`);
  const head = `HTTP/1.1 400 Bad Request\r\nContent-Type: ${PROBLEM_MEDIA_TYPE}\r\n${bare.join('')}Connection: close`;
  socket.once('finish', () => socket.destroy());
  socket.end(`${head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}
