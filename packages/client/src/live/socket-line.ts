import { LiveConnectionLost } from '../problem.js';
import type { LiveLine, LineListener } from './live-line.js';
import type { ClientMessage, ServerMessage } from './live-messages.js';

const SUBPROTOCOL = 'vultus.live.v1';
/** More than this in the buffer is a frame that has not left: the next one would only be later. */
const CONGESTED_BYTES = 16_384;

/** A live session over a WebSocket. */
export class SocketLine implements LiveLine {
  readonly via = 'socket';
  /** One is looked at, one waits; a third would take the place of the second. */
  readonly maxUnanswered = 2;
  readonly #socket: WebSocket;
  #listener: LineListener | null;

  constructor(WebSocketClass: typeof WebSocket, url: string, ticket: string, listener: LineListener) {
    this.#listener = listener;
    this.#socket = new WebSocketClass(url, [SUBPROTOCOL, `vultus.ticket.${ticket}`]);
    this.#socket.addEventListener('message', ({ data }: MessageEvent) => {
      this.#listener?.message(JSON.parse(String(data)) as ServerMessage);
    });
    this.#socket.addEventListener('close', ({ code }: CloseEvent) => {
      this.#listener?.ended(new LiveConnectionLost(code));
      this.#listener = null;
    });
    // `close` follows and says what there is to say; without a listener `ws` would throw.
    this.#socket.addEventListener('error', () => undefined);
  }

  get isCongested(): boolean {
    return this.#socket.bufferedAmount > CONGESTED_BYTES;
  }

  say(message: ClientMessage): void {
    this.#send(JSON.stringify(message));
  }

  sendFrame(message: Blob): void {
    this.#send(message);
  }

  close(): void {
    this.#listener = null;
    this.#socket.close();
  }

  #send(data: string | Blob): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(data);
  }
}
