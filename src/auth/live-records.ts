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
    return records.some(({ ciphertext }) =>
      isRecordingOf(this.deps.vault.openRecord(accountId, ciphertext), traces),
    );
  }

  /** The session has been accepted by now: that its film cannot be remembered is no reason to refuse it after all. */
  async remember(accountId: string, traces: readonly FrameTrace[]): Promise<void> {
    const record = {
      ciphertext: this.deps.vault.sealRecord(accountId, packTraces(traces)),
      createdAt: this.deps.now(),
    };
    await this.deps.accounts.appendLiveRecord(accountId, record).catch((error: unknown) => {
      if (!(error instanceof StorageUnavailable)) throw error;
    });
  }
}
