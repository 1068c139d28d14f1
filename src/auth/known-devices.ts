import { createHash } from 'node:crypto';

import type { Account, AccountStore } from '../storage/port.js';
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
      readonly accounts: AccountStore;
      readonly origins: RequestOrigins;
      readonly now: () => number;
    },
  ) {}

  /** @returns the token for the device to keep, for as long as the account has the same password */
  async issue({ id, passwordHash }: Account): Promise<string> {
    const { token } = this.deps.tokens.issue({
      accountId: id,
      methods: [],
      lifetimeSeconds: LIFETIME_SECONDS,
      now: this.deps.now(),
      live: { bound_to: epochOf(passwordHash) },
    });
    return token;
  }

  /**
   * All of the token is checked also where there is no account: the time must not tell.
   *
   * @returns a name for the device that is asking, null when it is not known to the account
   */
  async current(accountId: string | null): Promise<string | null> {
    const { deviceToken, knownDevice } = this.deps.origins.current;
    if (knownDevice) return knownDevice.accountId === accountId ? knownDevice.name : null;
    if (deviceToken === null) return null;
    const claims = this.deps.tokens.verify(deviceToken, this.deps.now());
    if (!claims) return null;
    const account = await this.deps.accounts.findById(claims.sub);
    const isCurrent = account !== null && claims.bound_to === epochOf(account.passwordHash);
    return isCurrent && claims.sub === accountId ? hashTokenReference(claims.jti) : null;
  }
}

/** Changes with the password: whoever collected tokens before has none for guessing at the new one. */
function epochOf(passwordHash: string): string {
  return createHash('sha256').update(`vultus-device-epoch ${passwordHash}`).digest('base64url').slice(0, 16);
}
