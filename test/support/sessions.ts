import { TokenSigner } from '../../src/auth/tokens.js';
import { openSqliteStorage } from '../../src/storage/sqlite/sqlite-storage.js';
import { newAccount } from '../contract/contract-fixture.js';
import { createUseCases } from './use-cases.js';

export const NOW = 1_900_000_000_000;
export const IDLE_MS = 3_600_000;
export const LIFETIME_MS = 86_400_000;
/** So long a replaced token is still taken. */
export const GRACE_MS = 10_000;
/** An account with a session; there is a second one of `bob`. */
export const ADA = 'ada';

/** Signs as the use cases do. */
export const signer = new TokenSigner('authorization', 'a'.repeat(32));

/** Sessions over a real store, and one of Ada that has just been opened. */
export async function prepareSessions() {
  const storage = openSqliteStorage(':memory:');
  const clock = { now: NOW };
  const capturer = { modelId: 'model@1', capture: () => Promise.reject(new Error('no face is looked at')) };
  const useCases = await createUseCases({ storage, capturer, now: () => clock.now });
  const { sessions } = useCases;
  for (const id of [ADA, 'bob']) {
    await storage.accounts.insert(newAccount({ id, email: `${id}@example.org` }));
  }
  return {
    storage,
    clock,
    useCases,
    sessions,
    opened: await sessions.open(ADA, ['pwd', 'face']),
    isAlive: (token: string) =>
      sessions.authenticate(token).then(
        () => true,
        () => false,
      ),
    claimsOf: (token: string) => signer.verify(token, clock.now)!,
  };
}

export type Prepared = Awaited<ReturnType<typeof prepareSessions>>;
