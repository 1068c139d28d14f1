import { type FrameTrace, isRecordingOf, packTraces } from '../face/live/recordings.js';
import type { AccountStore } from '../storage/port.js';
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

  async remember(accountId: string, traces: readonly FrameTrace[]): Promise<void> {
    await this.deps.accounts.appendLiveRecord(accountId, {
      ciphertext: this.deps.vault.sealRecord(accountId, packTraces(traces)),
      createdAt: this.deps.now(),
    });
  }
}
