import type {
  BiometricSample,
  EngineBusy,
  FaceCapturer,
  FailureToAcquire,
  Template,
} from '../face/capture.js';
import type { Account, AccountStore } from '../storage/port.js';
import { AuthError } from './auth-error.js';
import { type LivenessPolicy, requireStillsAllowed } from './liveness-policy.js';
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
      readonly liveness: LivenessPolicy;
      readonly now: () => number;
    },
  ) {}

  /** @throws AuthError `live_verification_required` when a single picture is not accepted for an enrolment */
  requireStillsAllowed(): void {
    requireStillsAllowed(this.deps.liveness);
  }

  /**
   * A refused sample leaves the earlier reference as it was.
   *
   * @throws AuthError `presentation_attack`; `enrolment_superseded` when, while the picture was being sent and read, the caller's
   *         session ended or the account's face was erased: neither a revoked token nor a withdrawn consent
   *         may be overtaken by an upload that was held back
   */
  async enrol(caller: AuthenticatedCaller, sample: BiometricSample): Promise<EnrolmentOutcome> {
    const capture = await this.deps.capturer.capture(sample, 'enrolment');
    if (capture.outcome === 'presentation_attack') throw new AuthError('presentation_attack');
    if (capture.outcome !== 'captured') return capture;
    await this.store(caller, capture);
    return { outcome: 'enrolled', template: capture.template };
  }

  /**
   * Makes a template that has been captured the account's reference.
   *
   * @throws AuthError `enrolment_superseded`
   */
  async store(
    { account, session }: AuthenticatedCaller,
    { template, qualityScore }: { readonly template: Template; readonly qualityScore: number },
  ): Promise<void> {
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
  }

  async disable(account: Account): Promise<void> {
    await this.deps.accounts.eraseReference(account.id);
  }

  /** @returns the account's template, null without a face */
  reference(account: Account): Template | null {
    return account.reference && this.deps.vault.open(account.id, account.reference);
  }
}
