import type {
  BiometricSample,
  EngineBusy,
  FaceCapturer,
  FailureToAcquire,
  Template,
} from '../face/capture.js';
import { type DecisionThreshold, decide } from '../face/comparison.js';
import type {
  Account,
  AccountStore,
  BiometricReference,
  SignInFlow,
  SignInFlowStore,
} from '../storage/port.js';
import { AuthError } from './auth-error.js';
import type { Sessions } from './sessions.js';
import { type SignInStatus, advance } from './sign-in-flow.js';
import type { SignedIn } from './sign-up.js';
import type { TemplateVault } from './template-vault.js';
import { type TokenSigner, hashTokenReference } from './tokens.js';

/** The claim that the face to come is that of the account behind a sign-in attempt which waits for it. */
export type BiometricClaim = SignInFlow;

export type VerificationOutcome =
  | ({ readonly outcome: 'verified'; readonly score: number; readonly reference: Template } & SignedIn)
  | FailureToAcquire
  | EngineBusy;

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
      readonly maxFaceFailures: number;
      readonly now: () => number;
    },
  ) {}

  /**
   * Checks a verification token before anything costly is done for its bearer.
   *
   * @throws AuthError `invalid_token` when the token is not ours, expired or spent, or there is no face any
   *         more; `too_many_attempts`; `reference_incompatible`
   */
  async claim(token: string): Promise<BiometricClaim> {
    const now = this.deps.now();
    const claims = await this.deps.verificationTokens.verify(token, now);
    const flow = claims && (await this.deps.flows.find(hashTokenReference(claims.jti)));
    if (!flow || flow.accountId !== claims.sub) throw new AuthError('invalid_token');
    this.#requireWaiting(statusOf(flow, now, this.deps.maxFaceFailures));
    await this.#claimed(flow);
    return flow;
  }

  /**
   * A sample that gives no template costs nothing: only comparisons are counted. They are decided at the
   * moment they are written, so a burst of concurrent guesses has no more attempts than a queue of them.
   *
   * @throws AuthError `face_mismatch`, `too_many_attempts`, `invalid_token`, `reference_incompatible`
   */
  async verify(flow: BiometricClaim, sample: BiometricSample): Promise<VerificationOutcome> {
    const capture = await this.deps.capturer.capture(sample, 'verification');
    if (capture.outcome !== 'captured') return capture;

    // Read after the picture, which may take its time: a face that was replaced or disabled meanwhile is gone.
    const { account, stored } = await this.#claimed(flow);
    const reference = this.deps.vault.open(account.id, stored);
    const { match, score } = decide(capture.template, reference, this.deps.threshold);
    if (!match) return this.#reject(flow);

    // The flow is burned before the session is made: of concurrent matches exactly one gets here.
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
    if (flow) this.#requireWaiting(statusOf(flow, this.deps.now(), this.deps.maxFaceFailures));
    throw new AuthError('invalid_token');
  }

  #requireWaiting({ state }: SignInStatus): void {
    if (state === 'locked') throw new AuthError('too_many_attempts');
    if (state !== 'awaiting_face') throw new AuthError('invalid_token');
  }
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
