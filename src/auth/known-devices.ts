import type { RequestOrigins } from './request-origin.js';
import { type TokenSigner, hashTokenReference } from './tokens.js';

const LIFETIME_SECONDS = 180 * 86_400;

/**
 * Devices that have signed in to an account before, by a token that they keep. It opens nothing: its bearer's failed
 * attempts are counted apart from those of strangers, who therefore cannot lock the person out.
 */
export class KnownDevices {
  constructor(
    private readonly deps: {
      readonly tokens: TokenSigner;
      readonly origins: RequestOrigins;
      readonly now: () => number;
    },
  ) {}

  /** @returns the token for the device to keep */
  async issue(accountId: string): Promise<string> {
    const { token } = await this.deps.tokens.issue({
      accountId,
      methods: [],
      lifetimeSeconds: LIFETIME_SECONDS,
      now: this.deps.now(),
    });
    return token;
  }

  /**
   * The token is checked also where there is no account: the time must not tell.
   *
   * @returns a name for the device that is asking, null when it is not known to the account
   */
  async current(accountId: string | null): Promise<string | null> {
    const { deviceToken } = this.deps.origins.current;
    if (deviceToken === null) return null;
    const claims = await this.deps.tokens.verify(deviceToken, this.deps.now());
    return claims && claims.sub === accountId ? hashTokenReference(claims.jti) : null;
  }
}
