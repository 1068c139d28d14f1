import { type FrameTrace, isRecordingOf, packTraces } from '../face/live/recordings.js';
import { type AccountStore, StorageUnavailable } from '../storage/port.js';
import type { TemplateVault } from './template-vault.js';

/** Remembers what an account's passed live sessions looked like, so that a film of one does not pass again. */
export class LiveRecords {
  constructor(
    private readonly deps: {
      readonly accounts: AccountStore;
      readonly vault: TemplateVault;
      readonly now: () => number;
    },
  ) {}

  async isRecording(accountId: string, traces: readonly FrameTrace[]): Promise<boolean> {
    const records = await this.deps.accounts.liveRecords(accountId);
    const opened = await this.deps.vault.openRecords(
      accountId,
      records.map(({ ciphertext }) => ciphertext),
    );
    return opened.some((earlier) => isRecordingOf(earlier, traces));
  }

  /** The session has been accepted by now: that its film cannot be remembered is no reason to refuse it after all. */
  async remember(accountId: string, traces: readonly FrameTrace[]): Promise<void> {
    try {
      const ciphertext = await this.deps.vault.sealRecord(accountId, packTraces(traces));
      await this.deps.accounts.appendLiveRecord(accountId, { ciphertext, createdAt: this.deps.now() });
    } catch (error) {
      if (!(error instanceof StorageUnavailable)) throw error;
    }
  }
}
