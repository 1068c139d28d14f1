import type { Passkey, PasskeyStore, SignInFlow } from '../storage/port.js';
import { AuthError } from './auth-error.js';
import type { KnownDevices } from './known-devices.js';
import type { ChallengePurpose, PasskeyChallenges } from './passkey-challenges.js';
import { requireRecentAuthentication } from './recent-authentication.js';
import { type SecondFactor, needsSecondFactor } from './second-factor.js';
import type { SecurityEvents } from './security-event.js';
import type { AuthenticatedCaller, Sessions } from './sessions.js';
import type { SignedIn } from './sign-in-completion.js';
import type { AuthenticationResponseJSON, RegistrationResponseJSON, RelyingParty } from './webauthn.js';

/** Passkeys: a second factor that is not a face, and a way for a device to be known. */
export class Passkeys {
  constructor(
    private readonly deps: {
      readonly passkeys: PasskeyStore;
      readonly challenges: PasskeyChallenges;
      readonly relyingParty: RelyingParty;
      readonly secondFactor: SecondFactor;
      readonly devices: KnownDevices;
      readonly sessions: Sessions;
      readonly events: SecurityEvents;
      readonly reauthenticationSeconds: number;
      readonly now: () => number;
    },
  ) {}

  list(accountId: string): Promise<Passkey[]> {
    return this.deps.passkeys.list(accountId);
  }

  /** What a browser needs to make one. @throws AuthError `reauthentication_required` */
  async registrationOptions(caller: AuthenticatedCaller) {
    this.#requireRecent(caller);
    const { account, session } = caller;
    const challenge = this.deps.challenges.issue(registrationOf(session.id));
    return this.deps.relyingParty.registrationOptions(account, await this.list(account.id), challenge);
  }

  /**
   * Binds a passkey to the account.
   *
   * @param name for its owner, 1…60 characters
   * @throws AuthError `reauthentication_required`, `passkey_rejected`, `passkey_in_use`, `too_many_passkeys`,
   *         `invalid_token` when the session ended meanwhile
   */
  async register(
    caller: AuthenticatedCaller,
    name: string,
    response: RegistrationResponseJSON,
  ): Promise<Passkey> {
    this.#requireRecent(caller);
    const { challenges, relyingParty, passkeys, now } = this.deps;
    const { account, session } = caller;
    const made = await relyingParty.verifyRegistration(response, (challenge) =>
      challenges.accept(challenge, registrationOf(session.id)),
    );
    if (!made) throw new AuthError('passkey_rejected');
    const passkey: Passkey = { ...made, name, createdAt: now(), lastUsedAt: null };
    const outcome = await passkeys.add(account.id, passkey, { sessionId: session.id, now: now() });
    if (outcome === 'duplicate') throw new AuthError('passkey_in_use');
    if (outcome === 'too_many') throw new AuthError('too_many_passkeys');
    if (outcome === 'refused') throw new AuthError('invalid_token');
    // As after enrolling a face: what the password alone has opened elsewhere ends.
    if (!needsSecondFactor(account)) await this.deps.sessions.revokeOthers(session);
    await this.#note('passkey_added', account.id, passkey.id);
    return passkey;
  }

  /** @throws AuthError `reauthentication_required`, `passkey_not_found` */
  async remove(caller: AuthenticatedCaller, id: string): Promise<void> {
    this.#requireRecent(caller);
    const { account } = caller;
    if (!(await this.deps.passkeys.remove(account.id, id))) throw new AuthError('passkey_not_found');
    await this.#note('passkey_removed', account.id, id);
  }

  /** What a browser needs to answer a sign-in with one. @throws AuthError as `SecondFactor.claim` */
  async signInOptions(verificationToken: string) {
    const flow = await this.deps.secondFactor.claim(verificationToken);
    const challenge = this.deps.challenges.issue(signInOf(flow));
    return this.deps.relyingParty.authenticationOptions(await this.list(flow.accountId), challenge);
  }

  /**
   * Completes a sign-in with a passkey.
   *
   * @throws AuthError `passkey_rejected`, `invalid_token`, `too_many_attempts`
   */
  async signIn(verificationToken: string, response: AuthenticationResponseJSON): Promise<SignedIn> {
    const { secondFactor } = this.deps;
    const flow = await secondFactor.claim(verificationToken);
    const check = async () => (await this.#accept(response, signInOf(flow))) === flow.accountId;
    return secondFactor.complete(flow, 'pop', check, 'passkey_rejected');
  }

  /** What a browser needs to show any of its passkeys. Says nothing about any account. */
  deviceOptions() {
    return this.deps.relyingParty.authenticationOptions(null, this.deps.challenges.issue(RECOGNITION));
  }

  /**
   * Makes the device known to the account of the passkey: strangers who fail to sign in do not keep its owner out.
   *
   * @returns the token for the device to keep
   * @throws AuthError `passkey_rejected`
   */
  async recogniseDevice(response: AuthenticationResponseJSON): Promise<string> {
    const { devices, events, secondFactor } = this.deps;
    const accountId = await this.#accept(response, RECOGNITION);
    if (accountId === null) throw new AuthError('passkey_rejected');
    await events.record({
      action: 'device_recognised',
      outcome: 'success',
      accountId,
      by: 'account',
      subject: response.id,
    });
    return devices.issue(await secondFactor.accountOf({ accountId }));
  }

  /** @returns the account of the passkey that has signed, null for one that is not to be accepted */
  async #accept(response: AuthenticationResponseJSON, purpose: ChallengePurpose): Promise<string | null> {
    const { challenges, passkeys, relyingParty, now } = this.deps;
    const found = await passkeys.find(response.id);
    if (!found) return null;
    const { accountId, passkey } = found;
    const counter = await relyingParty.verifyAuthentication(response, passkey, (challenge) =>
      challenges.accept(challenge, purpose),
    );
    if (counter === null) return null;
    // A counter that another use has moved on meanwhile is one of two authenticators with the same key.
    const used = await passkeys.use(accountId, passkey.id, passkey.counter, { counter, at: now() });
    return used ? accountId : null;
  }

  #requireRecent({ session }: AuthenticatedCaller): void {
    requireRecentAuthentication(session, this.deps.reauthenticationSeconds, this.deps.now());
  }

  async #note(action: 'passkey_added' | 'passkey_removed', accountId: string, id: string): Promise<void> {
    await this.deps.events.record({ action, outcome: 'success', accountId, by: 'account', subject: id });
  }
}

const RECOGNITION: ChallengePurpose = { ceremony: 'recognise', boundTo: '' };

function registrationOf(sessionId: string): ChallengePurpose {
  return { ceremony: 'register', boundTo: sessionId };
}

function signInOf({ id }: SignInFlow): ChallengePurpose {
  return { ceremony: 'sign_in', boundTo: id };
}
