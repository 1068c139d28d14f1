import {
  type AuthenticationResponseJSON,
  type RegistrationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';

import type { Passkey } from '../storage/port.js';

export type { AuthenticationResponseJSON, RegistrationResponseJSON };

const NAME = 'Vultus';
/** COSE: EdDSA, ES256, RS256. */
const ALGORITHMS = [-8, -7, -257];
const MAX_COUNTER = 2 ** 32 - 1;

type Challenge = Uint8Array<ArrayBuffer>;
/** @returns whether the challenge that was signed is one to accept */
type ChallengeCheck = (challenge: string) => Promise<boolean>;

/**
 * The relying party of passkeys (Web Authentication, level 3). The one file that knows the library; what that throws at
 * malformed, forged or misdirected answers is null here.
 */
export class RelyingParty {
  readonly #id: string;
  readonly #origins: string[];

  /**
   * @param publicUrl where browsers find the server; its host is what passkeys are bound to
   * @param origins of pages that may use them beside it, where they lie within that host
   */
  constructor(publicUrl: string, origins: readonly string[]) {
    this.#id = new URL(publicUrl).hostname;
    const within = origins.filter((origin) => this.#covers(new URL(origin).hostname));
    this.#origins = [...new Set([publicUrl, ...within])];
  }

  #covers(hostname: string): boolean {
    return hostname === this.#id || hostname.endsWith(`.${this.#id}`);
  }

  registrationOptions(
    account: { readonly id: string; readonly email: string },
    bound: readonly Passkey[],
    challenge: Challenge,
  ) {
    return generateRegistrationOptions({
      rpName: NAME,
      rpID: this.#id,
      userName: account.email,
      userID: new TextEncoder().encode(account.id),
      challenge,
      attestationType: 'none',
      excludeCredentials: bound.map(descriptor),
      authenticatorSelection: { residentKey: 'preferred', userVerification: 'preferred' },
      supportedAlgorithmIDs: ALGORITHMS,
    });
  }

  /** @param allowed null for any that the person finds among their own */
  authenticationOptions(allowed: readonly Passkey[] | null, challenge: Challenge) {
    return generateAuthenticationOptions({
      rpID: this.#id,
      challenge,
      userVerification: 'preferred',
      ...(allowed === null ? {} : { allowCredentials: allowed.map(descriptor) }),
    });
  }

  async verifyRegistration(
    response: RegistrationResponseJSON,
    isChallenge: ChallengeCheck,
  ): Promise<Omit<Passkey, 'name' | 'createdAt' | 'lastUsedAt'> | null> {
    const verification = await orNull(
      verifyRegistrationResponse({
        response,
        expectedChallenge: isChallenge,
        expectedOrigin: this.#origins,
        expectedRPID: this.#id,
        // A passkey stands beside the password here: that its owner is present is what it has to show.
        requireUserVerification: false,
        supportedAlgorithmIDs: ALGORITHMS,
      }),
    );
    if (!verification?.verified) return null;
    const { credential, credentialBackedUp } = verification.registrationInfo;
    return {
      id: credential.id,
      publicKey: credential.publicKey,
      counter: credential.counter,
      transports: credential.transports ?? [],
      backedUp: credentialBackedUp,
    };
  }

  /** @returns the new value of the counter */
  async verifyAuthentication(
    response: AuthenticationResponseJSON,
    { id, publicKey, counter }: Passkey,
    isChallenge: ChallengeCheck,
  ): Promise<number | null> {
    const verification = await orNull(
      verifyAuthenticationResponse({
        response,
        expectedChallenge: isChallenge,
        expectedOrigin: this.#origins,
        expectedRPID: this.#id,
        credential: { id, publicKey: new Uint8Array(publicKey), counter },
        requireUserVerification: false,
      }),
    );
    if (!verification?.verified) return null;
    const { newCounter } = verification.authenticationInfo;
    return newCounter <= MAX_COUNTER ? newCounter : null;
  }
}

function descriptor({ id, transports }: Passkey) {
  return { id, transports: [...transports] };
}

async function orNull<T>(verification: Promise<T>): Promise<T | null> {
  try {
    return await verification;
  } catch (error) {
    // Of the store, which the check of the challenge asks: an outage is no refusal.
    if (error instanceof Error && error.name === 'StorageUnavailable') throw error;
    return null;
  }
}
