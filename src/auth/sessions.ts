import type { Account, Session, SessionStore } from '../storage/port.js';
import { AuthError } from './auth-error.js';
import type { AuthenticationMethod } from './sign-in-flow.js';
import { type TokenSigner, hashTokenReference } from './tokens.js';

export interface AuthenticatedCaller {
  readonly account: Account;
  readonly session: Session;
}

/** Sessions and the authorization tokens that stand for them: a token dies with its session. */
export class Sessions {
  constructor(
    private readonly deps: {
      readonly sessions: SessionStore;
      readonly tokens: TokenSigner;
      readonly lifetimeSeconds: number;
      readonly now: () => number;
    },
  ) {}

  /**
   * @returns the authorization token of a new session
   * @throws AuthError `invalid_token` when there is no such account any more
   */
  async open(accountId: string, methods: readonly AuthenticationMethod[]): Promise<string> {
    const { token, session } = await this.#prepare(accountId, methods);
    if (!(await this.deps.sessions.insert(session))) throw new AuthError('invalid_token');
    return token;
  }

  /** @returns the token of a new session, null when the account has a face by now: a password is not enough then */
  async openByPassword(accountId: string): Promise<string | null> {
    const { token, session } = await this.#prepare(accountId, ['pwd']);
    return (await this.deps.sessions.insertUnlessFaceEnrolled(session)) ? token : null;
  }

  async #prepare(
    accountId: string,
    methods: readonly AuthenticationMethod[],
  ): Promise<{ token: string; session: Session }> {
    const { tokens, lifetimeSeconds } = this.deps;
    const now = this.deps.now();
    const { token, referenceHash, expiresAt } = await tokens.issue({
      accountId,
      methods,
      lifetimeSeconds,
      now,
    });
    return { token, session: { id: referenceHash, accountId, createdAt: now, expiresAt, methods } };
  }

  /** @throws AuthError `invalid_token` unless the token is genuine and its session lives */
  async authenticate(token: string): Promise<AuthenticatedCaller> {
    const claims = await this.deps.tokens.verify(token, this.deps.now());
    if (!claims) throw new AuthError('invalid_token');
    return this.find(claims.sub, hashTokenReference(claims.jti));
  }

  /** @throws AuthError `invalid_token` unless the session lives */
  async find(accountId: string, id: string): Promise<AuthenticatedCaller> {
    const caller = await this.deps.sessions.findLive(accountId, id, this.deps.now());
    if (!caller) throw new AuthError('invalid_token');
    return caller;
  }

  /** @throws AuthError `invalid_token` when another call has ended the session first */
  async revoke(session: Session): Promise<void> {
    if (!(await this.deps.sessions.delete(session.accountId, session.id)))
      throw new AuthError('invalid_token');
  }
}
