import { LiveConnectionLost, VultusProblem } from '../problem.js';
import type { LiveTicket } from '../records.js';
import { CallLine, type Exchange } from './call-line.js';
import type { LineListener, LiveLine } from './live-line.js';
import type { ReadyMessage } from './live-messages.js';
import { LiveSession } from './live-session.js';
import { SocketLine } from './socket-line.js';

/** What stands between may swallow a handshake and never say so. */
const SOCKET_OPEN_MS = 6_000;

export interface LiveSessionSettings {
  /** `auto` tries a socket, and where none gets through, plain calls. */
  readonly via: 'socket' | 'calls' | 'auto';
  readonly serverUrl: string;
  readonly webSocket: typeof WebSocket | undefined;
  /** A new one for each try: whether the one before was spent is not for us to know. */
  readonly ticket: () => Promise<LiveTicket>;
  readonly exchange: (ticket: LiveTicket) => Exchange;
  readonly settle: ConstructorParameters<typeof LiveSession>[2];
  readonly signal: AbortSignal | undefined;
}

/** @throws LiveConnectionLost, VultusProblem, ServerUnreachable */
export async function openLiveSession(settings: LiveSessionSettings): Promise<LiveSession> {
  const { via, webSocket } = settings;
  if (via === 'calls' || (via === 'auto' && !webSocket)) return openCalls(settings);
  if (!webSocket) throw new TypeError('This platform has no WebSocket. Give one, or go via calls.');
  try {
    return await openSocket(settings, webSocket);
  } catch (error) {
    settings.signal?.throwIfAborted();
    if (via === 'socket' || !(error instanceof LiveConnectionLost)) throw error;
    // A browser does not say why a handshake was refused. A call does.
    return openCalls(settings);
  }
}

async function openSocket(settings: LiveSessionSettings, webSocket: typeof WebSocket): Promise<LiveSession> {
  const { socket, ticket } = await settings.ticket();
  const url = new URL(socket, settings.serverUrl);
  url.protocol = url.protocol.replace('http', 'ws');
  return open(settings, (listener) => new SocketLine(webSocket, url.href, ticket, listener), SOCKET_OPEN_MS);
}

async function openCalls(settings: LiveSessionSettings): Promise<LiveSession> {
  const exchange = settings.exchange(await settings.ticket());
  return open(settings, (listener) => new CallLine(exchange, listener));
}

/** Waits for `ready`, then hands the line over. */
async function open(
  { settle, signal }: LiveSessionSettings,
  connect: (listener: LineListener) => LiveLine,
  withinMs?: number,
): Promise<LiveSession> {
  let session: LiveSession | undefined;
  let line: LiveLine | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const giveUp = () => {
    line?.close();
    session?.close();
  };
  signal?.throwIfAborted();
  signal?.addEventListener('abort', giveUp, { once: true });
  try {
    return await new Promise<LiveSession>((resolve, reject) => {
      if (withinMs !== undefined) timer = setTimeout(reject, withinMs, new LiveConnectionLost(null));
      signal?.addEventListener('abort', () => {
        reject(signal.reason as Error);
      });
      const become = (ready: ReadyMessage) => {
        session = new LiveSession(ready, line!, settle);
        session.result.catch(() => undefined).finally(() => signal?.removeEventListener('abort', giveUp));
        resolve(session);
      };
      line = connect({
        message: (message) => {
          if (session) session.listener.message(message);
          else if (message.type === 'ready') become(message);
          else if (message.type === 'result' && message.outcome === 'failed') {
            reject(new VultusProblem(message.problem));
          }
        },
        ended: (reason) => {
          if (session) session.listener.ended(reason);
          else reject(reason);
        },
      });
    });
  } catch (error) {
    line?.close();
    signal?.removeEventListener('abort', giveUp);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
