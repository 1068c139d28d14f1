import type { Abilities, Hint, LiveResult, LiveSession, StageMessage } from '@vultus/client';

import type { ColourPace } from './colour-pace.js';
import type { Happening } from './face-check.js';
import { FrameTaker } from './frame-taker.js';
import { FrameThrift } from './frame-thrift.js';
import { ShownStages } from './shown-stages.js';
import { SteadyHint } from './steady-hint.js';

/** When nothing is said about frames for so long after the last movement, the server is deciding. */
const QUIET_MS = 900;
/**
 * From the browser's last word on a new colour to the light that reaches the face: composing, the display's own delay,
 * and the exposure of a frame that was already under way. A frame of the colour before would be evidence against the person.
 */
const LIGHT_ARRIVES_MS = 60;

/** Leads one live session: shows its stages, answers with frames. docs/live-protocol.md is the law. */
export class LiveCheck {
  readonly #stages = new ShownStages();
  readonly #hint = new SteadyHint();
  readonly #thrift = new FrameThrift();
  readonly #taker: FrameTaker;
  #due: StageMessage | null = null;
  #isColoured = false;
  #quiet: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly session: LiveSession,
    video: HTMLVideoElement,
    private readonly pace: ColourPace,
    private readonly report: (happening: Happening) => void,
  ) {
    this.#taker = new FrameTaker(
      video,
      () => {
        const now = performance.now();
        if (this.#stages.nonceAt(now) !== null) this.#thrift.offered(now, session.framesPerSecond);
        return session.wantsFrame();
      },
      ({ picture, takenAt }) => {
        const nonce = this.#stages.nonceAt(takenAt);
        if (nonce !== null && session.sendFrame(picture, { nonce, takenAt })) this.#thrift.sent();
      },
      () => this.#thrift.size,
    );
  }

  /** @returns the result, once the screen may show it. @throws what `LiveSession.result` rejects with */
  async hold(abilities: Abilities): Promise<LiveResult> {
    const listening = [
      this.session.on('stage', (message) => {
        this.#due = message;
        clearTimeout(this.#quiet);
        void this.#show(message);
      }),
      this.session.on('guidance', ({ hint }) => {
        this.#hear(hint);
      }),
    ];
    this.session.start(abilities);
    this.#taker.start();
    try {
      return await this.session.result;
    } finally {
      for (const stop of listening) stop();
      this.#taker.stop();
      clearTimeout(this.#quiet);
      this.#due = null;
      await this.#mayChangeColour(false);
    }
  }

  /** Breaks off at once. */
  breakOff(): void {
    this.session.stop();
    this.session.close();
  }

  async #show(message: StageMessage): Promise<void> {
    await this.#mayChangeColour(message.stage.kind === 'light');
    if (this.#due !== message) return;
    this.#hint.reset();
    this.report({ type: 'stage_due', message });
    await painted();
    if (this.#due !== message) return;
    const delayMs = message.stage.kind === 'light' ? LIGHT_ARRIVES_MS : 0;
    this.#stages.show(message.nonce, performance.now() + delayMs);
  }

  async #mayChangeColour(isColour: boolean): Promise<void> {
    if (!isColour && !this.#isColoured) return;
    const waitMs = this.pace.waitFrom(performance.now());
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
    this.#isColoured = isColour;
    this.pace.changed(performance.now());
  }

  #hear(hint: Hint | null): void {
    if (this.#hint.hear(hint, performance.now())) this.report({ type: 'hint_steady', hint });
    clearTimeout(this.#quiet);
    if (hint !== 'return_to_rest' || this.#due?.stage.kind !== 'movement') return;
    const { done, total } = this.#due;
    if (done < total - 1) return;
    this.#quiet = setTimeout(() => {
      this.report({ type: 'answered' });
    }, QUIET_MS);
  }
}

/** The first callback runs before what was changed is painted, the second after. */
function painted(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => {
      requestAnimationFrame(() => {
        resolve();
      });
    });
  });
}
