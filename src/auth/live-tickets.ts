import type { TicketStore } from '../storage/port.js';
import { AuthError } from './auth-error.js';
import type { KnownDevices } from './known-devices.js';
import { LIVE_SESSION_SECONDS } from './live-session.js';
import type { RequestOrigin, RequestOrigins } from './request-origin.js';
import { TokenSigner, hashTokenReference } from './tokens.js';

export type LivePurpose = 'verification' | 'enrolment';

/** What a ticket stands for, once it is known to be ours. */
export interface LiveTicket {
  /** Public: names the live session. */
  readonly id: string;
  readonly purpose: LivePurpose;
  readonly accountId: string;
  /** The stored id of the sign-in attempt or session behind it. */
  readonly boundTo: string;
  /** Whether its holder keeps tokens in cookies. */
  readonly cookies: boolean;
  /** Of the request that asked for it. */
  readonly origin: Pick<RequestOrigin, 'device' | 'knownDevice'>;
}

/** From the answer with the ticket to the session that it opens. */
const OPEN_WITHIN_SECONDS = 30;
/** Where there is no socket, every call of the session shows its ticket again: it outlives the longest session. */
const TICKET_SECONDS = OPEN_WITHIN_SECONDS + LIVE_SESSION_SECONDS;

/**
 * Tickets for live sessions. A browser cannot put a token into the header of a WebSocket, and an address ends up
 * in logs: what it sends instead is worth one session, and nothing after it.
 */
export class LiveTickets {
  readonly #signers: Record<LivePurpose, TokenSigner>;

  constructor(
    secret: string,
    private readonly tickets: TicketStore,
    private readonly origins: RequestOrigins,
    private readonly devices: Pick<KnownDevices, 'current'>,
    private readonly now: () => number,
  ) {
    this.#signers = {
      verification: new TokenSigner('live_verification', secret),
      enrolment: new TokenSigner('live_enrolment', secret),
    };
  }

  /** @returns the ticket, the id of its session, and until when that may be opened */
  async issue(
    purpose: LivePurpose,
    accountId: string,
    boundTo: string,
    cookies = false,
  ): Promise<{ readonly ticket: string; readonly id: string; readonly expiresAt: number }> {
    const { device } = this.origins.current;
    const knownAs = await this.devices.current(accountId);
    const { token, referenceHash, expiresAt } = this.#signers[purpose].issue({
      accountId,
      methods: [],
      lifetimeSeconds: TICKET_SECONDS,
      now: this.now(),
      live: {
        bound_to: boundTo,
        cookies: cookies || undefined,
        device: device ?? undefined,
        known_as: knownAs ?? undefined,
      },
    });
    return { ticket: token, id: referenceHash, expiresAt: expiresAt - LIVE_SESSION_SECONDS * 1000 };
  }

  /** @throws AuthError `invalid_token` for every ticket that is not ours, not for this purpose or too old */
  async read(ticket: string, purpose: LivePurpose): Promise<LiveTicket & { readonly expiresAt: number }> {
    const claims = this.#signers[purpose].verify(ticket, this.now());
    if (claims?.bound_to === undefined) throw new AuthError('invalid_token');
    return {
      id: hashTokenReference(claims.jti),
      purpose,
      accountId: claims.sub,
      boundTo: claims.bound_to,
      cookies: claims.cookies === true,
      origin: {
        device: claims.device ?? null,
        ...(claims.known_as === undefined
          ? {}
          : { knownDevice: { accountId: claims.sub, name: claims.known_as } }),
      },
      expiresAt: claims.exp * 1000,
    };
  }

  /**
   * For opening the session.
   *
   * @throws AuthError `invalid_token` when it was kept for too long, or has opened a session already, here or at
   *         another server
   */
  async spend({ id, expiresAt }: { readonly id: string; readonly expiresAt: number }): Promise<void> {
    const tooLate = this.now() > expiresAt - LIVE_SESSION_SECONDS * 1000;
    if (tooLate) throw new AuthError('invalid_token');
    if (!(await this.tickets.spend(id, expiresAt))) throw new AuthError('invalid_token');
  }
}
