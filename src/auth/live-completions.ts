import type { SignInFlow, SignInFlowStore, TicketStore } from '../storage/port.js';
import { AuthError } from './auth-error.js';
import type { FaceEnrolment } from './face-enrolment.js';
import type { FaceMatch } from './face-verification.js';
import type { SecondFactor } from './second-factor.js';
import { type TokenSigner, hashTokenReference } from './tokens.js';

const LIFETIME_SECONDS = 30;

/**
 * What a passed live session gives a browser that keeps its tokens in cookies: no socket can set one. It is worth a
 * session only together with the verification token of the same sign-in, which no script of the page can read.
 */
export class LiveCompletions {
  constructor(
    private readonly deps: {
      readonly completions: TokenSigner;
      readonly verificationTokens: TokenSigner;
      readonly tickets: TicketStore;
      readonly flows: SignInFlowStore;
      readonly secondFactor: SecondFactor;
      readonly enrolment: FaceEnrolment;
      readonly now: () => number;
    },
  ) {}

  async issue(flow: SignInFlow, { account }: FaceMatch): Promise<string> {
    const { token } = this.deps.completions.issue({
      accountId: account.id,
      methods: ['pwd', 'face'],
      lifetimeSeconds: LIFETIME_SECONDS,
      now: this.deps.now(),
      live: { bound_to: flow.id },
    });
    return token;
  }

  /** @throws AuthError `invalid_token` */
  async redeem(
    verificationToken: string,
    completion: string,
  ): Promise<{ flow: SignInFlow; matched: FaceMatch }> {
    const { completions, verificationTokens, tickets, flows, secondFactor, enrolment, now } = this.deps;
    const claims = completions.verify(completion, now());
    const verification = verificationTokens.verify(verificationToken, now());
    if (!claims || !verification) throw new AuthError('invalid_token');
    const flowId = hashTokenReference(verification.jti);
    if (claims.bound_to !== flowId || claims.sub !== verification.sub) throw new AuthError('invalid_token');
    const flow = await flows.find(flowId);
    if (flow?.state !== 'passed') throw new AuthError('invalid_token');
    const isFirst = await tickets.spend(hashTokenReference(claims.jti), claims.exp * 1000);
    if (!isFirst) throw new AuthError('invalid_token');
    const account = await secondFactor.accountOf(flow);
    const reference = await enrolment.reference(account);
    if (!reference) throw new AuthError('invalid_token');
    return { flow, matched: { account, reference, score: null } };
  }
}
