import type { AccountStore } from '../storage/port.js';
import type { AccountKeys } from './account-keys.js';
import type { SecurityEvents } from './security-event.js';

const BATCH = 100;

/** Erases faces that nobody has used for long: what is not needed is not kept. */
export class FaceRetention {
  constructor(
    private readonly deps: {
      readonly accounts: AccountStore;
      readonly keys: Pick<AccountKeys, 'shred'>;
      readonly events: SecurityEvents;
      /** How long a face may go unused; null for ever. */
      readonly seconds: number | null;
      readonly now: () => number;
    },
  ) {}

  /**
   * The account owes a second factor from then on: an account that was protected by a face does not open to the
   * password alone because its owner was away for long.
   */
  async run(): Promise<void> {
    const { accounts, seconds, now } = this.deps;
    if (seconds === null) return;
    for (;;) {
      const unusedSince = now() - seconds * 1000;
      const ids = await accounts.withReferenceUnusedSince(unusedSince, BATCH);
      for (const accountId of ids) await this.#expire(accountId, unusedSince);
      if (ids.length < BATCH) return;
    }
  }

  async #expire(accountId: string, unusedSince: number): Promise<void> {
    const { accounts, events, keys } = this.deps;
    // Those before it in the batch took time: its owner may have come back meanwhile.
    const reference = (await accounts.findById(accountId))?.reference;
    if (!reference || reference.lastUsedAt >= unusedSince) return;
    await keys.shred(accountId);
    await accounts.eraseReference(accountId, true);
    await events.record({ action: 'face_expired', outcome: 'success', accountId, by: 'system' });
  }
}
