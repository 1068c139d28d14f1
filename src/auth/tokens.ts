import { createHash, randomBytes } from 'node:crypto';

import { SignJWT, errors, jwtVerify } from 'jose';
import { z } from 'zod';

/** An authorization token stands for a session, a verification token for one sign-in attempt. */
export type TokenType = 'authorization' | 'verification';

export interface TokenClaims {
  /** The account. */
  readonly sub: string;
  /** The secret reference of the session or sign-in attempt; stores know its hash only. */
  readonly jti: string;
  /** Seconds since 1970. */
  readonly iat: number;
  readonly exp: number;
  /** Completed methods (RFC 8176). */
  readonly amr: readonly string[];
}

const ALGORITHM = 'HS256';

/**
 * Signs and checks one type of token. Each type has its own secret, audience and `token_type`, so that a
 * token of one type is never taken for the other, even under equal secrets.
 */
export class TokenSigner {
  readonly #key: Uint8Array;
  readonly #audience: string;
  readonly #claims;

  /** @param secret at least 32 bytes of entropy, as text */
  constructor(
    private readonly type: TokenType,
    secret: string,
  ) {
    this.#key = new TextEncoder().encode(secret);
    this.#audience = `vultus:${type}`;
    this.#claims = z.object({
      sub: z.string(),
      jti: z.string(),
      iat: z.int(),
      exp: z.int(),
      amr: z.array(z.string()),
      token_type: z.literal(type),
    });
  }

  sign(claims: TokenClaims): Promise<string> {
    return new SignJWT({ ...claims, amr: [...claims.amr], token_type: this.type })
      .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
      .setAudience(this.#audience)
      .sign(this.#key);
  }

  /** @returns null for every token that is not ours, not of this type, altered or expired at `now` (ms) */
  async verify(token: string, now: number): Promise<TokenClaims | null> {
    try {
      const { payload } = await jwtVerify(token, this.#key, {
        // An allow-list: neither `none` nor another algorithm of the token's choice is ever tried.
        algorithms: [ALGORITHM],
        audience: this.#audience,
        currentDate: new Date(now),
      });
      const claims = this.#claims.safeParse(payload);
      return claims.success ? claims.data : null;
    } catch (error) {
      if (error instanceof errors.JOSEError) return null;
      throw error;
    }
  }
}

/** A reference of 192 random bits for `jti`. */
export function newTokenReference(): string {
  return randomBytes(24).toString('base64url');
}

/** What the store keeps of a reference: reading the database does not give a usable token. */
export function hashTokenReference(reference: string): string {
  return createHash('sha256').update(reference).digest('base64url');
}
