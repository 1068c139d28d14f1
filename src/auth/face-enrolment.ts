import type {
  BiometricSample,
  EngineBusy,
  FaceCapturer,
  FailureToAcquire,
  Template,
} from '../face/capture.js';
import type { Account, AccountStore } from '../storage/port.js';
import { AuthError } from './auth-error.js';
import type { TemplateVault } from './template-vault.js';

export type EnrolmentOutcome =
  { readonly outcome: 'enrolled'; readonly template: Template } | FailureToAcquire | EngineBusy;

/** Creates, replaces, reads and erases an account's biometric reference. */
export class FaceEnrolment {
  constructor(
    private readonly deps: {
      readonly accounts: AccountStore;
      readonly capturer: FaceCapturer;
      readonly vault: TemplateVault;
      readonly now: () => number;
    },
  ) {}

  /** A refused sample leaves the earlier reference as it was. */
  async enrol(account: Account, sample: BiometricSample): Promise<EnrolmentOutcome> {
    const capture = await this.deps.capturer.capture(sample, 'enrolment');
    if (capture.outcome !== 'captured') return capture;

    const { template, qualityScore } = capture;
    const stored = await this.deps.accounts.putReference(account.id, {
      modelId: template.modelId,
      ciphertext: this.deps.vault.seal(account.id, template),
      qualityScore,
      createdAt: this.deps.now(),
    });
    // The account was erased while its picture was being read.
    if (!stored) throw new AuthError('invalid_token');
    return { outcome: 'enrolled', template };
  }

  async disable(account: Account): Promise<void> {
    await this.deps.accounts.eraseReference(account.id);
  }

  /** @returns the account's template, null without a face */
  reference(account: Account): Template | null {
    return account.reference && this.deps.vault.open(account.id, account.reference);
  }
}
