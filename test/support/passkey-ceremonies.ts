import { randomBytes } from 'node:crypto';

import { KnownDevices } from '../../src/auth/known-devices.js';
import { PasskeyChallenges } from '../../src/auth/passkey-challenges.js';
import { Passkeys } from '../../src/auth/passkeys.js';
import type { AuthenticatedCaller } from '../../src/auth/sessions.js';
import { TokenSigner } from '../../src/auth/tokens.js';
import { RelyingParty } from '../../src/auth/webauthn.js';
import { openSqliteStorage } from '../../src/storage/sqlite/sqlite-storage.js';
import { Authenticator, type Ceremony } from './authenticator.js';
import { type UseCaseSettings, createUseCases } from './use-cases.js';

export const ORIGIN = 'https://example.org';
export const RP_ID = 'example.org';
export const ADA = { email: 'ada@example.org', password: 'correct horse battery' };
export const BOB = { email: 'bob@example.org', password: 'correct horse battery' };

/** Passkeys over a real store, and Ada, who has just signed up. Unless said otherwise three failures in a row bring a delay. */
export async function preparePasskeys(settings: Partial<Omit<UseCaseSettings, 'storage' | 'now'>> = {}) {
  const storage = openSqliteStorage(':memory:');
  const clock = { now: 1_900_000_000_000 };
  const now = () => clock.now;
  const capturer = { modelId: 'model@1', capture: () => Promise.reject(new Error('no face is looked at')) };
  const attempts = { beforeDelay: 3, beforeSuspension: 100 };
  const useCases = await createUseCases({ storage, capturer, now, attempts, ...settings });
  // Of the same secret as in the use cases: what is known here is known there.
  const tokens = new TokenSigner('device', 'd'.repeat(32));
  const devices = new KnownDevices({ tokens, accounts: storage.accounts, origins: useCases.origins, now });
  const passkeys = new Passkeys({
    passkeys: storage.passkeys,
    challenges: new PasskeyChallenges(randomBytes(32), storage.tickets, now),
    relyingParty: new RelyingParty(ORIGIN, []),
    secondFactor: useCases.secondFactor,
    sessions: useCases.sessions,
    devices,
    events: { record: async (event) => void useCases.recorded.push(event) },
    reauthenticationSeconds: 900,
    now,
  });
  const signedUp = async (credentials: typeof ADA): Promise<AuthenticatedCaller> => {
    const { token } = await useCases.signUp.run(credentials);
    return useCases.sessions.authenticate(token);
  };
  const ada = await signedUp(ADA);
  return {
    storage,
    clock,
    useCases,
    devices,
    passkeys,
    signedUp,
    ada,
    verificationToken: async (credentials = ADA): Promise<string> => {
      const result = await useCases.signIn.run(credentials);
      if (result.outcome !== 'face_required') throw new Error('the password alone signed in');
      return result.verificationToken;
    },
    bind: async (
      caller = ada,
      authenticator = new Authenticator(RP_ID, ORIGIN),
      ceremony?: Ceremony,
    ): Promise<Authenticator> => {
      const options = await passkeys.registrationOptions(caller);
      await passkeys.register(caller, 'Blue key', authenticator.create(options, ceremony));
      return authenticator;
    },
    signIn: async (authenticator: Authenticator, token: string, ceremony?: Ceremony) => {
      const options = await passkeys.signInOptions(token);
      return passkeys.signIn(token, authenticator.get(options, ceremony));
    },
  };
}
