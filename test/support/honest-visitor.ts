import { setTimeout as sleep } from 'node:timers/promises';

import WebSocket from 'ws';

import type { ApiClient } from './api-client.js';
import { filmClip } from './faces.js';
import { LiveClient, type Ticket } from './live-client.js';

const FRAMES_A_SECOND = 8;
/** A server that is being attacked may be slow to answer, but not dead. */
const PATIENCE_MS = 8_000;

/** Somebody who makes one live session after the other all the while, with a real face, beside the attacks. */
export class HonestVisitor {
  /** What no honest client should ever meet. */
  readonly troubles: string[] = [];
  #answers = 0;
  #leaving = false;
  #client: LiveClient | undefined;
  #visit: Promise<void> = Promise.resolve();

  private constructor(
    private readonly api: ApiClient,
    private readonly token: string,
    private readonly frames: readonly Buffer[],
  ) {}

  static async of(api: ApiClient): Promise<HonestVisitor> {
    const { token } = await api.signUp();
    const visitor = new HonestVisitor(api, token, await filmClip('cap13_edit2.mp4', 9, 8, FRAMES_A_SECOND));
    visitor.#visit = visitor.#stay();
    await visitor.isServed();
    return visitor;
  }

  /** Resolves when a few more of the frames to come have been answered. */
  async isServed(): Promise<void> {
    const enough = this.#answers + 2;
    const until = performance.now() + PATIENCE_MS;
    while (this.#answers < enough) {
      if (performance.now() > until) throw new Error('the honest session beside is not served any more');
      await sleep(20);
    }
  }

  async leave(): Promise<void> {
    this.#leaving = true;
    this.#client?.socket.close();
    await this.#visit;
  }

  async #stay(): Promise<void> {
    while (!this.#leaving) {
      const ticket = (await this.api.post('/user/live-enrolment', { token: this.token }))
        .body as unknown as Ticket;
      const client = await LiveClient.open(this.api.url, ticket);
      client.socket.on('message', (data: Buffer) => {
        if (/"type":"(guidance|stage)"/.test(data.toString())) this.#answers++;
      });
      this.#client = client;
      client.start({ light: 'none' });
      // With a result in hand `play` returns at once, and a loop of that alone would never let the end be heard.
      while (!client.result && client.socket.readyState === WebSocket.OPEN)
        await client.play(this.frames, FRAMES_A_SECOND);
      const code = await client.closed;
      // The challenge is random and the film is not: it may fail, but is never broken off.
      const problem = client.result?.outcome === 'failed' ? client.result.problem.code : undefined;
      const fair = client.result !== undefined && (problem ?? 'live_check_failed') === 'live_check_failed';
      if (!fair && !this.left()) this.troubles.push(`${problem ?? 'no result'}, ${code}`);
    }
  }

  private left(): boolean {
    return this.#leaving;
  }
}
