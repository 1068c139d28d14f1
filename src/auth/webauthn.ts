import {
  type AuthenticationResponseJSON,
  type RegistrationResponseJSON,
  generateAuthenticationOptions,
  generateRegistrationOptions,
  verifyAuthenticationResponse,
  verifyRegistrationResponse,
} from '@simplewebauthn/server';
import { decodeAttestationObject, isoBase64URL } from '@simplewebauthn/server/helpers';

import type { Passkey } from '../storage/port.js';

export type { AuthenticationResponseJSON, RegistrationResponseJSON };

const NAME = 'Vultus';
/** COSE: EdDSA, ES256, RS256. */
const ALGORITHMS = [-8, -7, -257];
/**
 * What browsers send where no attestation is asked for. For others the library follows chains of certificates, and
 * fetches lists of revoked ones from the addresses that these name.
 */
const ATTESTATIONS: readonly string[] = ['none', 'packed'];

type Challenge = Uint8Array<ArrayBuffer>;
/** @returns whether the challenge that was signed is one to accept */
type ChallengeCheck = (challenge: string) => Promise<boolean>;

/**
 * The relying party of passkeys (Web Authentication, level 3). The one file that knows the library; what that throws at
 * malformed, forged or misdirected answers is null here, and what the check of a challenge throws is thrown on.
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
    const verification = await orNull(isChallenge, async (expectedChallenge) => {
      requireExpectedAttestation(response);
      return verifyRegistrationResponse({
        response,
        expectedChallenge,
        expectedOrigin: this.#origins,
        expectedRPID: this.#id,
        // A passkey stands beside the password here: that its owner is present is what it has to show.
        requireUserVerification: false,
        supportedAlgorithmIDs: ALGORITHMS,
      });
    });
    if (!verification?.verified) return null;
    const { credential, credentialBackedUp } = verification.registrationInfo;
    // The library looks at the one that was sent along; the one that counts is what the authenticator says.
    if (credential.id !== response.id) return null;
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
    const verification = await orNull(isChallenge, (expectedChallenge) =>
      verifyAuthenticationResponse({
        response,
        expectedChallenge,
        expectedOrigin: this.#origins,
        expectedRPID: this.#id,
        credential: { id, publicKey: new Uint8Array(publicKey), counter },
        requireUserVerification: false,
      }),
    );
    return verification?.verified ? verification.authenticationInfo.newCounter : null;
  }
}

function descriptor({ id, transports }: Passkey) {
  return { id, transports: [...transports] };
}

function requireExpectedAttestation({ response }: RegistrationResponseJSON): void {
  const attestation = decodeAttestationObject(isoBase64URL.toBuffer(response.attestationObject));
  if (!ATTESTATIONS.includes(attestation.get('fmt'))) throw new Error('unexpected attestation');
}

/** A challenge comes out of JSON that the client has made, and may be anything there. */
async function orNull<T>(
  isChallenge: ChallengeCheck,
  verify: (isChallenge: (challenge: unknown) => Promise<boolean>) => Promise<T>,
): Promise<T | null> {
  const faults: unknown[] = [];
  const check = async (challenge: unknown) => {
    if (typeof challenge !== 'string') return false;
    try {
      return await isChallenge(challenge);
    } catch (error) {
      faults.push(error);
      throw error;
    }
  };
  try {
    return await verify(check);
  } catch {
    if (faults.length > 0) throw faults[0];
    return null;
  }
}
