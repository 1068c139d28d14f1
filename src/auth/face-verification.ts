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
import { AuthError } from './auth-error.js';
import { type LivenessPolicy, requireStillsAllowed } from './liveness-policy.js';
import type { Sessions } from './sessions.js';
import { type SignInStatus, advance } from './sign-in-flow.js';
import type { SignedIn } from './sign-up.js';
import type { TemplateVault } from './template-vault.js';
import { type TokenSigner, hashTokenReference } from './tokens.js';

/** The claim that the face to come is that of the account behind a sign-in attempt which waits for it. */
export type BiometricClaim = SignInFlow;

export type Verified = {
  readonly outcome: 'verified';
  readonly score: number;
  readonly reference: Template;
} & SignedIn;

export type VerificationOutcome = Verified | FailureToAcquire | EngineBusy;

/** Completes a sign-in with a face that matches the account's reference. */
export class FaceVerification {
  constructor(
    private readonly deps: {
      readonly accounts: AccountStore;
      readonly flows: SignInFlowStore;
      readonly sessions: Sessions;
      readonly verificationTokens: TokenSigner;
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
   *         more; `too_many_attempts`; `reference_incompatible`
   */
  async claim(token: string): Promise<BiometricClaim> {
    const claims = await this.deps.verificationTokens.verify(token, this.deps.now());
    if (!claims) throw new AuthError('invalid_token');
    const flow = await this.claimById(hashTokenReference(claims.jti));
    if (flow.accountId !== claims.sub) throw new AuthError('invalid_token');
    return flow;
  }

  /** As `claim`, for what stands for a verification token. @param id of the stored flow */
  async claimById(id: string): Promise<BiometricClaim> {
    const flow = await this.deps.flows.find(id);
    if (!flow) throw new AuthError('invalid_token');
    const { maxFaceFailures } = this.deps;
    const status = statusOf(flow, this.deps.now(), maxFaceFailures);
    // Attempts that are reserved leave the flow waiting for their own success, but nothing for anybody else.
    requireAwaitingFace(advance(status, { type: 'reserved_attempt_failed' }, maxFaceFailures));
    await this.#claimed(flow);
    return flow;
  }

  /**
   * A sample that gives no template costs nothing: only comparisons and presentation attacks are counted. They
   * are decided at the moment they are written, so a burst of concurrent guesses has no more attempts than a
   * queue of them.
   *
   * @throws AuthError `face_mismatch`, `too_many_attempts`, `invalid_token`, `reference_incompatible`
   */
  async verify(flow: BiometricClaim, sample: BiometricSample): Promise<VerificationOutcome> {
    const capture = await this.deps.capturer.capture(sample, 'verification');
    // From outside the same as a face that does not match: whoever tries pictures learns nothing from it.
    if (capture.outcome === 'presentation_attack') return this.#reject(flow);
    if (capture.outcome !== 'captured') return capture;
    const compared = await this.#compare(flow, capture.template);
    return compared.match ? this.#pass(flow, compared) : this.#reject(flow);
  }

  /**
   * Counts an attempt before it is made, for one that takes longer than a comparison.
   *
   * @throws AuthError `too_many_attempts`, `invalid_token`
   */
  async reserveAttempt(flow: BiometricClaim): Promise<void> {
    const { flows, maxFaceFailures } = this.deps;
    const reserved = await flows.reserveFaceAttempt(flow.id, this.deps.now(), maxFaceFailures);
    if (reserved) return;
    await this.requireWaiting(flow);
    throw new AuthError('too_many_attempts');
  }

  /**
   * @param witnesses features of further frames in which the same person has to be; turned and moving as they
   *        are, each is held against the loosest calibrated threshold only
   * @param live whether the session was found to be live; one that was not is refused here, after the comparison
   * @throws AuthError `face_mismatch`, which was counted when the attempt was reserved; as `verify`
   */
  async completeReserved(
    flow: BiometricClaim,
    template: Template,
    witnesses: readonly Float32Array[],
    live: boolean,
  ): Promise<Verified> {
    const compared = await this.#compare(flow, template);
    const { witnessThreshold } = this.deps;
    const strangers = witnesses.filter(
      (features) => cosineSimilarity(features, compared.reference.vector) < witnessThreshold.cosine,
    );
    if (!live || !compared.match || strangers.length > 0) throw new AuthError('face_mismatch');
    return this.#pass(flow, compared);
  }

  /** @throws AuthError unless the flow still waits for its face, and the face is still enrolled */
  async requireWaiting({ id }: BiometricClaim): Promise<void> {
    const flow = await this.deps.flows.find(id);
    if (!flow) throw new AuthError('invalid_token');
    requireAwaitingFace(statusOf(flow, this.deps.now(), this.deps.maxFaceFailures));
    await this.#claimed(flow);
  }

  /** Reads the reference after the picture, which may take its time: a face that was replaced or disabled meanwhile is gone. */
  async #compare(flow: BiometricClaim, probe: Template) {
    const { account, stored } = await this.#claimed(flow);
    const reference = this.deps.vault.open(account.id, stored);
    return { account, reference, ...decide(probe, reference, this.deps.threshold) };
  }

  /** The flow is burned before the session is made: of concurrent matches exactly one gets through. */
  async #pass(
    flow: BiometricClaim,
    { account, reference, score }: { account: Account; reference: Template; score: number },
  ): Promise<Verified> {
    if (!(await this.deps.flows.pass(flow.id, this.deps.now()))) return this.#refuseEnded(flow);
    const token = await this.deps.sessions.open(account.id, ['pwd', 'face']);
    return { outcome: 'verified', score, reference, account, token };
  }

  /** The account behind the flow and its reference, still sealed, which must be one that can be compared. */
  async #claimed({ accountId }: SignInFlow): Promise<{ account: Account; stored: BiometricReference }> {
    const account = await this.deps.accounts.findById(accountId);
    // The face may have been disabled since the sign-in: then there is nothing left to claim.
    if (!account?.reference) throw new AuthError('invalid_token');
    if (account.reference.modelId !== this.deps.capturer.modelId) {
      throw new AuthError('reference_incompatible');
    }
    return { account, stored: account.reference };
  }

  async #reject(flow: SignInFlow): Promise<never> {
    const now = this.deps.now();
    const counted = await this.deps.flows.countFaceFailure(flow.id, now, this.deps.maxFaceFailures);
    if (!counted) return this.#refuseEnded(flow);
    throw new AuthError('face_mismatch');
  }

  /** Another call ended the flow while this one was looking at its picture. */
  async #refuseEnded({ id }: SignInFlow): Promise<never> {
    const flow = await this.deps.flows.find(id);
    if (flow) requireAwaitingFace(statusOf(flow, this.deps.now(), this.deps.maxFaceFailures));
    throw new AuthError('invalid_token');
  }
}

function requireAwaitingFace({ state }: SignInStatus): void {
  if (state === 'locked') throw new AuthError('too_many_attempts');
  if (state !== 'awaiting_face') throw new AuthError('invalid_token');
}

/** The stored record as a status of the state machine at `now`. */
function statusOf(flow: SignInFlow, now: number, maxFaceFailures: number): SignInStatus {
  const status: SignInStatus =
    flow.state === 'passed'
      ? { state: 'passed', methods: ['pwd', 'face'] }
      : flow.state === 'locked'
        ? { state: 'locked' }
        : { state: 'awaiting_face', faceFailures: flow.faceFailures };
  return flow.expiresAt <= now ? advance(status, { type: 'timed_out' }, maxFaceFailures) : status;
}
