import type { Account } from '../storage/port.js';
import type { AttemptLimits } from './attempt-limits.js';
import type { KnownDevices } from './known-devices.js';
import type { SecurityAction, SecurityEvents } from './security-event.js';
import type { OpenedSession, Sessions } from './sessions.js';
import type { AuthenticationMethod } from './sign-in-flow.js';

export interface SignedIn extends OpenedSession {
  readonly account: Account;
  /** For the device to be known again; null when it is known already. */
  readonly deviceToken: string | null;
}

/** What every completed sign-in has in common, whatever completed it. */
export class SignInCompletion {
  constructor(
    private readonly deps: {
      readonly sessions: Sessions;
      readonly limits: AttemptLimits;
      readonly devices: KnownDevices;
      readonly events: SecurityEvents;
    },
  ) {}

  /**
   * Opens the session.
   *
   * @throws AuthError `invalid_token` when there is no such account any more
   */
  async complete(
    account: Account,
    done: {
      readonly methods: readonly AuthenticationMethod[];
      readonly action: SecurityAction;
      readonly flow?: { readonly id: string; readonly expiresAt: number };
      readonly scores?: { readonly similarity: number };
    },
  ): Promise<SignedIn> {
    return this.welcome(account, await this.deps.sessions.open(account.id, done.methods), done);
  }

  /** For a session that has been opened. */
  async welcome(
    account: Account,
    opened: OpenedSession,
    { action, flow, scores }: Omit<Parameters<SignInCompletion['complete']>[1], 'methods'>,
  ): Promise<SignedIn> {
    const { limits, devices, events } = this.deps;
    const isKnown = (await devices.current(account.id)) !== null;
    await limits.complete(account, { byFace: action === 'sign_in_face' });
    await events.record({
      action,
      outcome: 'success',
      accountId: account.id,
      by: 'account',
      ...(isKnown ? {} : { reason: 'unknown_device' }),
      ...(flow === undefined ? {} : { flow }),
      ...(scores === undefined ? {} : { scores }),
    });
    return { ...opened, account, deviceToken: isKnown ? null : await devices.issue(account) };
  }
}
