import type { Page } from 'playwright-core';

/** A security key in the computer of somebody who touches it whenever it blinks. */
export interface SecurityKey {
  /** From now on they do not let themselves be verified. */
  refuse(): Promise<void>;
  agree(): Promise<void>;
}

/** Plugs a key in, for all that happens in this window. It keeps its passkeys, and asks for a PIN or finger. */
export async function addSecurityKey(page: Page): Promise<SecurityKey> {
  const session = await page.context().newCDPSession(page);
  await session.send('WebAuthn.enable');
  const { authenticatorId } = await session.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  const verify = async (isUserVerified: boolean) => {
    await session.send('WebAuthn.setUserVerified', { authenticatorId, isUserVerified });
  };
  return { refuse: () => verify(false), agree: () => verify(true) };
}
