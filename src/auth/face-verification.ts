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
import type { AttemptLimits, TakeBack } from './attempt-limits.js';
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

/** A probe held against the account's reference. */
interface Comparison {
  readonly account: Account;
  readonly stored: BiometricReference;
  readonly score: number;
  /** Of the probe, and of all that accompanied it. */
  readonly match: boolean;
  readonly reference: Template;
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
    const made = await this.#attempt(flow, account, probe);
    if (!made.match) return this.#refuse(flow, made.isFlowEnded);
    await this.deps.secondFactor.pass(flow);
    const reference = (await this.#keepUp(made, made.probe)) ?? made.reference;
    return { ...(await this.complete(flow, { ...made, reference })), score: made.score };
  }

  /** Compares, and counts what does not match at the account and at the flow, whatever has become of that meanwhile. */
  async #attempt(flow: SignInFlow, account: Account, probe: CapturedProbe | null) {
    const { flows, limits, maxFaceFailures, now } = this.deps;
    let isFlowEnded = false;
    const matches: (Comparison & { readonly probe: CapturedProbe })[] = [];
    await limits.attemptFace(account, async () => {
      // Nothing is compared for one that has ended.
      await this.requireWaiting(flow);
      const compared = probe && (await this.#compare(flow, probe));
      if (probe && compared?.match === true) {
        matches.push({ ...compared, probe });
        return 'accepted';
      }
      isFlowEnded = (await flows.countFaceFailure(flow.id, now(), maxFaceFailures)) === null;
      await this.#note(flow, compared?.score ?? null, probe ? 'face_mismatch' : 'presentation_attack');
      return 'failed';
    });
    const [matched] = matches;
    return matched ? { ...matched, match: true as const } : { match: false as const, isFlowEnded };
  }

  /** @param isFlowEnded by another call, while this one was looking at its picture */
  async #refuse(flow: SignInFlow, isFlowEnded: boolean): Promise<never> {
    if (isFlowEnded) await this.deps.secondFactor.refuseEnded(flow);
    throw new AuthError('face_mismatch');
  }

  /**
   * Counts an attempt before it is made, for one that takes longer than a comparison.
   *
   * @returns takes it back
   * @throws AuthError `too_many_attempts`, `face_suspended`, `invalid_token`
   */
  async reserveAttempt(flow: BiometricClaim): Promise<TakeBack> {
    const { flows, maxFaceFailures } = this.deps;
    const { account } = await this.#claimed(flow);
    const takeBack = await this.deps.limits.reserveFace(account);
    const reserved = await flows.reserveFaceAttempt(flow.id, this.deps.now(), maxFaceFailures);
    // Noted as a failure like it is counted as one: whoever breaks off is not unseen.
    if (reserved) {
      await this.#note(flow, null, 'live_attempt');
      return async () => {
        await flows.takeBackFaceAttempt(flow.id, this.deps.now());
        await takeBack();
      };
    }
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
    const compared = await this.#compare(flow, probe, witnesses);
    const { match, score, account } = compared;
    if (!live || !match) {
      await this.#note(flow, score, live ? 'face_mismatch' : 'presentation_attack');
      throw new AuthError('face_mismatch');
    }
    await this.deps.secondFactor.pass(flow);
    return { account, score, reference: (await this.#keepUp(compared, probe)) ?? compared.reference };
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
  async #compare(
    flow: BiometricClaim,
    probe: CapturedProbe,
    witnesses: readonly Float32Array[] = [],
  ): Promise<Comparison> {
    const { account, stored } = await this.#claimed(flow);
    const { vault, threshold, witnessThreshold } = this.deps;
    const opened = await vault.open(account.id, stored).catch((error: unknown) => {
      throw error instanceof TemplateKeyLost ? new AuthError('reference_incompatible') : error;
    });
    const vector = opened.protectProbe(probe.template.vector);
    const { match, score } = decide({ ...probe.template, vector }, opened.template, threshold);
    const isOnePerson = witnesses.every(
      (features) =>
        cosineSimilarity(opened.protectProbe(features), opened.template.vector) >= witnessThreshold.cosine,
    );
    return { account, stored, score, match: match && isOnePerson, reference: opened.template };
  }

  /** Once the sign-in is passed, and not before. @returns the new reference, null where the one in use stays */
  #keepUp({ account, stored, score }: Comparison, probe: CapturedProbe): Promise<Template | null> {
    return this.deps.upkeep.matched(account.id, stored, { ...probe, score });
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
