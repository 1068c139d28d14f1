import { z } from 'zod';

import type { Consent, LiveRecord, Notice, Passkey } from '../port.js';
import { bytes, time } from './document-fields.js';

/** What stands in the document of an account and is not needed to look it up. */

const passkeyDocument = z.object({
  id: z.string(),
  public_key: bytes,
  counter: z.int().nonnegative(),
  transports: z.array(z.string()),
  name: z.string(),
  backed_up: z.boolean(),
  created_at: time,
  last_used_at: time.nullable(),
});

const noticeDocument = z.object({
  id: z.string(),
  kind: z.string(),
  created_at: time,
  seen: z.boolean(),
  // As text: a field's name may be anything.
  details: z.string().transform((text) => z.record(z.string(), z.string()).parse(JSON.parse(text))),
});

const consentDocument = z.object({
  version: z.string(),
  text_digest: z.string(),
  given_at: time,
  withdrawn_at: time.nullable(),
  means: z.string(),
});

const liveRecordDocument = z.object({ ciphertext: bytes, created_at: time });

/** Documents of earlier schema versions have none of some, and each may be read on its own. */
export const PARTS = {
  live_records: z.array(liveRecordDocument).default([]),
  passkeys: z.array(passkeyDocument).default([]),
  recovery_codes: z.array(z.string()).default([]),
  notices: z.array(noticeDocument).default([]),
  consents: z.array(consentDocument).default([]),
};

const partsDocument = z.object(PARTS);

/** @param document of an account, with any of its parts */
export function readParts(document: unknown) {
  return partsOf(partsDocument.parse(document));
}

export function partsOf(parsed: z.output<typeof partsDocument>) {
  return {
    liveRecords: parsed.live_records.map(liveRecordOf),
    passkeys: parsed.passkeys.map(passkeyOf),
    recoveryCodes: parsed.recovery_codes.toSorted(),
    notices: parsed.notices.map(noticeOf),
    consents: parsed.consents.map(consentOf),
  };
}

function passkeyOf(passkey: z.output<typeof passkeyDocument>): Passkey {
  return {
    id: passkey.id,
    publicKey: passkey.public_key,
    counter: passkey.counter,
    transports: passkey.transports,
    name: passkey.name,
    backedUp: passkey.backed_up,
    createdAt: passkey.created_at,
    lastUsedAt: passkey.last_used_at,
  };
}

function noticeOf({
  id,
  kind,
  created_at: createdAt,
  seen,
  details,
}: z.output<typeof noticeDocument>): Notice {
  return { id, kind, createdAt, seen, details };
}

function consentOf(consent: z.output<typeof consentDocument>): Consent {
  return {
    version: consent.version,
    textDigest: consent.text_digest,
    givenAt: consent.given_at,
    withdrawnAt: consent.withdrawn_at,
    means: consent.means,
  };
}

function liveRecordOf(record: z.output<typeof liveRecordDocument>): LiveRecord {
  return { ciphertext: record.ciphertext, createdAt: record.created_at };
}

export function toPasskeyDocument(passkey: Passkey) {
  const { id, publicKey, counter, transports, name, backedUp, createdAt, lastUsedAt } = passkey;
  return {
    id,
    public_key: Buffer.from(publicKey),
    counter,
    transports: [...transports],
    name,
    backed_up: backedUp,
    created_at: new Date(createdAt),
    last_used_at: lastUsedAt === null ? null : new Date(lastUsedAt),
  };
}

export function toNoticeDocument({ id, kind, createdAt, seen, details }: Notice) {
  return { id, kind, created_at: new Date(createdAt), seen, details: JSON.stringify(details) };
}

export function toConsentDocument({ version, textDigest, givenAt, withdrawnAt, means }: Consent) {
  return {
    version,
    text_digest: textDigest,
    given_at: new Date(givenAt),
    withdrawn_at: withdrawnAt === null ? null : new Date(withdrawnAt),
    means,
  };
}

export function toLiveRecordDocument({ ciphertext, createdAt }: LiveRecord) {
  return { ciphertext: Buffer.from(ciphertext), created_at: new Date(createdAt) };
}
