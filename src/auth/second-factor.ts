import type {
  Account,
  AccountStore,
  RecoveryCodeStore,
  SignInFlow,
  SignInFlowStore,
} from '../storage/port.js';
import type { AttemptLimits } from './attempt-limits.js';
import { AuthError, type AuthErrorCode } from './auth-error.js';
import type { SecurityEvents } from './security-event.js';
import type { SignInCompletion, SignedIn } from './sign-in-completion.js';
import { type SignInStatus, advance } from './sign-in-flow.js';
import { type TokenSigner, hashTokenReference } from './tokens.js';

/** What a sign-in that has passed the password may be completed with. */
export type SecondFactorKind = 'face' | 'passkey' | 'recovery_code';

const ALTERNATIVES = {
  pop: 'sign_in_passkey',
  otp: 'sign_in_recovery_code',
} as const;

/** Whether a password alone does not sign in. The stores ask the same when they open a session. */
export function needsSecondFactor(account: Account): boolean {
  return account.reference !== null || account.hasPasskeys || account.secondFactorOwed;
}

/** Sign-in attempts that have passed the password, and their completion with something else than a face. */
export class SecondFactor {
  constructor(
    private readonly deps: {
      readonly accounts: AccountStore;
      readonly flows: SignInFlowStore;
      readonly recoveryCodes: RecoveryCodeStore;
      readonly verificationTokens: TokenSigner;
      readonly limits: AttemptLimits;
      readonly completion: SignInCompletion;
      readonly events: SecurityEvents;
      readonly maxFaceFailures: number;
      readonly now: () => number;
    },
  ) {}

  /**
   * Checks a verification token before anything costly is done for its bearer.
   *
   * @throws AuthError `invalid_token` when the token is not ours, expired or spent; `too_many_attempts`
   */
  async claim(token: string): Promise<SignInFlow> {
    const claims = this.deps.verificationTokens.verify(token, this.deps.now());
    if (!claims) throw new AuthError('invalid_token');
    const flow = await this.claimById(hashTokenReference(claims.jti));
    if (flow.accountId !== claims.sub) throw new AuthError('invalid_token');
    return flow;
  }

  /** As `claim`, for what stands for a verification token. @param id of the stored flow */
  async claimById(id: string): Promise<SignInFlow> {
    const flow = await this.deps.flows.find(id);
    if (!flow) throw new AuthError('invalid_token');
    const { maxFaceFailures } = this.deps;
    const status = statusOf(flow, this.deps.now(), maxFaceFailures);
    // Attempts that are reserved leave the flow waiting for their own success, but nothing for anybody else.
    requireAwaitingFace(advance(status, { type: 'reserved_attempt_failed' }, maxFaceFailures));
    return flow;
  }

  /** @throws AuthError unless the flow still waits for its second factor, if only for an attempt that is under way */
  async requireWaiting({ id }: SignInFlow): Promise<void> {
    const flow = await this.deps.flows.find(id);
    if (!flow) throw new AuthError('invalid_token');
    requireAwaitingFace(statusOf(flow, this.deps.now(), this.deps.maxFaceFailures));
  }

  /** @throws AuthError `invalid_token` when there is no such account any more */
  async accountOf({ accountId }: Pick<SignInFlow, 'accountId'>): Promise<Account> {
    const account = await this.deps.accounts.findById(accountId);
    if (!account) throw new AuthError('invalid_token');
    return account;
  }

  /** What the account has to complete the sign-in with. A face that cannot be compared any more is none. */
  async kindsOf(flow: SignInFlow, modelId: string): Promise<SecondFactorKind[]> {
    const account = await this.accountOf(flow);
    const { limits, recoveryCodes } = this.deps;
    const kinds: SecondFactorKind[] = [];
    const isComparable = account.reference?.modelId === modelId;
    if (isComparable && !(await limits.isFaceSuspended(account.id))) kinds.push('face');
    if (account.hasPasskeys) kinds.push('passkey');
    if ((await recoveryCodes.remaining(account.id)) > 0) kinds.push('recovery_code');
    return kinds;
  }

  /**
   * Completes the sign-in with a passkey or a recovery code. What fails is counted where failed faces are.
   *
   * @param refusal what a check that fails is refused with
   * @throws AuthError `refusal`, `invalid_token`, `too_many_attempts`
   */
  async complete(
    flow: SignInFlow,
    method: 'pop' | 'otp',
    check: () => Promise<boolean>,
    refusal: AuthErrorCode,
  ): Promise<SignedIn> {
    const account = await this.accountOf(flow);
    const action = ALTERNATIVES[method];
    const target = { email: account.email, accountId: account.id };
    const verdict = await this.deps.limits.attempt(target, async () =>
      (await check()) ? 'accepted' : 'failed',
    );
    if (verdict === 'failed') {
      await this.deps.events.record({
        action,
        outcome: 'failure',
        accountId: account.id,
        by: 'account',
        reason: refusal,
        flow,
      });
      throw new AuthError(refusal);
    }
    await this.pass(flow);
    return this.deps.completion.complete(account, { methods: ['pwd', method], action, flow });
  }

  /**
   * Burns the flow, before there is a session: of concurrent completions exactly one gets through.
   *
   * @throws AuthError `invalid_token`, `too_many_attempts`
   */
  async pass(flow: SignInFlow): Promise<void> {
    if (await this.deps.flows.pass(flow.id, this.deps.now())) return;
    await this.refuseEnded(flow);
  }

  /** For a flow that another call ended meanwhile. @throws AuthError `too_many_attempts`, `invalid_token` */
  async refuseEnded({ id }: SignInFlow): Promise<never> {
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
      ? { state: 'passed', methods: ['pwd'] }
      : flow.state === 'locked'
        ? { state: 'locked' }
        : { state: 'awaiting_face', faceFailures: flow.faceFailures };
  return flow.expiresAt <= now ? advance(status, { type: 'timed_out' }, maxFaceFailures) : status;
}
