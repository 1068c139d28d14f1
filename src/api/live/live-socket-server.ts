import { type IncomingMessage, type Server, STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';

import { RateLimiterMemory } from 'rate-limiter-flexible';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';

import { AuthError } from '../../auth/auth-error.js';
import type { LiveMessage, LiveResult, LiveSession } from '../../auth/live-session.js';
import type { LivePurpose } from '../../auth/live-tickets.js';
import type { PageOrigins } from '../page-origins.js';
import { requestIdOf } from '../request-id.js';
import { toProblem } from '../problem.filter.js';
import { PROBLEM_MEDIA_TYPE, Problem, problemBody } from '../problems.js';
import { BARE_HEADERS } from '../security-headers.js';
import { LiveConversation, MAX_FRAME_BYTES } from './live-conversation.js';
import { wireMessage } from './live-messages.js';
import type { LiveSessions } from './live-sessions.js';

/** The one subprotocol that the server speaks, and the prefix under which the ticket comes beside it. */
export const LIVE_SUBPROTOCOL = 'vultus.live.v1';
const TICKET_PREFIX = 'vultus.ticket.';

const PURPOSES: Readonly<Record<string, LivePurpose>> = {
  '/user/live-verification': 'verification',
  '/user/live-enrolment': 'enrolment',
};

/** The codes with which the server closes; docs/live-protocol.md says what each asks of a client. */
export const CLOSE = {
  done: 1000,
  goingAway: 1001,
  refused: 1008,
  fault: 1011,
  idle: 4000,
  timedOut: 4001,
  superseded: 4002,
} as const;

/** Three times what an honest client sends. */
const MESSAGES_A_SECOND = 30;
const HEARTBEAT_MS = 10_000;
/** Answers that the client has not taken off the line: beyond this it does not read. */
const MAX_UNREAD_BYTES = 256_000;
/** How long the other side may take to close as well. */
const CLOSE_MS = 2_000;

/**
 * Live sessions over WebSockets. Everything is decided before the upgrade: origin, ticket, room for one more; a
 * refused handshake is answered with a problem like any other request.
 */
export class LiveSocketServer {
  // Compressed pictures do not shrink, and a decompressor would be one more thing to exhaust.
  readonly #sockets = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    // A message beyond this is cut off while it arrives, with 1009.
    maxPayload: 2 * MAX_FRAME_BYTES,
    handleProtocols: () => LIVE_SUBPROTOCOL,
  });
  readonly #messages = new RateLimiterMemory({ points: MESSAGES_A_SECOND, duration: 1 });

  constructor(
    private readonly sessions: LiveSessions,
    private readonly pages: PageOrigins,
  ) {}

  attach(server: Server): void {
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      // A client that goes away during the handshake is no fault.
      socket.on('error', () => socket.destroy());
      const requestId = requestIdOf(request.headers['x-request-id']);
      this.#upgrade(request, socket, head, requestId).catch((error: unknown) => {
        const problem = toProblem(error);
        if (problem.code === 'internal_error') this.sessions.logFault(error, requestId);
        refuse(socket, problem, requestId);
      });
    });
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer, requestId: string): Promise<void> {
    const purpose = PURPOSES[(request.url ?? '').split('?')[0]!];
    if (!purpose) throw new Problem('not_found');
    this.sessions.requireOffered();
    if (!this.#allows(request)) throw new Problem('origin_not_allowed');
    const ticket = await this.sessions.readTicket(ticketOf(request), purpose);
    const waiting: LiveMessage[] = [];
    let deliver = (message: LiveMessage): void => void waiting.push(message);
    const session = await this.sessions.open(ticket, {
      name: 'socket',
      maxWaiting: 1,
      requestId,
      onMessage: (message) => {
        deliver(message);
      },
    });
    if (socket.destroyed) {
      session.interrupt('gone');
      return;
    }
    // Also when the handshake turns out to be malformed, and there never is a WebSocket.
    socket.once('close', () => {
      session.interrupt('gone');
    });
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      deliver = this.#serve(webSocket, session, ticket.id, requestId);
      for (const message of waiting) deliver(message);
    });
  }

  /** Pages of other sites must not borrow a visitor's browser; programs, which send no origin, have their ticket. */
  #allows({ headers }: IncomingMessage): boolean {
    const { origin, host } = headers;
    return origin === undefined || this.pages.allow(origin, host);
  }

  /** @returns what the session's messages go to */
  #serve(
    socket: WebSocket,
    session: LiveSession,
    sessionId: string,
    requestId: string,
  ): (message: LiveMessage) => void {
    const send = (message: object): void => {
      if (socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount > MAX_UNREAD_BYTES) {
        socket.terminate();
        return;
      }
      socket.send(JSON.stringify(message));
    };
    const conversation = new LiveConversation(session, send);
    const heartbeat = this.#keepAlive(socket);
    socket.on('message', (data: RawData, isBinary: boolean) => {
      this.#receive(conversation, sessionId, data as Buffer, isBinary).then(
        (mayGoOn) => {
          if (!mayGoOn) session.interrupt('protocol_violated');
        },
        // A fault of ours in one message must not end the process.
        () => {
          socket.close(CLOSE.fault);
        },
      );
    });
    // The library answers each, which is work: nobody needs more of them than of messages.
    socket.on('ping', () => {
      this.#messages.consume(sessionId).catch(() => {
        socket.terminate();
      });
    });
    // The library closes on what is no WebSocket, with the code that the standard gives it, and waits for an answer.
    socket.on('error', () => {
      session.interrupt('protocol_violated');
    });
    socket.on('close', () => {
      clearInterval(heartbeat);
    });
    conversation.welcome(sessionId);
    return (message) => {
      send(wireMessage(message, requestId));
      if (message.type === 'result') close(socket, closeCode(message.result));
    };
  }

  async #receive(
    conversation: LiveConversation,
    sessionId: string,
    data: Buffer,
    isBinary: boolean,
  ): Promise<boolean> {
    try {
      await this.#messages.consume(sessionId);
    } catch {
      return conversation.cutOff('too_many_messages', `Send at most ${MESSAGES_A_SECOND} messages a second.`);
    }
    return isBinary ? conversation.binary(data) : conversation.text(data.toString());
  }

  /** A connection that is open on our side only answers no ping. */
  #keepAlive(socket: WebSocket): NodeJS.Timeout {
    let answered = true;
    socket.on('pong', () => (answered = true));
    return setInterval(() => {
      if (!answered) {
        socket.terminate();
        return;
      }
      answered = false;
      socket.ping();
    }, HEARTBEAT_MS);
  }
}

function ticketOf({ headers }: IncomingMessage): string {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());
  const ticket = offered.find((name) => name.startsWith(TICKET_PREFIX));
  if (!offered.includes(LIVE_SUBPROTOCOL) || ticket === undefined) throw new AuthError('invalid_token');
  return ticket.slice(TICKET_PREFIX.length);
}

function closeCode(result: LiveResult): number {
  switch (result.outcome) {
    case 'verified':
    case 'passed':
    case 'enrolled':
    case 'failed':
      return CLOSE.done;
    case 'error':
      return errorCloseCode(result.error);
    case 'interrupted':
      switch (result.by) {
        case 'idle':
          return CLOSE.idle;
        case 'timed_out':
          return CLOSE.timedOut;
        case 'gone':
          return CLOSE.done;
        case 'superseded':
          return CLOSE.superseded;
        case 'protocol_violated':
          return CLOSE.refused;
        case 'shutting_down':
          return CLOSE.goingAway;
      }
  }
}

/** A face that was not accepted is a verdict; a sign-in or session that has ended takes the socket with it. */
function errorCloseCode(error: unknown): number {
  if (!(error instanceof AuthError)) return CLOSE.fault;
  return error.code === 'face_mismatch' || error.code === 'presentation_attack' ? CLOSE.done : CLOSE.refused;
}

function close(socket: WebSocket, code: number): void {
  socket.close(code);
  setTimeout(() => {
    socket.terminate();
  }, CLOSE_MS).unref();
}

/** The other side may keep its half of the connection for ever, and no time-out of the HTTP server sees it any more. */
function endAndForget(socket: Duplex, answer: string): void {
  socket.once('finish', () => socket.destroy());
  setTimeout(() => socket.destroy(), CLOSE_MS).unref();
  socket.end(answer);
}

function refuse(socket: Duplex, problem: Problem, requestId: string): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const answer = problemBody(problem, requestId);
  const { status } = answer;
  const body = JSON.stringify(answer);
  const { retryAfterSeconds } = problem.options;
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    `Content-Type: ${PROBLEM_MEDIA_TYPE}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    `X-Request-Id: ${requestId}`,
    ...Object.entries(BARE_HEADERS).map(([name, value]) => `${name}: ${value}`),
    'Connection: close',
    ...(status === 401 ? ['WWW-Authenticate: Bearer'] : []),
    ...(retryAfterSeconds === undefined ? [] : [`Retry-After: ${retryAfterSeconds}`]),
  ];
  endAndForget(socket, `${head.join('\r\n')}\r\n\r\n${body}`);
}
