import type { Page, WebSocketRoute } from 'playwright-core';

import type { Hint, Stage } from '../../../packages/client/src/live/live-messages.js';

const STEPS = 3;

/**
 * Live sessions whose stages stay for as long as the test wants to look at them. All before and after is the server's;
 * what is said over the socket is the test's, as docs/live-protocol.md has it.
 */
export class StagedCheck {
  #socket: WebSocketRoute | null = null;
  #opened: (socket: WebSocketRoute) => void = () => undefined;
  #isOpen = this.#nextSocket();
  #hint: Hint | null = null;
  #isSilent = false;
  #frames = 0;
  #steps = 0;

  private constructor() {}

  /** From now on, for the sessions that this page opens. */
  static async on(page: Page): Promise<StagedCheck> {
    const check = new StagedCheck();
    await page.routeWebSocket(/\/user\/live-/, (socket) => {
      check.#greet(socket);
    });
    return check;
  }

  /** Resolves when a session has begun and its first stage stands on the screen. */
  async begins(): Promise<void> {
    await this.#isOpen;
  }

  /** The next stage. Movements and the first colour count as steps. */
  asks(stage: Stage): void {
    const isStep = stage.kind === 'movement' || (stage.kind === 'light' && stage.position === 0);
    if (isStep) this.#steps++;
    this.#hint = null;
    this.#isSilent = false;
    this.#say({
      type: 'stage',
      stage,
      nonce: 'uVxpAYJ59dM',
      deadline_ms: 20_000,
      done: Math.min(STEPS - 1, Math.max(0, this.#steps - 1)),
      total: stage.kind === 'position' ? 0 : STEPS,
    });
  }

  /** What is said of each frame from now on, in this stage. */
  hints(hint: Hint): void {
    this.#hint = hint;
  }

  /** After the last movement: it was seen, and nothing is said of frames any more. A client waits ten seconds for more. */
  decides(): void {
    this.#isSilent = true;
    this.#say({ type: 'guidance', sequence: this.#frames, hint: 'return_to_rest' });
  }

  refuses(code: string, status: number, reasons: readonly string[] = []): void {
    const problem = {
      type: `urn:vultus:problem:${code}`,
      title: code,
      status,
      code,
      detail: code,
      reasons,
      request_id: 'a2b4c6d8',
    };
    this.#say({ type: 'result', outcome: 'failed', problem });
    this.#ends();
  }

  /** At an enrolment: a sign-in would have to be collected at the server, which knows better. */
  passes(user: { readonly id: string; readonly email: string; readonly fv: readonly number[] }): void {
    this.#say({ type: 'result', outcome: 'passed', user });
    this.#ends();
  }

  #greet(socket: WebSocketRoute): void {
    this.#socket = socket;
    this.#steps = 0;
    this.#say({ type: 'ready', session_id: 'staged', max_frame_bytes: 1_000_000, frames_per_second: 4 });
    socket.onMessage((message) => {
      if (typeof message !== 'string') {
        // As a server does it: every frame has an answer.
        this.#frames++;
        if (!this.#isSilent) this.#say({ type: 'guidance', sequence: this.#frames, hint: this.#hint });
      } else if ((JSON.parse(message) as { type: string }).type === 'start') {
        this.asks({ kind: 'position' });
        this.#opened(socket);
      }
    });
  }

  #say(message: unknown): void {
    this.#socket?.send(JSON.stringify(message));
  }

  #ends(): void {
    void this.#socket?.close({ code: 1000 });
    this.#socket = null;
    this.#isOpen = this.#nextSocket();
  }

  #nextSocket(): Promise<WebSocketRoute> {
    return new Promise((resolve) => {
      this.#opened = resolve;
    });
  }
}
