import type { LiveFrame } from '../../auth/live-session.js';
import { NONCE_BYTES } from '../../face/live/nonce.js';

/**
 * A frame as it travels: version (1 byte, 1), sequence (4, unsigned, big-endian), time of capture on the client's
 * clock in milliseconds (4, likewise), nonce of the stage that it answers (8), then the picture.
 */
const VERSION = 1;
const NONCE_AT = 9;
export const FRAME_HEADER_BYTES = NONCE_AT + NONCE_BYTES;

/** @returns null for what is no such message */
export function parseFrame(message: Buffer): LiveFrame | null {
  if (message.length <= FRAME_HEADER_BYTES || message[0] !== VERSION) return null;
  return {
    sequence: message.readUInt32BE(1),
    capturedAt: message.readUInt32BE(5),
    nonce: message.toString('base64url', NONCE_AT, FRAME_HEADER_BYTES),
    image: message.subarray(FRAME_HEADER_BYTES),
  };
}
