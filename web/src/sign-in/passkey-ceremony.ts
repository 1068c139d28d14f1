import {
  type PublicKeyCredentialCreationOptionsJSON,
  type PublicKeyCredentialRequestOptionsJSON,
  WebAuthnError,
  browserSupportsWebAuthn,
  startAuthentication,
  startRegistration,
} from '@simplewebauthn/browser';
import type { PasskeyAssertion, PasskeyRegistration, PublicKeyOptions } from '@vultus/client';

export type CeremonyFailure = 'cancelled' | 'unsupported' | 'alreadyHere' | 'failed';

/** What the browser, not the server, refused. */
export class CeremonyError extends Error {
  override readonly name = 'CeremonyError';

  constructor(
    readonly failure: CeremonyFailure,
    cause?: unknown,
  ) {
    super(failure, { cause });
  }
}

/** Has the person show a passkey. @throws CeremonyError */
export function showPasskey(options: PublicKeyOptions): Promise<PasskeyAssertion> {
  const optionsJSON = options as unknown as PublicKeyCredentialRequestOptionsJSON;
  return ceremony(async () => ({ ...(await startAuthentication({ optionsJSON })) }) as PasskeyAssertion);
}

/** Has the person make a passkey. @throws CeremonyError */
export function makePasskey(options: PublicKeyOptions): Promise<PasskeyRegistration['response']> {
  const optionsJSON = options as unknown as PublicKeyCredentialCreationOptionsJSON;
  return ceremony(
    async () => ({ ...(await startRegistration({ optionsJSON })) }) as PasskeyRegistration['response'],
  );
}

async function ceremony<Response>(run: () => Promise<Response>): Promise<Response> {
  if (!browserSupportsWebAuthn()) throw new CeremonyError('unsupported');
  try {
    return await run();
  } catch (error) {
    throw new CeremonyError(failureOf(error), error);
  }
}

function failureOf(error: unknown): CeremonyFailure {
  if (error instanceof WebAuthnError && error.code === 'ERROR_AUTHENTICATOR_PREVIOUSLY_REGISTERED') {
    return 'alreadyHere';
  }
  const { name } = error instanceof Error ? error : { name: '' };
  // Browsers do not say whether it was refused, timed out, or there was none: that would tell about the person.
  if (name === 'NotAllowedError' || name === 'AbortError') return 'cancelled';
  return name === 'InvalidStateError' ? 'alreadyHere' : 'failed';
}
