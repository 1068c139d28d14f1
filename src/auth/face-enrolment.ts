import type {
  BiometricSample,
  EngineBusy,
  FaceCapturer,
  FailureToAcquire,
  Template,
} from '../face/capture.js';
import type { Account, AccountStore, Session } from '../storage/port.js';
import type { AccountKeys } from './account-keys.js';
import type { AttemptLimits } from './attempt-limits.js';
import { AuthError } from './auth-error.js';
import type { Consents, GivenConsent } from './consent.js';
import { type LivenessPolicy, requireStillsAllowed } from './liveness-policy.js';
import { requireRecentAuthentication } from './recent-authentication.js';
import { needsSecondFactor } from './second-factor.js';
import type { SecurityEvents } from './security-event.js';
import type { AuthenticatedCaller, Sessions } from './sessions.js';
import { TemplateKeyLost, type TemplateVault } from './template-vault.js';

export type EnrolmentOutcome =
  { readonly outcome: 'enrolled'; readonly template: Template } | FailureToAcquire | EngineBusy;

/** Creates, replaces, reads and erases an account's biometric reference. */
export class FaceEnrolment {
  constructor(
    private readonly deps: {
      readonly accounts: AccountStore;
      readonly keys: AccountKeys;
      readonly capturer: FaceCapturer;
      readonly vault: TemplateVault;
      readonly limits: AttemptLimits;
      readonly sessions: Sessions;
      readonly consents: Consents;
      readonly events: SecurityEvents;
      readonly liveness: LivenessPolicy;
      readonly reauthenticationSeconds: number;
      readonly now: () => number;
    },
  ) {}

  /** @throws AuthError `reauthentication_required`; `live_verification_required` when a single picture is not accepted for an enrolment */
  requireStillsAllowed({ session }: AuthenticatedCaller): void {
    this.#requireRecent(session);
    requireStillsAllowed(this.deps.liveness);
  }

  /**
   * @param consent that came along with the request, if any
   * @throws AuthError `reauthentication_required`, `consent_required`
   */
  async requireAllowed(
    { account, session }: AuthenticatedCaller,
    consent: GivenConsent | null,
  ): Promise<void> {
    this.#requireRecent(session);
    await this.deps.consents.require(account, consent);
  }

  #requireRecent(session: Session): void {
    requireRecentAuthentication(session, this.deps.reauthenticationSeconds, this.deps.now());
  }

  /**
   * A refused sample leaves the earlier reference as it was.
   *
   * @param consent that came along with the sample, if any
   * @throws AuthError `reauthentication_required`, `consent_required`; `presentation_attack`; `enrolment_superseded`
   *         when, while the picture was being sent and read, the caller's session ended or the account's face was
   *         erased: neither a revoked token nor a withdrawn consent may be overtaken by an upload that was held back
   */
  async enrol(
    caller: AuthenticatedCaller,
    sample: BiometricSample,
    consent: GivenConsent | null,
  ): Promise<EnrolmentOutcome> {
    await this.requireAllowed(caller, consent);
    const capture = await this.deps.capturer.capture(sample, 'enrolment');
    if (capture.outcome === 'presentation_attack') return this.refuseAttack(caller.account);
    if (capture.outcome !== 'captured') return capture;
    return { outcome: 'enrolled', template: await this.store(caller, capture) };
  }

  /** @throws AuthError `presentation_attack`, which is noted */
  async refuseAttack(account: Account): Promise<never> {
    await this.#note(account, { outcome: 'failure', reason: 'presentation_attack' });
    throw new AuthError('presentation_attack');
  }

  /** @throws AuthError `consent_required` */
  async requireConsent(account: Account): Promise<void> {
    await this.deps.consents.require(account, null);
  }

  /**
   * Makes a template that has been captured the account's reference.
   *
   * @returns the reference as it is known outside: under its transform
   * @throws AuthError `enrolment_superseded`
   */
  async store(
    { account, session }: AuthenticatedCaller,
    { template, qualityScore }: { readonly template: Template; readonly qualityScore: number },
  ): Promise<Template> {
    const { accounts, limits, vault } = this.deps;
    const { ciphertext, protectedTemplate } = await vault.protect(account.id, template);
    const now = this.deps.now();
    const stored = await accounts.putReference(
      account.id,
      {
        modelId: template.modelId,
        ciphertext,
        qualityScore,
        createdAt: now,
        lastUsedAt: now,
        renewalDue: false,
      },
      { sessionId: session.id, referenceErasures: account.referenceErasures, now },
    );
    if (!stored) throw new AuthError('enrolment_superseded');
    await limits.restoreFace(account.id);
    // A session that a password alone has opened elsewhere must not outlive that it was enough.
    if (!needsSecondFactor(account)) await this.deps.sessions.revokeOthers(session);
    await this.#note(account, { outcome: 'success' });
    return protectedTemplate;
  }

  /** @throws AuthError `reauthentication_required` */
  async disable({ account, session }: AuthenticatedCaller): Promise<void> {
    this.#requireRecent(session);
    // The key first: whatever is left of the template after a fault in between is noise.
    await this.deps.keys.shred(account.id);
    // An account whose face was taken away is not opened to its password by taking away nothing.
    await this.deps.accounts.eraseReference(account.id, account.secondFactorOwed);
    await this.deps.events.record({
      action: 'face_disabled',
      outcome: 'success',
      accountId: account.id,
      by: 'account',
    });
  }

  /** @returns the account's template under its transform, null without a face, or with one that cannot be opened any more */
  async reference(account: Account): Promise<Template | null> {
    if (!account.reference) return null;
    try {
      return (await this.deps.vault.open(account.id, account.reference)).template;
    } catch (error) {
      if (error instanceof TemplateKeyLost) return null;
      throw error;
    }
  }

  async #note(
    { id }: Account,
    result: { readonly outcome: 'success' | 'failure'; readonly reason?: string },
  ): Promise<void> {
    await this.deps.events.record({ action: 'face_enrolled', accountId: id, by: 'account', ...result });
  }
}
