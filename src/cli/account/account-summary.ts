import type { Account, Consent, Passkey, Session } from '../../storage/port.js';
import { printable } from '../terminal/printable.js';
import { textTable } from '../terminal/text-table.js';

/** What an operator may see of an account: no hash, no template, no key. */
export interface AccountView {
  readonly account: Account;
  readonly faceSuspended: boolean;
  readonly liveRecords: number;
  readonly passkeys: readonly Passkey[];
  readonly recoveryCodes: number;
  readonly sessions: readonly Session[];
  readonly consents: readonly Consent[];
  readonly unseenNotices: number;
}

const time = (at: number) => new Date(at).toISOString();
const timeOrNull = (at: number | null) => (at === null ? null : time(at));

/** The white-list, in the API's manner. */
export function accountDocument(view: AccountView) {
  const { account, sessions, passkeys, consents } = view;
  const { id, email, createdAt, reference, secondFactorOwed } = account;
  return {
    id,
    email,
    created_at: time(createdAt),
    face: reference && {
      model: reference.modelId,
      quality: reference.qualityScore,
      enrolled_at: time(reference.createdAt),
      last_used_at: time(reference.lastUsedAt),
      renewal_due: reference.renewalDue,
      suspended: view.faceSuspended,
      live_records: view.liveRecords,
    },
    second_factor_owed: secondFactorOwed,
    passkeys: passkeys.map(({ name, backedUp, createdAt: addedAt, lastUsedAt }) => ({
      name,
      backed_up: backedUp,
      created_at: time(addedAt),
      last_used_at: timeOrNull(lastUsedAt),
    })),
    recovery_codes_left: view.recoveryCodes,
    sessions: sessions.map((session) => ({
      device: session.device,
      methods: [...session.methods],
      authenticated_at: time(session.createdAt),
      last_used_at: time(session.lastUsedAt),
      expires_at: time(session.expiresAt),
    })),
    consents: consents.map((consent) => ({
      version: consent.version,
      means: consent.means,
      given_at: time(consent.givenAt),
      withdrawn_at: timeOrNull(consent.withdrawnAt),
    })),
    unseen_notices: view.unseenNotices,
  };
}

type AccountDocument = ReturnType<typeof accountDocument>;

export function accountTable(document: AccountDocument): string {
  const { face, passkeys, sessions, consents } = document;
  const rows: string[][] = [
    ['account', document.id],
    ['e-mail', document.email],
    ['created', document.created_at],
    ['face', face ? faceText(face) : 'none'],
    ...passkeys.map((passkey) => [
      'passkey',
      `${passkey.name}, last used ${passkey.last_used_at ?? 'never'}`,
    ]),
    ['recovery codes', String(document.recovery_codes_left)],
    ['password alone', passwordAloneText(document)],
    ...sessions.map((session) => [
      'session',
      `${session.device ?? 'unknown device'}, ${session.methods.join('+')}, last used ${session.last_used_at}`,
    ]),
    ...consents.map((consent) => [
      'consent',
      `version ${consent.version}, given ${consent.given_at}` +
        (consent.withdrawn_at === null ? '' : `, withdrawn ${consent.withdrawn_at}`),
    ]),
    ['unseen notices', String(document.unseen_notices)],
  ];
  return textTable(rows.map((row) => row.map(printable)));
}

function faceText({
  model,
  enrolled_at,
  last_used_at,
  ...face
}: NonNullable<AccountDocument['face']>): string {
  const parts = [`${model}, enrolled ${enrolled_at}, last used ${last_used_at}`];
  if (face.suspended) parts.push('suspended after too many refused faces');
  if (face.renewal_due) parts.push('to be renewed');
  return parts.join(', ');
}

function passwordAloneText({ face, passkeys, second_factor_owed }: AccountDocument): string {
  if (face || passkeys.length > 0) return 'does not sign in';
  return second_factor_owed ? 'does not sign in: a second factor is owed' : 'signs in';
}
