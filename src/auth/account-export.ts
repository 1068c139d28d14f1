import type { AccountStore, AuditStore } from '../storage/port.js';
import type { AttemptLimits } from './attempt-limits.js';
import { AuthError } from './auth-error.js';
import type { FaceEnrolment } from './face-enrolment.js';
import { requireRecentAuthentication } from './recent-authentication.js';
import type { SecurityEvents } from './security-event.js';
import type { AuthenticatedCaller } from './sessions.js';

/** More than anybody reads; the operator has all of them. */
const MAX_AUDIT_ENTRIES = 1000;

/** Everything about an account, for its owner (GDPR, articles 15 and 20). Without what others could sign in with. */
export class AccountExport {
  constructor(
    private readonly deps: {
      readonly accounts: AccountStore;
      readonly audit: AuditStore;
      readonly enrolment: FaceEnrolment;
      readonly limits: AttemptLimits;
      readonly events: SecurityEvents;
      readonly reauthenticationSeconds: number;
      readonly now: () => number;
    },
  ) {}

  /** @throws AuthError `reauthentication_required`; `invalid_token` when the account is gone */
  async run({ account, session }: AuthenticatedCaller) {
    const { accounts, audit, enrolment, events, limits, now } = this.deps;
    requireRecentAuthentication(session, this.deps.reauthenticationSeconds, now());
    const record = await accounts.findRecord(account.id);
    if (!record) throw new AuthError('invalid_token');
    const exported = {
      at: now(),
      record,
      template: await enrolment.reference(record.account),
      faceSuspended: await limits.isFaceSuspended(account.id),
      auditEntries: await audit.ofAccount(account.id, MAX_AUDIT_ENTRIES),
    };
    await events.record({
      action: 'account_exported',
      outcome: 'success',
      accountId: account.id,
      by: 'account',
    });
    return exported;
  }
}

export type ExportedAccount = Awaited<ReturnType<AccountExport['run']>>;
