import { LiveConnectionLost, VultusProblem } from '../problem.js';
import type { User } from '../records.js';
import { frameMessage } from './frame-message.js';
import type { LineListener, LiveLine } from './live-line.js';
import type {
  Abilities,
  ErrorMessage,
  GuidanceMessage,
  RateMessage,
  ReadyMessage,
  ResultMessage,
  ServerMessage,
  StageMessage,
} from './live-messages.js';

/** A frame that was not answered by then never will be. */
const ANSWER_MS = 3_000;
/** A line that carries frames and brings nothing is dead, whatever the platform says of it. */
const SILENCE_MS = 10_000;
const LOOK_MS = 1_000;

export interface LiveMessages {
  stage: StageMessage;
  guidance: GuidanceMessage;
  rate: RateMessage;
  error: ErrorMessage;
}

export type LiveResult =
  | { readonly outcome: 'passed'; readonly user: User }
  | { readonly outcome: 'failed'; readonly problem: VultusProblem };

/** What the server's last word means for the client: tokens to keep, a session to collect. */
type Settle = (result: ResultMessage & { outcome: 'passed' }) => Promise<User>;

type Listeners = { [Type in keyof LiveMessages]: Set<(message: LiveMessages[Type]) => void> };

/**
 * One live session: the server asks for movements and light, the page shows what it asks, and sends what the camera
 * sees. docs/live-protocol.md is the law; where this class can keep it for you, it does: at most as many frames as the
 * server wants, few without an answer, none that would only wait.
 */
export class LiveSession {
  /** Rejects with LiveConnectionLost when the line is gone, ServerUnreachable or VultusProblem when the session cannot be collected. */
  readonly result: Promise<LiveResult>;
  readonly #line: LiveLine;
  readonly #listeners: Listeners = {
    stage: new Set(),
    guidance: new Set(),
    rate: new Set(),
    error: new Set(),
  };
  readonly #unanswered = new Map<number, number>();
  readonly #settle: Settle;
  readonly #watch: ReturnType<typeof setInterval>;
  #stage: StageMessage | null = null;
  #framesPerSecond: number;
  #sequence = 0;
  #lastSent = -Infinity;
  #lastHeard = performance.now();
  #isOver = false;
  #resolve!: (result: LiveResult) => void;
  #reject!: (error: Error) => void;

  /** Made by `VultusClient.openLiveSession`. */
  constructor(
    readonly ready: ReadyMessage,
    line: LiveLine,
    settle: Settle,
  ) {
    this.#line = line;
    this.#settle = settle;
    this.#framesPerSecond = ready.frames_per_second;
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Whoever never looks at the result has not forgotten to handle it.
    this.result.catch(() => undefined);
    this.#watch = setInterval(() => {
      this.#lookAfterLine();
    }, LOOK_MS);
  }

  get id(): string {
    return this.ready.session_id;
  }

  get via(): 'socket' | 'calls' {
    return this.#line.via;
  }

  /** How many the server wants at the most. */
  get framesPerSecond(): number {
    return this.#framesPerSecond;
  }

  /** @returns what ends the listening. A stage that was announced before is told at once */
  on<Type extends keyof LiveMessages>(
    type: Type,
    listener: (message: LiveMessages[Type]) => void,
  ): () => void {
    const listeners: Set<(message: LiveMessages[Type]) => void> = this.#listeners[type];
    listeners.add(listener);
    if (type === 'stage' && this.#stage) listener(this.#stage as LiveMessages[Type]);
    return () => listeners.delete(listener);
  }

  /** Once, before the first frame. */
  start(abilities: Abilities = {}): void {
    this.#line.say({ type: 'start', abilities });
  }

  /** Breaks off; `result` follows. */
  stop(): void {
    this.#line.say({ type: 'stop' });
  }

  /** Ends at once, without a result. */
  close(): void {
    this.#lose(new LiveConnectionLost(null));
  }

  /** Whether a frame that is taken now would be sent: ask before you encode one. */
  wantsFrame(): boolean {
    if (this.#isOver || this.#line.isCongested) return false;
    const now = performance.now();
    // A camera's clock and this one never quite agree: half a frame early is in time.
    if (now - this.#lastSent < 1000 / this.#framesPerSecond - 10) return false;
    for (const [sequence, sentAt] of this.#unanswered) {
      if (now - sentAt > ANSWER_MS) this.#unanswered.delete(sequence);
    }
    return this.#unanswered.size < this.#line.maxUnanswered;
  }

  /**
   * @param picture JPEG, upright and not mirrored, at most 1280 pixels on the longer side
   * @param frame the nonce of the stage that was on the screen when it was taken, and when that was (`performance.now()`)
   * @returns whether it was sent, not dropped
   */
  sendFrame(picture: Blob, frame: { readonly nonce: string; readonly takenAt: number }): boolean {
    if (!this.wantsFrame() || picture.size > this.ready.max_frame_bytes - 17) return false;
    const message = frameMessage({ ...frame, sequence: this.#sequence }, picture);
    this.#lastSent = performance.now();
    this.#unanswered.set(this.#sequence++, this.#lastSent);
    this.#line.sendFrame(message);
    return true;
  }

  /** For `openLiveSession`: what the line brings after `ready`. */
  get listener(): LineListener {
    return {
      message: (message) => {
        this.#hear(message);
      },
      ended: (reason) => {
        if (reason instanceof VultusProblem) this.#end({ outcome: 'failed', problem: reason });
        else this.#lose(reason);
      },
    };
  }

  #hear(message: ServerMessage): void {
    this.#lastHeard = performance.now();
    switch (message.type) {
      case 'ready':
        return;
      case 'stage':
        this.#stage = message;
        break;
      case 'guidance':
        // Frames before it that were not answered have been overtaken.
        for (const sequence of this.#unanswered.keys()) {
          if (sequence <= message.sequence) this.#unanswered.delete(sequence);
        }
        break;
      case 'rate':
        this.#framesPerSecond = message.frames_per_second;
        break;
      case 'error':
        break;
      case 'result':
        void this.#conclude(message);
        return;
      default:
        // A later version may say more.
        return;
    }
    this.#tell(message);
  }

  #tell(message: LiveMessages[keyof LiveMessages]): void {
    const listeners = this.#listeners[message.type] as Set<(message: unknown) => void>;
    for (const listener of listeners) listener(message);
  }

  async #conclude(message: ResultMessage): Promise<void> {
    this.#isOver = true;
    if (message.outcome === 'failed') {
      this.#end({ outcome: 'failed', problem: new VultusProblem(message.problem) });
      return;
    }
    try {
      this.#end({ outcome: 'passed', user: await this.#settle(message) });
    } catch (error) {
      this.#lose(error as Error);
    }
  }

  #lookAfterLine(): void {
    const isSilent = performance.now() - this.#lastHeard > SILENCE_MS;
    if (isSilent && this.#unanswered.size > 0 && !this.#isOver) this.#lose(new LiveConnectionLost(null));
  }

  #end(result: LiveResult): void {
    this.#finish();
    this.#resolve(result);
  }

  #lose(reason: Error): void {
    // The line may close while a passed session is still being collected: the first word counts.
    if (reason instanceof LiveConnectionLost && this.#isOver) return;
    this.#finish();
    this.#reject(reason);
  }

  #finish(): void {
    this.#isOver = true;
    clearInterval(this.#watch);
    this.#line.close();
  }
}
