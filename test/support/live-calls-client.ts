import { expect } from 'vitest';

import type { ApiClient } from './api-client.js';
import { type ServerMessage, type Ticket, frameMessage } from './live-client.js';
import { LiveProtocol } from './live-protocol.js';

type Answer = Awaited<ReturnType<ApiClient['post']>>;

/** What a page does where sockets do not get through: carries a live session over calls, some frames with each. */
export class LiveCallsClient {
  readonly messages: ServerMessage[] = [];
  stage: ServerMessage | undefined;
  result: ServerMessage | undefined;
  calls = 0;
  #sequence = 0;

  private constructor(
    private readonly api: ApiClient,
    readonly ticket: Ticket,
    private readonly protocol: LiveProtocol,
  ) {}

  static async for(api: ApiClient, ticket: Ticket): Promise<LiveCallsClient> {
    return new LiveCallsClient(api, ticket, await LiveProtocol.of(api.url, ticket.socket));
  }

  frame(image: Uint8Array): Buffer {
    return frameMessage(this.#sequence++, performance.now(), this.stage?.nonce ?? '', image);
  }

  /** One call. @returns what it was answered */
  async say(messages: readonly object[], frames: readonly Uint8Array[] = []): Promise<ServerMessage[]> {
    const form = new FormData();
    for (const message of messages) form.append('message', JSON.stringify(message));
    for (const frame of frames) form.append('frame', new Blob([Uint8Array.from(frame)]), 'frame');
    const { status, body } = await this.post(form);
    expect(status, JSON.stringify(body)).toBe(200);
    const heard = (body as unknown as { messages: ServerMessage[] }).messages;
    for (const message of heard) {
      expect(this.protocol.complaintAbout(message)).toBeNull();
      if (message.type === 'stage') this.stage = message;
      if (message.type === 'result') this.result = message;
    }
    this.messages.push(...heard);
    this.calls++;
    return heard;
  }

  /** A call as it is, held against the server's OpenAPI document. */
  post(
    body: FormData | string,
    options: { path?: string; token?: string | undefined } = {},
  ): Promise<Answer> {
    return this.api.post(options.path ?? this.ticket.frames, {
      token: 'token' in options ? options.token : this.ticket.ticket,
      body,
      documentedAs: `${this.ticket.socket}/{id}/frames`,
    });
  }

  /** Sends the film in real time, `together` frames a call, until there is a result. */
  async play(film: readonly Uint8Array[], together: number): Promise<ServerMessage | undefined> {
    const began = performance.now();
    for (let i = 0; i < film.length && !this.result; i += together) {
      const frames: Buffer[] = [];
      for (const [k, image] of film.slice(i, i + together).entries()) {
        const due = began + (i + k) * 100 - performance.now();
        if (due > 0) await new Promise((resolve) => setTimeout(resolve, due));
        frames.push(this.frame(image));
      }
      await this.say([], frames);
    }
    return this.result;
  }
}
