import { once } from 'node:events';

import WebSocket from 'ws';

import { type ServerMessage, type Ticket, frameMessage } from '../test/support/live-client.js';

/** What became of a frame. */
export type FrameFate =
  /** Its guidance has come, `ms` after it was sent. */
  | { readonly kind: 'guidance'; readonly ms: number }
  /** It ended a stage; that is written to the store first, so its time is not one of guidance. */
  | { readonly kind: 'stage' }
  /** A later one was answered, it was not. */
  | { readonly kind: 'lost' }
  /** The session was over before its turn came. */
  | { readonly kind: 'cut_off' };

interface PendingFrame {
  readonly sequence: number;
  readonly sentAt: number;
  readonly settle: (fate: FrameFate) => void;
}

/** A session that ended without a verdict and without a word carries this instead of a reason. */
const CLOSED = 'closed';

/** One live session as a camera page has it, with the fate of every frame and the time of its guidance. */
export class LiveCamera {
  /** As last announced. */
  framesPerSecond = 10;
  /** Why the session ended, in the server's words; undefined as long as it runs. */
  ending: string | undefined;
  endedAt = Infinity;
  readonly closed: Promise<void>;
  #nonce: string | undefined;
  #sequence = 0;
  readonly #pending: PendingFrame[] = [];
  readonly #staged: Promise<void>;
  #onStage: () => void = () => undefined;

  private constructor(private readonly socket: WebSocket) {
    this.#staged = new Promise((resolve) => (this.#onStage = resolve));
    socket.on('message', (data: Buffer) => {
      const now = performance.now();
      this.#hear(JSON.parse(data.toString()) as ServerMessage, now);
    });
    this.closed = new Promise((resolve) => {
      socket.on('close', () => {
        this.#end(CLOSED);
        this.#onStage();
        resolve();
      });
    });
    // It is closed afterwards, which says enough.
    socket.on('error', () => undefined);
  }

  /**
   * Opens a session, and starts it with what most people can do.
   *
   * @throws Error with the status of a refused handshake
   */
  static async open(url: string, { socket, ticket }: Ticket): Promise<LiveCamera> {
    const address = url.replace(/^http/, 'ws') + socket;
    const webSocket = new WebSocket(address, ['vultus.live.v1', `vultus.ticket.${ticket}`]);
    const camera = new LiveCamera(webSocket);
    await once(webSocket, 'open');
    webSocket.send(JSON.stringify({ type: 'start' }));
    await camera.#staged;
    return camera;
  }

  /** Sends a frame that answers the present stage. */
  send(image: Uint8Array): Promise<FrameFate> {
    if (this.ending !== undefined) return Promise.resolve({ kind: 'cut_off' });
    const sequence = this.#sequence++;
    return new Promise((settle) => {
      const sentAt = performance.now();
      this.#pending.push({ sequence, sentAt, settle });
      this.socket.send(frameMessage(sequence, sentAt, this.#nonce ?? '', image));
    });
  }

  async stop(): Promise<void> {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send('{"type":"stop"}');
    await this.closed;
  }

  #hear(message: ServerMessage, now: number): void {
    switch (message.type) {
      case 'ready':
      case 'rate':
        this.framesPerSecond = message.frames_per_second;
        return;
      case 'stage':
        this.#nonce = message.nonce;
        this.#onStage();
        // Frames are judged in their order, and the one under way is never given up.
        this.#pending.shift()?.settle({ kind: 'stage' });
        return;
      case 'guidance':
        this.#guided(message.sequence, now);
        return;
      case 'result':
        this.#end(
          message.outcome === 'passed'
            ? 'passed'
            : (message.problem.reasons?.join('+') ?? message.problem.code),
        );
        return;
      case 'error':
        this.#end(`error ${message.code}`);
        this.socket.close();
    }
  }

  #guided(sequence: number, now: number): void {
    while (this.#pending[0] && this.#pending[0].sequence < sequence) {
      this.#pending.shift()?.settle({ kind: 'lost' });
    }
    if (this.#pending[0]?.sequence !== sequence) return;
    const { sentAt, settle } = this.#pending.shift()!;
    settle({ kind: 'guidance', ms: now - sentAt });
  }

  #end(reason: string): void {
    if (this.ending !== undefined) return;
    this.ending = reason;
    this.endedAt = performance.now();
    for (const { settle } of this.#pending.splice(0)) settle({ kind: 'cut_off' });
  }
}
