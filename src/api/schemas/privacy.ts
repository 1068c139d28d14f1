import { z } from 'zod';

import type { ExportedAccount } from '../../auth/account-export.js';
import type { ConsentState } from '../../auth/consent.js';

const consentSchema = z.object({
  version: z.string(),
  text_sha256: z.string(),
  given_at: z.iso.datetime(),
  withdrawn_at: z.iso.datetime().nullable(),
  means: z.string().describe('How it reached the server: call, header or form_field.'),
});

export const consentStateSchema = z.object({
  required: z
    .boolean()
    .describe('Whether a face is enrolled only with consent; false where the operator asks elsewhere.'),
  version: z.string().describe('Of the text in force.'),
  text: z.string(),
  given: consentSchema.nullable().describe('The latest consent that stands, of whatever version.'),
  current: z.boolean().describe('Whether it is of the version and text in force.'),
});

export const consentRequestSchema = z.strictObject({
  version: z.string('must be a text').min(1, 'is required').max(64, 'is too long').meta({ example: '1' }),
});

export const receiptSchema = z.object({
  receipt: z.object({
    account_id: z.string(),
    erased_at: z.iso.datetime(),
    erased: z.object({
      face: z.boolean(),
      live_records: z.int(),
      sessions: z.int(),
      passkeys: z.int(),
      recovery_codes: z.int(),
      notices: z.int(),
      consents: z.int(),
    }),
    signature: z.string().describe('By which the operator knows the receipt as theirs.'),
  }),
});

const time = z.iso.datetime();

export const exportSchema = z.object({
  exported_at: time,
  account: z.object({
    id: z.string(),
    email: z.string(),
    created_at: time,
    second_factor_owed: z
      .boolean()
      .describe(
        'Whether the password alone does not sign in, since the face was taken away by somebody else.',
      ),
  }),
  face: z
    .object({
      model: z.string(),
      quality_score: z.number().nullable(),
      enrolled_at: time,
      last_used_at: time,
      suspended: z.boolean(),
      fv: z.array(z.number()).nullable(),
      live_records: z.array(z.object({ created_at: time })),
    })
    .nullable(),
  sessions: z.array(
    z.object({
      id: z.string(),
      device: z.string().nullable(),
      methods: z.array(z.string()),
      authenticated_at: time,
      last_used_at: time,
      expires_at: time,
    }),
  ),
  passkeys: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      public_key: z.string(),
      transports: z.array(z.string()),
      backed_up: z.boolean(),
      signatures: z.int().describe('As the authenticator counts them; 0 when it does not.'),
      created_at: time,
      last_used_at: time.nullable(),
    }),
  ),
  recovery_codes_left: z.int(),
  consents: z.array(consentSchema),
  notices: z.array(z.looseObject({ id: z.string(), kind: z.string(), created_at: time, seen: z.boolean() })),
  audit_log: z.array(z.looseObject({ sequence: z.int(), at: time })),
});

export function consentAnswer({ terms, given, isCurrent }: ConsentState) {
  return {
    required: terms.required,
    version: terms.version,
    text: terms.text,
    given: given && consentOf(given),
    current: isCurrent,
  };
}

export function exportAnswer(exported: ExportedAccount): z.infer<typeof exportSchema> {
  const { record, template, auditEntries } = exported;
  const { account, sessions, passkeys } = record;
  const { reference } = account;
  return {
    exported_at: iso(exported.at),
    account: {
      id: account.id,
      email: account.email,
      created_at: iso(account.createdAt),
      second_factor_owed: account.secondFactorOwed,
    },
    face: reference && {
      model: reference.modelId,
      quality_score: reference.qualityScore,
      enrolled_at: iso(reference.createdAt),
      last_used_at: iso(reference.lastUsedAt),
      suspended: exported.faceSuspended,
      fv: template && [...template.vector],
      live_records: record.liveRecords.map(({ createdAt }) => ({ created_at: iso(createdAt) })),
    },
    sessions: sessions.map((session) => ({
      id: session.id,
      device: session.device,
      methods: [...session.methods],
      authenticated_at: iso(session.createdAt),
      last_used_at: iso(session.lastUsedAt),
      expires_at: iso(session.expiresAt),
    })),
    passkeys: passkeys.map((passkey) => ({
      id: passkey.id,
      name: passkey.name,
      public_key: Buffer.from(passkey.publicKey).toString('base64url'),
      transports: [...passkey.transports],
      backed_up: passkey.backedUp,
      signatures: passkey.counter,
      created_at: iso(passkey.createdAt),
      last_used_at: passkey.lastUsedAt === null ? null : iso(passkey.lastUsedAt),
    })),
    recovery_codes_left: record.recoveryCodes.length,
    consents: record.consents.map(consentOf),
    notices: record.notices.map(({ id, kind, createdAt, seen, details }) => ({
      id,
      kind,
      created_at: iso(createdAt),
      seen,
      details,
    })),
    audit_log: auditEntries.map(({ sequence, at, record: text }) => ({
      // How alike a face was is for the operator alone: whoever tries faces would learn from it.
      ...withoutScores(JSON.parse(text) as Record<string, unknown>),
      sequence,
      at: iso(at),
    })),
  };
}

function withoutScores(facts: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(facts).filter(([name]) => name !== 'scores'));
}

function consentOf(consent: ExportedAccount['record']['consents'][number]) {
  return {
    version: consent.version,
    text_sha256: consent.textDigest,
    given_at: iso(consent.givenAt),
    withdrawn_at: consent.withdrawnAt === null ? null : iso(consent.withdrawnAt),
    means: consent.means,
  };
}

function iso(time: number): string {
  return new Date(time).toISOString();
}
