import { createHash } from 'node:crypto';

import type { Account, AccountStore, Consent, ConsentStore } from '../storage/port.js';
import type { AccountKeys } from './account-keys.js';
import { AuthError } from './auth-error.js';
import { requireRecentAuthentication } from './recent-authentication.js';
import type { SecurityEvents } from './security-event.js';
import type { AuthenticatedCaller } from './sessions.js';

/** Consent that comes along with what needs it. */
export interface GivenConsent {
  readonly version: string;
  readonly means: 'call' | 'header' | 'form_field';
}

/** What somebody is asked to agree to before their face is enrolled. */
export interface ConsentTerms {
  /** Whether it is asked for here, or the operator says that it is elsewhere. */
  readonly required: boolean;
  readonly version: string;
  readonly text: string;
}

export interface ConsentState {
  readonly terms: ConsentTerms;
  /** The latest one that stands, of whatever version. */
  readonly given: Consent | null;
  /** Whether it is of the version and text in force. */
  readonly isCurrent: boolean;
}

/** The consent of people to the processing of their faces (GDPR, article 9): given for a version of a text, and withdrawn. */
export class Consents {
  readonly #digest: string;

  constructor(
    private readonly deps: {
      readonly consents: ConsentStore;
      readonly accounts: AccountStore;
      readonly keys: AccountKeys;
      readonly terms: ConsentTerms;
      readonly reauthenticationSeconds: number;
      readonly events: SecurityEvents;
      readonly now: () => number;
    },
  ) {
    this.#digest = createHash('sha256').update(deps.terms.text).digest('hex');
  }

  async stateOf(account: Account): Promise<ConsentState> {
    const latest = (await this.deps.consents.list(account.id)).at(-1);
    const given = latest?.withdrawnAt === null ? latest : null;
    const { terms } = this.deps;
    const isCurrent = given?.version === terms.version && given.textDigest === this.#digest;
    return { terms, given, isCurrent };
  }

  /**
   * @param given what comes along with the request: it is recorded when it is of the version in force
   * @throws AuthError `consent_required` unless the terms in force were agreed to; `validation_failed` for another version
   */
  async require(account: Account, given: GivenConsent | null): Promise<void> {
    if (!this.deps.terms.required) return;
    if (given) await this.give(account, given);
    else if (!(await this.stateOf(account)).isCurrent) throw new AuthError('consent_required');
  }

  /** @throws AuthError `validation_failed` for another version than the one in force */
  async give(account: Account, { version, means }: GivenConsent): Promise<void> {
    const { consents, events, terms, now } = this.deps;
    if (version !== terms.version) {
      const message = `The consent in force has the version ${terms.version}.`;
      throw new AuthError('validation_failed', [{ field: 'version', code: 'not_in_force', message }]);
    }
    if ((await this.stateOf(account)).isCurrent) return;
    const consent = { version, textDigest: this.#digest, givenAt: now(), withdrawnAt: null, means };
    await consents.give(account.id, consent);
    await events.record({
      action: 'consent_given',
      outcome: 'success',
      accountId: account.id,
      by: 'account',
      subject: version,
    });
  }

  /**
   * Withdraws it, and erases the face that was enrolled with it.
   *
   * @throws AuthError `reauthentication_required`: a session that somebody finds open must not take the face off
   */
  async withdraw({ account, session }: AuthenticatedCaller): Promise<void> {
    const { accounts, consents, events, keys, reauthenticationSeconds, now } = this.deps;
    requireRecentAuthentication(session, reauthenticationSeconds, now());
    const stood = await consents.withdraw(account.id, now());
    // The key first: whatever is left of the template after a fault in between is noise. An enrolment that is under
    // way finds that the face was erased meanwhile, and is refused.
    await keys.shred(account.id);
    await accounts.eraseReference(account.id, account.secondFactorOwed);
    if (!stood && !account.reference) return;
    await events.record({
      action: 'consent_withdrawn',
      outcome: 'success',
      accountId: account.id,
      by: 'account',
    });
  }
}
