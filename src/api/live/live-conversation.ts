import { MAX_FRAME_RATE } from '../../auth/frame-rate.js';
import type { LiveSession } from '../../auth/live-session.js';
import { parseFrame } from './frame-message.js';
import { type ErrorMessage, clientMessageSchema } from './live-messages.js';

/** A JPEG of 1280×720 in good quality has a quarter of this. */
export const MAX_FRAME_BYTES = 1_000_000;
/** What one session may send in all: a minute of frames at the highest rate, of a generous size. */
const MAX_SESSION_BYTES = 60 * MAX_FRAME_RATE * 150_000;
/** A client that is told so often what is wrong does not listen. */
const MAX_ERRORS = 8;

/**
 * What a client may say in a live session, and in which order, whatever carries it. Every message that is not
 * understood is answered; a client that goes on sending such is cut off.
 */
export class LiveConversation {
  #errors = 0;
  #bytes = 0;
  /** What was on its way when the client was cut off is not answered any more. */
  #over = false;

  constructor(
    private readonly session: LiveSession,
    private readonly answer: (message: object) => void,
  ) {}

  /** The first message of every session. */
  welcome(sessionId: string): void {
    this.answer({
      type: 'ready',
      session_id: sessionId,
      max_frame_bytes: MAX_FRAME_BYTES,
      frames_per_second: this.session.framesPerSecond,
    });
  }

  /** @returns whether the client may go on */
  text(message: string): boolean {
    if (this.#over) return false;
    const parsed = clientMessageSchema.safeParse(parseJson(message));
    if (!parsed.success) {
      return this.#refuse(
        'malformed_message',
        'Send {"type":"start"} with the abilities, or {"type":"stop"}.',
      );
    }
    switch (parsed.data.type) {
      case 'stop':
        this.session.interrupt('gone');
        return true;
      case 'start':
        if (this.session.started)
          return this.#refuse('unexpected_message', 'The session has been started already.');
        this.session.start(parsed.data.abilities);
        return true;
    }
  }

  /** @returns whether the client may go on */
  binary(message: Buffer): boolean {
    if (this.#over) return false;
    this.#bytes += message.length;
    if (this.#bytes > MAX_SESSION_BYTES) {
      return this.cutOff('too_much_data', 'The session has sent more than it may. Send smaller frames.');
    }
    if (message.length > MAX_FRAME_BYTES) {
      return this.#refuse(
        'frame_too_large',
        `A frame may have ${MAX_FRAME_BYTES} bytes. Send a smaller picture.`,
      );
    }
    if (!this.session.started)
      return this.#refuse('unexpected_message', 'Send {"type":"start"} before any frame.');
    const frame = parseFrame(message);
    if (!frame) {
      return this.#refuse(
        'malformed_frame',
        'A frame begins with its header of 17 bytes; see docs/live-protocol.md.',
      );
    }
    if (this.session.offer(frame)) return true;
    return this.#refuse('frame_out_of_order', 'Number the frames upwards, each number once.');
  }

  /** Tells a client why nothing more of it is heard. */
  cutOff(code: ErrorMessage['code'], detail: string): false {
    if (!this.#over) this.answer({ type: 'error', code, detail });
    this.#over = true;
    return false;
  }

  #refuse(code: ErrorMessage['code'], detail: string): boolean {
    if (++this.#errors >= MAX_ERRORS) return this.cutOff(code, detail);
    this.answer({ type: 'error', code, detail });
    return true;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
