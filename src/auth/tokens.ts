import { createHash, randomBytes } from 'node:crypto';

import { TokenError, createSigner, createVerifier } from 'fast-jwt';
import { z } from 'zod';

/**
 * An authorization token stands for a session, a verification token for one sign-in attempt; a live ticket opens
 * one live session that verifies or enrols a face, and a completion turns a passed one into a session. A device token
 * says that its bearer has signed in to the account before; it opens nothing.
 */
export type TokenType =
  'authorization' | 'verification' | 'live_verification' | 'live_enrolment' | 'live_completion' | 'device';

export interface TokenClaims extends LiveClaims {
  /** The account. */
  readonly sub: string;
  /** The secret reference of the session or sign-in attempt; stores know its hash only. */
  readonly jti: string;
  /** Seconds since 1970. */
  readonly iat: number;
  readonly exp: number;
  /** Completed methods (RFC 8176). */
  readonly amr: readonly string[];
  /** Of an authorization token: the session. Those of the first version have none; their session is named by `jti`. */
  readonly sid?: string | undefined;
  /** Of an authorization token: seconds since 1970 at which its owner authenticated. */
  readonly auth_time?: number | undefined;
}

/** What a token of a live session carries beside. */
interface LiveClaims {
  /** The stored id of the session or sign-in attempt that it dies with. */
  readonly bound_to?: string | undefined;
  /** Its holder keeps tokens in cookies, so that none may be put into a message. */
  readonly cookies?: true | undefined;
  /** Label of the device that asked for it: a socket brings none. */
  readonly device?: string | undefined;
  /** By which the device that asked for it is counted; opens nothing, unlike its token. */
  readonly known_as?: string | undefined;
}

const ALGORITHM = 'HS256';

/**
 * Signs and checks one type of token. Each type has its own secret, audience and `token_type`, so that a
 * token of one type is never taken for the other, even under equal secrets. It is done at once, on this thread: an HMAC of
 * some hundred bytes takes microseconds, and would wait behind pictures and passwords in the pool that WebCrypto uses.
 */
export class TokenSigner {
  readonly #audience: string;
  readonly #claims;
  readonly #sign: (payload: Readonly<Record<string, unknown>>) => string;
  readonly #open: (token: string) => unknown;

  /** @param secret at least 32 bytes of entropy, as text */
  constructor(
    private readonly type: TokenType,
    secret: string,
  ) {
    this.#audience = `vultus:${type}`;
    this.#sign = createSigner({ key: secret, algorithm: ALGORITHM });
    this.#open = createVerifier({
      key: secret,
      // An allow-list: neither `none` nor another algorithm of the token's choice is ever tried.
      algorithms: [ALGORITHM],
      // Every time a token is shown it is verified: what was found once is not kept.
      cache: false,
      // `verify` is told what time it is.
      ignoreExpiration: true,
    });
    this.#claims = z.object({
      sub: z.string(),
      jti: z.string(),
      iat: z.int(),
      exp: z.int(),
      aud: z.literal(this.#audience),
      amr: z.array(z.string()),
      bound_to: z.string().optional(),
      sid: z.string().optional(),
      auth_time: z.int().optional(),
      cookies: z.literal(true).optional(),
      device: z.string().optional(),
      known_as: z.string().optional(),
      token_type: z.literal(type),
    });
  }

  /**
   * Makes a token under a new secret reference of 192 random bits.
   *
   * @param now UTC milliseconds; the token lives at least `lifetimeSeconds` from then
   * @param session what a token of a session says of it; without an id, the token is the session's first one, and
   *        names it by the hash of its own reference
   * @returns the token for its bearer, and for the store the hash of its reference and the time of its end
   */
  issue(grant: {
    readonly accountId: string;
    readonly methods: readonly string[];
    readonly lifetimeSeconds: number;
    readonly now: number;
    readonly session?: { readonly id: string | null; readonly authenticatedAt: number };
    readonly live?: LiveClaims;
  }): { token: string; referenceHash: string; expiresAt: number } {
    const reference = randomBytes(24).toString('base64url');
    const referenceHash = hashTokenReference(reference);
    // Whole seconds, rounded so that the lifetime is never shorter than it was set.
    const expiry = Math.ceil(grant.now / 1000) + grant.lifetimeSeconds;
    const token = this.#sign({
      amr: [...grant.methods],
      token_type: this.type,
      ...(grant.session === undefined
        ? {}
        : {
            sid: grant.session.id ?? referenceHash,
            auth_time: Math.floor(grant.session.authenticatedAt / 1000),
          }),
      ...grant.live,
      sub: grant.accountId,
      jti: reference,
      iat: Math.floor(grant.now / 1000),
      exp: expiry,
      aud: this.#audience,
    });
    return { token, referenceHash, expiresAt: expiry * 1000 };
  }

  /** @returns null for every token that is not ours, not of this type, altered or expired at `now` (ms) */
  verify(token: string, now: number): TokenClaims | null {
    const { success, data } = this.#claims.safeParse(this.#payloadOf(token));
    return success && data.exp > Math.floor(now / 1000) ? data : null;
  }

  /** @returns null for what was not signed with the secret */
  #payloadOf(token: string): unknown {
    try {
      return this.#open(token);
    } catch (error) {
      if (error instanceof TokenError) return null;
      throw error;
    }
  }
}

/** What the store keeps of a reference: reading the database does not give a usable token. */
export function hashTokenReference(reference: string): string {
  return createHash('sha256').update(reference).digest('base64url');
}
