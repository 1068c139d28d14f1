import { EngineUnavailable } from '../face/biometric-engine.js';
import type { BiometricSample } from '../face/capture.js';
import type { FrameObserver } from '../face/frame-observation.js';
import type { Abilities, ChallengeSource } from '../face/live/challenge.js';
import type { Hint, LiveFailure, StageEvent } from '../face/live/live-event.js';
import type { Judgement } from '../face/live/judgement.js';
import { LiveJudge } from '../face/live/live-judge.js';
import type { TakeBack } from './attempt-limits.js';
import type { FrameCapacity } from './frame-capacity.js';
import { FrameRate } from './frame-rate.js';
import type { LiveSubject, LiveSuccess } from './live-subject.js';

export interface LiveFrame {
  /** Ascending within the session. */
  readonly sequence: number;
  /** When the client took it, on the client's own clock, in milliseconds. */
  readonly capturedAt: number;
  /** Of the stage that it answers. */
  readonly nonce: string;
  readonly image: BiometricSample;
}

/** Why a session ended without a verdict on the person. */
export type LiveInterruption =
  /** No frame came for a while. */
  | 'idle'
  /** It took longer than any session may. */
  | 'timed_out'
  /** The client went away, or asked to stop. */
  | 'gone'
  /** Another session was opened for the same sign-in or enrolment. */
  | 'superseded'
  /** The client would not keep to the protocol. */
  | 'protocol_violated'
  | 'shutting_down';

export type LiveResult =
  | LiveSuccess
  | { readonly outcome: 'failed'; readonly failure: LiveFailure }
  | { readonly outcome: 'interrupted'; readonly by: LiveInterruption }
  /** An AuthError refused it; anything else is a fault. */
  | { readonly outcome: 'error'; readonly error: unknown };

export type LiveMessage =
  | StageEvent
  | { readonly type: 'guidance'; readonly sequence: number; readonly hint: Hint | null }
  | { readonly type: 'rate'; readonly framesPerSecond: number }
  | { readonly type: 'result'; readonly result: LiveResult };

/** The longest that one may take. */
export const LIVE_SESSION_SECONDS = 60;
const IDLE_MS = 10_000;
const TICK_MS = 250;
/** How often it is asked whether what stands behind the session still lives. */
const RECHECK_MS = 5_000;
/** How long before its arrival a frame may claim to have been taken. */
const MAX_LAG_MS = 1_500;

/**
 * One live session, whatever carries it: frames go in, messages come out, the last one is the result. Frames are
 * judged one after the other; what comes faster waits in a short queue, whose oldest frame is dropped.
 */
export class LiveSession {
  /** What the client is told in the beginning. */
  readonly framesPerSecond: number;
  readonly #rate: FrameRate;
  readonly #waiting: { readonly frame: LiveFrame; readonly arrivedAt: number }[] = [];
  readonly #openedAt: number;
  #judge: LiveJudge | null = null;
  #working: Promise<void> | null = null;
  #ended = false;
  #reserved = false;
  /** Uncounts the attempt; null before it is counted, and where it was no attempt at anybody's face. */
  #takeBack: TakeBack | null = null;
  /** All is answered, and its worth is being found out: neither time nor the client ends the session now. */
  #settling = false;
  #lastSequence = -1;
  #lastFrameAt: number;
  #recheckedAt: number;
  #clock: { readonly offset: number; latest: number } | null = null;
  #framesJudged = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(
    private readonly deps: {
      readonly subject: LiveSubject;
      readonly observer: FrameObserver;
      readonly capacity: FrameCapacity;
      readonly challenges: ChallengeSource;
      /** Frames that may wait: 1 where only the newest matters. */
      readonly maxWaiting: number;
      readonly now: () => number;
      readonly onMessage: (message: LiveMessage) => void;
    },
  ) {
    // Now, and not with its first frame: sessions that open at the same time are to know of each other.
    deps.capacity.enter();
    this.framesPerSecond = deps.capacity.share;
    this.#rate = new FrameRate(this.framesPerSecond);
    this.#openedAt = deps.now();
    this.#lastFrameAt = this.#openedAt;
    this.#recheckedAt = this.#openedAt;
    this.#timer = setInterval(() => void this.#tick(), TICK_MS);
  }

  get ended(): boolean {
    return this.#ended;
  }

  get started(): boolean {
    return this.#judge !== null;
  }

  get framesJudged(): number {
    return this.#framesJudged;
  }

  /** Begins to ask; once. */
  start(abilities: Abilities): void {
    const now = this.deps.now();
    this.#judge = new LiveJudge(this.deps.challenges, abilities, now);
    this.#emit(this.#judge.show(now));
  }

  /** @returns false, and ignores it, when its number is not above that of the frame before */
  offer(frame: LiveFrame): boolean {
    if (frame.sequence <= this.#lastSequence) return false;
    this.#lastSequence = frame.sequence;
    if (this.#ended) return true;
    const now = this.deps.now();
    this.#lastFrameAt = now;
    this.#waiting.push({ frame, arrivedAt: now });
    while (this.#waiting.length > this.deps.maxWaiting) {
      this.#waiting.shift();
      this.#rate.dropped();
    }
    this.#working ??= this.#work();
    return true;
  }

  /** Resolves when every frame that was offered has been judged. */
  async drained(): Promise<void> {
    await this.#working;
  }

  /** Ends it without a verdict. An attempt whose challenge was shown stays counted. */
  interrupt(by: LiveInterruption): void {
    // What has been decided is also told.
    if (!this.#settling) this.#end({ outcome: 'interrupted', by });
  }

  async #work(): Promise<void> {
    try {
      for (let next = this.#waiting.shift(); next && !this.#ended; next = this.#waiting.shift()) {
        await this.#look(next.frame, next.arrivedAt);
      }
    } catch (error) {
      if (error instanceof EngineUnavailable) await this.#uncount();
      this.#end({ outcome: 'error', error });
    } finally {
      // At once: a frame that is offered a moment later must not wait for the one after it.
      this.#working = null;
    }
  }

  async #look(frame: LiveFrame, arrivedAt: number): Promise<void> {
    const { observer, subject, now } = this.deps;
    const at = this.#timeOf(frame, arrivedAt);
    if (!this.#judge!.awaits(frame.nonce)) {
      // It was on its way when the next stage began, or answers none: not worth the models' time.
      this.#emit({ type: 'guidance', sequence: frame.sequence, hint: null });
      this.#failIfLate(at);
      return;
    }
    const outcome = await observer.observe(frame.image, subject.purpose);
    // Meanwhile the session may have run out of time, or lost its client.
    if (this.#ended) return;
    if (outcome.outcome === 'busy') {
      this.#rate.dropped();
      // Frames that cannot be looked at do not stop the time.
      this.#failIfLate(at);
    } else {
      this.#framesJudged++;
      this.#rate.judged(now() - arrivedAt, now());
      await this.#apply(
        this.#judge!.judge({ outcome, nonce: frame.nonce, at }, this.#rate.achieved(now())),
        frame.sequence,
      );
    }
    const framesPerSecond = this.#rate.announcement(now(), this.deps.capacity.share);
    if (framesPerSecond !== null) this.#emit({ type: 'rate', framesPerSecond });
  }

  async #apply(judgement: Judgement, sequence: number): Promise<void> {
    switch (judgement.kind) {
      case 'stale':
        this.#emit({ type: 'guidance', sequence, hint: null });
        return;
      case 'guidance':
        this.#emit({ type: 'guidance', sequence, hint: judgement.hint });
        return;
      case 'stage':
        await this.#reserve();
        this.#emit(this.#judge!.show(this.deps.now()));
        return;
      case 'answered':
        this.#settling = true;
        this.#end(await this.deps.subject.settle(judgement.evidence));
        return;
      case 'failed':
        this.#end({ outcome: 'failed', failure: judgement.failure });
    }
  }

  /** Before the first word of the challenge: whoever breaks off to be asked something easier pays for it. */
  async #reserve(): Promise<void> {
    if (this.#reserved) return;
    this.#reserved = true;
    this.#takeBack = await this.deps.subject.reserveAttempt();
  }

  /** Nobody can look any more: whoever was before the camera has not failed. */
  async #uncount(): Promise<void> {
    try {
      await this.#takeBack?.();
    } catch {
      // Two outages at once: the attempt stays counted, and the session ends for the first of them.
    }
  }

  /**
   * When the frame was taken, on our clock. The client's clock tells the distance between frames better than
   * their arrival does, but it is not believed further than the network can explain, and never runs backwards.
   */
  #timeOf({ capturedAt }: LiveFrame, arrivedAt: number): number {
    this.#clock ??= { offset: arrivedAt - capturedAt, latest: -Infinity };
    const claimed = Math.min(arrivedAt, Math.max(arrivedAt - MAX_LAG_MS, capturedAt + this.#clock.offset));
    this.#clock.latest = Math.max(claimed, this.#clock.latest);
    return this.#clock.latest;
  }

  async #tick(): Promise<void> {
    if (this.#settling) return;
    const now = this.deps.now();
    if (now - this.#openedAt >= LIVE_SESSION_SECONDS * 1000) this.interrupt('timed_out');
    else if (now - this.#lastFrameAt >= IDLE_MS) this.interrupt('idle');
    // A frame under way may yet answer in time: its own time decides then.
    else if (!this.#working) this.#failIfLate(now);
    if (this.#ended || now - this.#recheckedAt < RECHECK_MS) return;
    this.#recheckedAt = now;
    try {
      await this.deps.subject.requireAlive();
    } catch (error) {
      if (!this.#isSettling()) this.#end({ outcome: 'error', error });
    }
  }

  #failIfLate(at: number): void {
    const late = this.#judge?.tick(at);
    if (late?.kind === 'failed') this.#end({ outcome: 'failed', failure: late.failure });
  }

  #end(result: LiveResult): void {
    if (this.#ended) return;
    // Before anybody is told, so that a listener that fails does not leave a session which nobody counts.
    this.#ended = true;
    this.deps.capacity.leave();
    this.#waiting.length = 0;
    clearInterval(this.#timer);
    this.deps.onMessage({ type: 'result', result });
  }

  /** Asked anew after a wait: the compiler takes what it was before for what it is. */
  #isSettling(): boolean {
    return this.#settling;
  }

  #emit(message: LiveMessage): void {
    if (!this.#ended) this.deps.onMessage(message);
  }
}
