import { LiveConnectionLost, ServerUnreachable, VultusProblem, isProblem } from '../problem.js';
import type { LiveLine, LineListener } from './live-line.js';
import type { ClientMessage, ServerMessage } from './live-messages.js';

/** The frames of about a third of a second go in one call. */
const BETWEEN_CALLS_MS = 330;
/** The server reads no more of them in one call. */
const MAX_FRAMES_A_CALL = 10;
/** Without a frame to send, the server is asked so often what it has to say. */
const IDLE_MS = 1_000;
const MAX_FAILURES = 3;

/** Sends one call: fields `message` and files `frame`, answered with what the server has said. */
export type Exchange = (form: FormData) => Promise<readonly ServerMessage[]>;

/** The same session where sockets do not get through: one call after the other. */
export class CallLine implements LiveLine {
  readonly via = 'calls';
  /** Those of one call, while those of the one before are looked at. */
  readonly maxUnanswered = 8;
  readonly #messages: string[] = [];
  #frames: Blob[] = [];
  #failures = 0;
  #isOpen = true;
  #wake: () => void = () => undefined;

  constructor(
    private readonly exchange: Exchange,
    private readonly listener: LineListener,
  ) {
    void this.#run();
  }

  get isCongested(): boolean {
    return this.#frames.length >= MAX_FRAMES_A_CALL;
  }

  say(message: ClientMessage): void {
    this.#messages.push(JSON.stringify(message));
    this.#wake();
  }

  sendFrame(message: Blob): void {
    this.#frames.push(message);
    this.#wake();
  }

  close(): void {
    // Nobody's face goes out any more; what was said last, such as `stop`, does.
    this.#frames = [];
    this.#isOpen = false;
    this.#wake();
  }

  async #run(): Promise<void> {
    while (this.#isOpen) {
      const began = performance.now();
      await this.#call();
      await pause(BETWEEN_CALLS_MS - (performance.now() - began));
      await this.#something();
    }
    // Nobody waits for the answer.
    if (this.#messages.length > 0) await this.exchange(this.#form()).catch(() => undefined);
  }

  async #call(): Promise<void> {
    const said = [...this.#messages];
    try {
      const answered = await this.exchange(this.#form());
      this.#failures = 0;
      for (const message of answered) this.#hear(message);
    } catch (error) {
      // Frames that were lost are worth nothing any more; what was said is said again.
      this.#messages.unshift(...said);
      await this.#bear(error);
    }
  }

  #form(): FormData {
    const form = new FormData();
    for (const message of this.#messages.splice(0)) form.append('message', message);
    for (const frame of this.#frames.splice(0)) form.append('frame', frame, 'frame');
    return form;
  }

  #hear(message: ServerMessage): void {
    if (!this.#isOpen) return;
    if (message.type === 'result') this.#isOpen = false;
    this.listener.message(message);
  }

  /** Once more where that can help, else the end. */
  async #bear(error: unknown): Promise<void> {
    if (!this.#isOpen) return;
    this.#failures++;
    const mayHelp = error instanceof ServerUnreachable || isProblem(error, 'busy', 'storage_unavailable');
    const seconds = error instanceof VultusProblem ? (error.retryAfter ?? 1) : 1;
    if (mayHelp && seconds <= 2 && this.#failures < MAX_FAILURES) return pause(seconds * 1000);
    this.#isOpen = false;
    // Said to a session that is gone, it would open another one.
    this.#messages.length = 0;
    this.#frames = [];
    const known = error instanceof VultusProblem && error.code !== 'live_session_not_found';
    this.listener.ended(known ? error : new LiveConnectionLost(null));
  }

  async #something(): Promise<void> {
    if (!this.#isOpen || this.#frames.length > 0 || this.#messages.length > 0) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      timer = setTimeout(resolve, IDLE_MS);
    });
    clearTimeout(timer);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
