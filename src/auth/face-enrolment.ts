import type {
  BiometricSample,
  EngineBusy,
  FaceCapturer,
  FailureToAcquire,
  Template,
} from '../face/capture.js';
import type { Account, AccountStore } from '../storage/port.js';
import { AuthError } from './auth-error.js';
import type { AuthenticatedCaller } from './sessions.js';
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

  /**
   * A refused sample leaves the earlier reference as it was.
   *
   * @throws AuthError `enrolment_superseded` when, while the picture was being sent and read, the caller's
   *         session ended or the account's face was erased: neither a revoked token nor a withdrawn consent
   *         may be overtaken by an upload that was held back
   */
  async enrol({ account, session }: AuthenticatedCaller, sample: BiometricSample): Promise<EnrolmentOutcome> {
    const capture = await this.deps.capturer.capture(sample, 'enrolment');
    if (capture.outcome !== 'captured') return capture;

    const { template, qualityScore } = capture;
    const now = this.deps.now();
    const stored = await this.deps.accounts.putReference(
      account.id,
      {
        modelId: template.modelId,
        ciphertext: this.deps.vault.seal(account.id, template),
        qualityScore,
        createdAt: now,
      },
      { sessionId: session.id, referenceErasures: account.referenceErasures, now },
    );
    if (!stored) throw new AuthError('enrolment_superseded');
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
