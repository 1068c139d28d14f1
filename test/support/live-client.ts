import { once } from 'node:events';

import WebSocket from 'ws';

import { LiveProtocol } from './live-protocol.js';

/** A message of the server; a test knows which one it looks at. */
export interface ServerMessage {
  readonly type: 'ready' | 'stage' | 'guidance' | 'rate' | 'error' | 'result';
  readonly nonce: string;
  readonly stage: {
    readonly kind: 'position' | 'rest' | 'movement' | 'light';
    readonly movement?: string;
    readonly colour?: string;
  };
  readonly sequence: number;
  readonly hint: string | null;
  readonly outcome: 'passed' | 'failed';
  readonly token?: string;
  readonly user: { readonly id: string; readonly fv: number[] };
  readonly problem: { readonly code: string; readonly detail: string; readonly reasons?: string[] };
  readonly code: string;
  readonly frames_per_second: number;
}

export interface Ticket {
  readonly id: string;
  readonly ticket: string;
  readonly socket: string;
  readonly frames: string;
}

export function frameMessage(sequence: number, capturedAt: number, nonce: string, image: Uint8Array): Buffer {
  const header = Buffer.alloc(17);
  header[0] = 1;
  header.writeUInt32BE(sequence, 1);
  header.writeUInt32BE(capturedAt >>> 0, 5);
  Buffer.from(nonce, 'base64url').copy(header, 9);
  return Buffer.concat([header, image]);
}

/**
 * What a camera page does: opens the socket, sends frames that answer the present stage, hears what it is told. Every
 * message of the server is held against its own AsyncAPI document; one that does not fit makes `closed` reject.
 */
export class LiveClient {
  readonly messages: ServerMessage[] = [];
  readonly closed: Promise<number>;
  stage: ServerMessage | undefined;
  result: ServerMessage | undefined;
  #sequence = 0;

  private constructor(
    readonly socket: WebSocket,
    protocol: LiveProtocol,
  ) {
    let complaint: string | null = null;
    socket.on('message', (data: Buffer, isBinary: boolean) => {
      const message = JSON.parse(data.toString()) as ServerMessage;
      complaint ??= isBinary ? 'a binary message' : protocol.complaintAbout(message);
      this.messages.push(message);
      if (message.type === 'stage') this.stage = message;
      if (message.type === 'result') this.result = message;
    });
    // A connection that the server cuts while we write to it; `closed` has the code.
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve, reject) => {
      socket.on('close', (code: number) => {
        if (complaint === null) resolve(code);
        else reject(new Error(`the AsyncAPI document does not have this: ${complaint}`));
      });
    });
  }

  /** @throws Error with the status of a refused handshake */
  static async open(
    url: string,
    { socket, ticket }: Ticket,
    options: WebSocket.ClientOptions = {},
  ): Promise<LiveClient> {
    const protocol = await LiveProtocol.of(url, socket);
    const address = url.replace(/^http/, 'ws') + socket;
    const webSocket = new WebSocket(address, ['vultus.live.v1', `vultus.ticket.${ticket}`], options);
    const client = new LiveClient(webSocket, protocol);
    await once(webSocket, 'open');
    return client;
  }

  start(abilities?: { movements?: string[]; light?: string }): void {
    this.say({ type: 'start', ...(abilities ? { abilities } : {}) });
  }

  say(message: unknown): void {
    this.socket.send(JSON.stringify(message));
  }

  sendFrame(image: Uint8Array, nonce = this.stage?.nonce ?? ''): number {
    const sequence = this.#sequence++;
    this.socket.send(frameMessage(sequence, performance.now(), nonce, image));
    return sequence;
  }

  /**
   * Sends the frames in real time until there is a result or they are at an end.
   *
   * @param change what is done to a frame before it is sent, e.g. the light of the stage that it answers
   */
  async play(
    frames: readonly Uint8Array[],
    framesPerSecond = 10,
    change: (frame: Uint8Array, stage: ServerMessage | undefined) => Promise<Uint8Array> | Uint8Array = (
      frame,
    ) => frame,
  ): Promise<ServerMessage | undefined> {
    const began = performance.now();
    for (const [i, frame] of frames.entries()) {
      const due = began + (i * 1000) / framesPerSecond - performance.now();
      if (due > 0) await new Promise((resolve) => setTimeout(resolve, due));
      if (this.result ?? this.socket.readyState !== WebSocket.OPEN) break;
      const { stage } = this;
      const image = await change(frame, stage);
      this.sendFrame(image, stage?.nonce);
    }
    return this.result;
  }

  /** Waits for a message that `wanted` accepts, one that has come already included. */
  async hear(wanted: (message: ServerMessage) => boolean): Promise<ServerMessage> {
    for (;;) {
      const found = this.messages.find(wanted);
      if (found) return found;
      if (this.socket.readyState === WebSocket.CLOSED) throw new Error('the socket was closed');
      await Promise.race([once(this.socket, 'message'), this.closed]);
    }
  }
}
