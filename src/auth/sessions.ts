import type { Account, Session, SessionStore } from '../storage/port.js';
import { AuthError } from './auth-error.js';
import type { RequestOrigins } from './request-origin.js';
import type { SecurityEvents } from './security-event.js';
import type { AuthenticationMethod } from './sign-in-flow.js';
import { type TokenClaims, type TokenSigner, hashTokenReference } from './tokens.js';

export interface AuthenticatedCaller {
  readonly account: Account;
  readonly session: Session;
}

/** A session and the authorization token that stands for it. */
export interface OpenedSession {
  readonly token: string;
  readonly session: Session;
}

/** So long a replaced token is still taken: a call that was under way, or another tab, has not heard of the new one. */
const REPLACED_TOKEN_MS = 10_000;
/** That a session is in use is written down no more often: each time is a write. */
const TOUCH_MS = 60_000;

/** Sessions and the authorization tokens that stand for them: a token dies with its session. */
export class Sessions {
  constructor(
    private readonly deps: {
      readonly sessions: SessionStore;
      readonly tokens: TokenSigner;
      readonly lifetimeSeconds: number;
      readonly idleSeconds: number;
      readonly origins: RequestOrigins;
      readonly events: SecurityEvents;
      readonly now: () => number;
    },
  ) {}

  /** @throws AuthError `invalid_token` when there is no such account any more */
  async open(accountId: string, methods: readonly AuthenticationMethod[]): Promise<OpenedSession> {
    const opened = await this.#prepare(accountId, methods);
    if (!(await this.deps.sessions.insert(opened.session))) throw new AuthError('invalid_token');
    return opened;
  }

  /** @returns null when the account has a second factor by now, or owes one: a password is not enough then */
  async openByPassword(accountId: string): Promise<OpenedSession | null> {
    const opened = await this.#prepare(accountId, ['pwd']);
    return (await this.deps.sessions.insertByPasswordAlone(opened.session)) ? opened : null;
  }

  /** @param earlier session that it goes on with */
  async #prepare(
    accountId: string,
    methods: readonly string[],
    earlier: Session | null = null,
  ): Promise<OpenedSession> {
    const { tokens, origins } = this.deps;
    const now = this.deps.now();
    const createdAt = earlier?.createdAt ?? now;
    const lifetimeSeconds = earlier ? remainingSeconds(earlier, now) : this.deps.lifetimeSeconds;
    const { token, referenceHash, expiresAt } = tokens.issue({
      accountId,
      methods,
      lifetimeSeconds,
      now,
      session: { id: null, authenticatedAt: createdAt },
    });
    const session: Session = {
      id: referenceHash,
      accountId,
      tokenHash: referenceHash,
      replaced: null,
      createdAt,
      lastUsedAt: now,
      expiresAt,
      methods,
      device: origins.current.device,
    };
    return { token, session };
  }

  /**
   * A token that was replaced is one that two hold, the person and a thief, whoever of them came first: its session
   * ends with it.
   *
   * @throws AuthError `invalid_token` unless the token is genuine, the one in use, and its session lives
   */
  async authenticate(token: string): Promise<AuthenticatedCaller> {
    const { caller } = await this.#read(token);
    if (this.#isTouchDue(caller.session)) {
      const { accountId, id } = caller.session;
      await this.deps.sessions.touch(accountId, id, this.deps.now());
    }
    return caller;
  }

  /** @throws AuthError `invalid_token` unless the session lives */
  async find(accountId: string, id: string): Promise<AuthenticatedCaller> {
    const caller = await this.deps.sessions.findLive(accountId, id, this.#at());
    if (!caller) throw new AuthError('invalid_token');
    return caller;
  }

  /**
   * Replaces the token of a session, whose end stays where it was.
   *
   * @throws AuthError `invalid_token`; `token_superseded` when another call has just done so
   */
  async refresh(token: string): Promise<OpenedSession> {
    const { caller, isReplaced } = await this.#read(token);
    if (isReplaced) throw new AuthError('token_superseded');
    return this.#renew(caller.session);
  }

  async #renew(session: Session): Promise<OpenedSession> {
    const { tokens, sessions } = this.deps;
    const now = this.deps.now();
    const { token, referenceHash } = tokens.issue({
      accountId: session.accountId,
      methods: session.methods,
      lifetimeSeconds: remainingSeconds(session, now),
      now,
      session: { id: session.id, authenticatedAt: session.createdAt },
    });
    const replacement = { tokenHash: referenceHash, at: now };
    if (!(await sessions.replaceToken(session.accountId, session.id, session.tokenHash, replacement))) {
      throw new AuthError('token_superseded');
    }
    await sessions.touch(session.accountId, session.id, now);
    return {
      token,
      session: {
        ...session,
        tokenHash: referenceHash,
        replaced: { tokenHash: session.tokenHash, at: now },
        lastUsedAt: now,
      },
    };
  }

  /**
   * Puts a new session in the place of this one, with its methods, its beginning and its end: every token of the old one
   * is worthless at once.
   *
   * @throws AuthError `invalid_token` when it has ended meanwhile
   */
  async reopen(session: Session): Promise<OpenedSession> {
    const { sessions } = this.deps;
    const opened = await this.#prepare(session.accountId, session.methods, session);
    if (!(await sessions.delete(session.accountId, session.id))) throw new AuthError('invalid_token');
    if (!(await sessions.insert(opened.session))) throw new AuthError('invalid_token');
    return opened;
  }

  /** @returns the account's sessions that live, the latest first */
  async list(accountId: string): Promise<Session[]> {
    return (await this.deps.sessions.list(accountId, this.#at())).reverse();
  }

  /** @throws AuthError `invalid_token` when another call has ended the session first */
  async revoke(session: Session): Promise<void> {
    if (!(await this.#end(session.accountId, session.id))) throw new AuthError('invalid_token');
  }

  /** @throws AuthError `session_not_found` for one that has ended, or is not the account's */
  async revokeById({ account }: AuthenticatedCaller, id: string): Promise<void> {
    if (!(await this.#end(account.id, id))) throw new AuthError('session_not_found');
  }

  /** Ends the session of a token, where there is one: what it is worth does not matter any more. */
  async discard(token: string): Promise<void> {
    const claims = this.deps.tokens.verify(token, this.deps.now());
    if (claims) await this.#end(claims.sub, claims.sid ?? hashTokenReference(claims.jti));
  }

  async #end(accountId: string, id: string): Promise<boolean> {
    if (!(await this.deps.sessions.delete(accountId, id))) return false;
    await this.deps.events.record({
      action: 'session_revoked',
      outcome: 'success',
      accountId,
      by: 'account',
      subject: id,
    });
    return true;
  }

  /** Ends all sessions of the account but this one. @returns how many */
  async revokeOthers({ accountId, id }: Session): Promise<number> {
    const ended = await this.deps.sessions.deleteOthers(accountId, id);
    if (ended > 0) {
      await this.deps.events.record({
        action: 'sessions_revoked',
        outcome: 'success',
        accountId,
        by: 'account',
      });
    }
    return ended;
  }

  async #read(token: string): Promise<{ caller: AuthenticatedCaller; isReplaced: boolean }> {
    const claims = this.deps.tokens.verify(token, this.deps.now());
    if (!claims) throw new AuthError('invalid_token');
    const tokenHash = hashTokenReference(claims.jti);
    const caller = await this.deps.sessions.findLive(claims.sub, claims.sid ?? tokenHash, this.#at());
    if (!caller) throw new AuthError('invalid_token');
    const { session } = caller;
    if (session.tokenHash === tokenHash) return { caller, isReplaced: false };
    const { replaced } = session;
    const isUnderWay =
      replaced?.tokenHash === tokenHash && this.deps.now() - replaced.at <= REPLACED_TOKEN_MS;
    if (isUnderWay) return { caller, isReplaced: true };
    return this.#endReused(claims, session);
  }

  async #endReused({ sub }: TokenClaims, { id }: Session): Promise<never> {
    // Of several calls with the same stolen token one ends the session and tells its owner.
    if (await this.deps.sessions.delete(sub, id)) {
      await this.deps.events.record({
        action: 'session_reused',
        outcome: 'failure',
        accountId: sub,
        by: 'account',
        subject: id,
      });
    }
    throw new AuthError('invalid_token');
  }

  #isTouchDue({ lastUsedAt }: Session): boolean {
    const pause = Math.min(TOUCH_MS, (this.deps.idleSeconds * 1000) / 10);
    return this.deps.now() - lastUsedAt >= pause;
  }

  #at(): { now: number; idleSince: number } {
    const now = this.deps.now();
    return { now, idleSince: now - this.deps.idleSeconds * 1000 };
  }
}

function remainingSeconds({ expiresAt }: Session, now: number): number {
  return Math.max(1, Math.floor((expiresAt - now) / 1000));
}
