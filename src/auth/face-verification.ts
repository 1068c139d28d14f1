import type {
  BiometricSample,
  EngineBusy,
  FaceCapturer,
  FailureToAcquire,
  Template,
} from '../face/capture.js';
import { type DecisionThreshold, cosineSimilarity, decide } from '../face/comparison.js';
import type {
  Account,
  AccountStore,
  BiometricReference,
  SignInFlow,
  SignInFlowStore,
} from '../storage/port.js';
import type { AttemptLimits } from './attempt-limits.js';
import { AuthError } from './auth-error.js';
import { type LivenessPolicy, requireStillsAllowed } from './liveness-policy.js';
import type { ReferenceUpkeep } from './reference-upkeep.js';
import type { SecondFactor } from './second-factor.js';
import type { SecurityEvents } from './security-event.js';
import type { SignInCompletion, SignedIn } from './sign-in-completion.js';
import { TemplateKeyLost, type TemplateVault } from './template-vault.js';

/** The claim that the face to come is that of the account behind a sign-in attempt which waits for it. */
export type BiometricClaim = SignInFlow;

export type Verified = {
  readonly outcome: 'verified';
  readonly reference: Template;
} & SignedIn;

export type VerificationOutcome = (Verified & { readonly score: number }) | FailureToAcquire | EngineBusy;

/** A probe, and how good it is as one. */
interface CapturedProbe {
  readonly template: Template;
  readonly qualityScore: number;
}

/** A face that matches, before there is a session. */
export interface FaceMatch {
  readonly account: Account;
  /** Null where it was noted down elsewhere. */
  readonly score: number | null;
  readonly reference: Template;
}

/** Completes a sign-in with a face that matches the account's reference. */
export class FaceVerification {
  constructor(
    private readonly deps: {
      readonly accounts: AccountStore;
      readonly flows: SignInFlowStore;
      readonly secondFactor: SecondFactor;
      readonly completion: SignInCompletion;
      readonly limits: AttemptLimits;
      readonly events: SecurityEvents;
      readonly upkeep: ReferenceUpkeep;
      readonly capturer: FaceCapturer;
      readonly vault: TemplateVault;
      readonly threshold: DecisionThreshold;
      /** For single frames of a live session. */
      readonly witnessThreshold: DecisionThreshold;
      readonly maxFaceFailures: number;
      readonly liveness: LivenessPolicy;
      readonly now: () => number;
    },
  ) {}

  /**
   * As `claim`, for a single picture.
   *
   * @throws AuthError also `live_verification_required`
   */
  async claimForStill(token: string): Promise<BiometricClaim> {
    const claim = await this.claim(token);
    requireStillsAllowed(this.deps.liveness);
    return claim;
  }

  /**
   * Checks a verification token before anything costly is done for its bearer.
   *
   * @throws AuthError `invalid_token` when the token is not ours, expired or spent, or there is no face any
   *         more; `too_many_attempts`; `face_suspended`; `reference_incompatible`
   */
  async claim(token: string): Promise<BiometricClaim> {
    return this.#withFace(await this.deps.secondFactor.claim(token));
  }

  /** As `claim`, for what stands for a verification token. @param id of the stored flow */
  async claimById(id: string): Promise<BiometricClaim> {
    return this.#withFace(await this.deps.secondFactor.claimById(id));
  }

  async #withFace(flow: SignInFlow): Promise<BiometricClaim> {
    const { account } = await this.#claimed(flow);
    await this.deps.limits.requireFaceAttempt(account);
    return flow;
  }

  /**
   * A sample that gives no template costs nothing: only comparisons and presentation attacks are counted. They
   * are decided at the moment they are written, so a burst of concurrent guesses has no more attempts than a
   * queue of them.
   *
   * @throws AuthError `face_mismatch`, `too_many_attempts`, `face_suspended`, `invalid_token`,
   *         `reference_incompatible`
   */
  async verify(flow: BiometricClaim, sample: BiometricSample): Promise<VerificationOutcome> {
    const capture = await this.deps.capturer.capture(sample, 'verification');
    if (capture.outcome !== 'captured' && capture.outcome !== 'presentation_attack') return capture;
    // From outside the same as a face that does not match: whoever tries pictures learns nothing from it.
    const probe = capture.outcome === 'captured' ? capture : null;
    const account = await this.deps.secondFactor.accountOf(flow);
    const matched: (FaceMatch & { readonly score: number })[] = [];
    await this.deps.limits.attemptFace(account, async () => {
      const compared = probe && (await this.#compare(flow, probe));
      if (compared?.match === true) matched.push(compared);
      else await this.#reject(flow, compared?.score ?? null, probe ? 'face_mismatch' : 'presentation_attack');
      return matched.length > 0 ? 'accepted' : 'failed';
    });
    const [match] = matched;
    if (!match) throw new AuthError('face_mismatch');
    await this.deps.secondFactor.pass(flow);
    return { ...(await this.complete(flow, match)), score: match.score };
  }

  /**
   * Counts an attempt before it is made, for one that takes longer than a comparison.
   *
   * @throws AuthError `too_many_attempts`, `face_suspended`, `invalid_token`
   */
  async reserveAttempt(flow: BiometricClaim): Promise<void> {
    const { flows, maxFaceFailures } = this.deps;
    const { account } = await this.#claimed(flow);
    await this.deps.limits.reserveFace(account);
    const reserved = await flows.reserveFaceAttempt(flow.id, this.deps.now(), maxFaceFailures);
    if (reserved) return;
    await this.requireWaiting(flow);
    throw new AuthError('too_many_attempts');
  }

  /**
   * Passes the flow of an attempt that was reserved, without a session yet: `complete` opens it.
   *
   * @param witnesses features of further frames in which the same person has to be; turned and moving as they
   *        are, each is held against the loosest calibrated threshold only
   * @param live whether the session was found to be live; one that was not is refused here, after the comparison
   * @throws AuthError `face_mismatch`, which was counted when the attempt was reserved; as `verify`
   */
  async passReserved(
    flow: BiometricClaim,
    probe: CapturedProbe,
    witnesses: readonly Float32Array[],
    live: boolean,
  ): Promise<FaceMatch> {
    const { match, score, account, reference, strangers } = await this.#compare(flow, probe, witnesses);
    if (!live || !match || strangers > 0) {
      await this.#note(flow, score, live ? 'face_mismatch' : 'presentation_attack');
      throw new AuthError('face_mismatch');
    }
    await this.deps.secondFactor.pass(flow);
    return { account, score, reference };
  }

  /** Opens the session of a flow that was passed with this match. */
  async complete(flow: SignInFlow, { account, score, reference }: FaceMatch): Promise<Verified> {
    const signedIn = await this.deps.completion.complete(account, {
      methods: ['pwd', 'face'],
      action: 'sign_in_face',
      flow,
      ...(score === null ? {} : { scores: { similarity: score } }),
    });
    return { outcome: 'verified', reference, ...signedIn };
  }

  /** @throws AuthError unless the flow still waits for its face, and the face is still enrolled */
  async requireWaiting(flow: BiometricClaim): Promise<void> {
    await this.deps.secondFactor.requireWaiting(flow);
    await this.#claimed(flow);
  }

  /** Reads the reference after the picture, which may take its time: a face that was replaced or disabled meanwhile is gone. */
  async #compare(flow: BiometricClaim, probe: CapturedProbe, witnesses: readonly Float32Array[] = []) {
    const { account, stored } = await this.#claimed(flow);
    const { vault, threshold, witnessThreshold, upkeep } = this.deps;
    const opened = await vault.open(account.id, stored).catch((error: unknown) => {
      throw error instanceof TemplateKeyLost ? new AuthError('reference_incompatible') : error;
    });
    const vector = opened.protectProbe(probe.template.vector);
    const decision = decide({ ...probe.template, vector }, opened.template, threshold);
    const strangers = witnesses.filter(
      (features) =>
        cosineSimilarity(opened.protectProbe(features), opened.template.vector) < witnessThreshold.cosine,
    ).length;
    const accepted = decision.match && strangers === 0;
    const reference = accepted
      ? await upkeep.matched(account.id, stored, { ...probe, score: decision.score })
      : null;
    return { account, strangers, ...decision, reference: reference ?? opened.template };
  }

  /** The account behind the flow and its reference, still sealed, which must be one that can be compared. */
  async #claimed(flow: SignInFlow): Promise<{ account: Account; stored: BiometricReference }> {
    const account = await this.deps.secondFactor.accountOf(flow);
    // The face may have been disabled since the sign-in: then there is nothing left to claim.
    if (!account.reference) throw new AuthError('invalid_token');
    if (account.reference.modelId !== this.deps.capturer.modelId) {
      throw new AuthError('reference_incompatible');
    }
    return { account, stored: account.reference };
  }

  /** Counts a failure of the flow beside that of the account. */
  async #reject(flow: SignInFlow, score: number | null, reason: string): Promise<void> {
    const { flows, maxFaceFailures, now } = this.deps;
    const counted = await flows.countFaceFailure(flow.id, now(), maxFaceFailures);
    if (!counted) await this.deps.secondFactor.refuseEnded(flow);
    await this.#note(flow, score, reason);
  }

  async #note(flow: SignInFlow, score: number | null, reason: string): Promise<void> {
    await this.deps.events.record({
      action: 'sign_in_face',
      outcome: 'failure',
      accountId: flow.accountId,
      by: 'account',
      reason,
      flow,
      ...(score === null ? {} : { scores: { similarity: score } }),
    });
  }
}
