import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

import type { TicketStore } from '../storage/port.js';

const LIFETIME_MS = 5 * 60_000;
const NONCE_BYTES = 16;
const TIME_BYTES = 6;
const MAC_BYTES = 32;

/** What a challenge is for, and whose: one that was made for something else is not accepted. */
export interface ChallengePurpose {
  readonly ceremony: 'register' | 'sign_in' | 'recognise';
  /** The session or sign-in attempt that it belongs to; empty for none. */
  readonly boundTo: string;
}

/**
 * Challenges for passkeys that nobody has to remember: they carry the end of their life and a seal over it and over
 * what they are for. Each is accepted once, by whichever server it is brought to.
 *
 * Layout: nonce (16 bytes), end of its life (6, milliseconds since 1970), HMAC-SHA-256 (32).
 */
export class PasskeyChallenges {
  constructor(
    private readonly key: Uint8Array,
    private readonly tickets: TicketStore,
    private readonly now: () => number,
  ) {}

  issue(purpose: ChallengePurpose): Uint8Array<ArrayBuffer> {
    const head = Buffer.alloc(NONCE_BYTES + TIME_BYTES);
    randomBytes(NONCE_BYTES).copy(head);
    head.writeUIntBE(this.now() + LIFETIME_MS, NONCE_BYTES, TIME_BYTES);
    return new Uint8Array(Buffer.concat([head, this.#mac(head, purpose)]));
  }

  /**
   * @param challenge as the authenticator has signed it, base64url
   * @returns whether it is ours, for this purpose, young enough, and new; it is not new any more then
   */
  async accept(challenge: string, purpose: ChallengePurpose): Promise<boolean> {
    const bytes = Buffer.from(challenge, 'base64url');
    if (bytes.length !== NONCE_BYTES + TIME_BYTES + MAC_BYTES) return false;
    const head = bytes.subarray(0, NONCE_BYTES + TIME_BYTES);
    if (!timingSafeEqual(bytes.subarray(NONCE_BYTES + TIME_BYTES), this.#mac(head, purpose))) return false;
    const expiresAt = head.readUIntBE(NONCE_BYTES, TIME_BYTES);
    if (expiresAt <= this.now()) return false;
    return this.tickets.spend(`passkey:${head.toString('base64url')}`, expiresAt);
  }

  #mac(head: Uint8Array, { ceremony, boundTo }: ChallengePurpose): Buffer {
    return createHmac('sha256', this.key)
      .update(JSON.stringify([Buffer.from(head).toString('base64url'), ceremony, boundTo]))
      .digest();
  }
}
