import type { LiveConnectionLost, VultusProblem } from '../problem.js';
import type { ClientMessage, ServerMessage } from './live-messages.js';

/** What messages of a live session travel over: a WebSocket or plain calls. */
export interface LiveLine {
  readonly via: 'socket' | 'calls';
  /** How many frames may be under way before the next one is better dropped. */
  readonly maxUnanswered: number;
  /** Whether what was sent before has not left yet. */
  readonly isCongested: boolean;
  say(message: ClientMessage): void;
  sendFrame(message: Blob): void;
  /** No more is heard afterwards. */
  close(): void;
}

export interface LineListener {
  message(message: ServerMessage): void;
  /** The line is gone; a result that was heard before counts. */
  ended(reason: LiveConnectionLost | VultusProblem): void;
}
