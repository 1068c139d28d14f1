import { z } from 'zod';

import type { Passkey } from '../../storage/port.js';

/** What browsers answer is bounded here; what it means is for the library that verifies it to say. */
const text = (max: number) => z.string('must be a text').max(max, 'is too long');
const encoded = text(16_384).regex(/^[\w-]*$/, 'must be base64url');
const credentialId = text(1400)
  .min(1, 'is required')
  .regex(/^[\w-]+$/, 'must be base64url');

export const recoveryCodeSchema = z.strictObject({
  code: text(64).min(1, 'is required').meta({ example: '7K3M-Q9TD-2XVB-HW5E' }),
});

export const recoveryCodesSchema = z.object({
  codes: z.array(z.string()).describe('Each stands in for the second factor once. They are shown only now.'),
});

export const recoveryCodesLeftSchema = z.object({ remaining: z.int() });

export const passkeySchema = z.object({
  id: z.string(),
  name: z.string(),
  backed_up: z.boolean().describe('Whether its owner has it on other devices too.'),
  created_at: z.iso.datetime(),
  last_used_at: z.iso.datetime().nullable(),
});

export const passkeyAnswerSchema = z.object({ passkey: passkeySchema });
export const passkeysSchema = z.object({ passkeys: z.array(passkeySchema) });

/** As WebAuthn's `PublicKeyCredentialCreationOptionsJSON` and `…RequestOptionsJSON`. */
export const publicKeyOptionsSchema = z
  .looseObject({ challenge: z.string() })
  .describe('For `PublicKeyCredential.parseCreationOptionsFromJSON` or `parseRequestOptionsFromJSON`.');

const registrationResponse = z.looseObject({
  id: credentialId,
  rawId: credentialId,
  type: z.literal('public-key'),
  response: z.looseObject({
    clientDataJSON: encoded,
    attestationObject: encoded,
    transports: z.array(text(32)).max(10).optional(),
  }),
  clientExtensionResults: z.looseObject({}).default({}),
});

const authenticationResponse = z.looseObject({
  id: credentialId,
  rawId: credentialId,
  type: z.literal('public-key'),
  response: z.looseObject({
    clientDataJSON: encoded,
    authenticatorData: encoded,
    signature: encoded,
    userHandle: text(256).optional().nullable(),
  }),
  clientExtensionResults: z.looseObject({}).default({}),
});

export const passkeyRegistrationSchema = z.strictObject({
  name: z
    .string('must be a text')
    .trim()
    .min(1, 'is required')
    .max(60, 'is too long')
    .refine((name) => !/[\p{C}\p{Surrogate}]/u.test(name), 'holds characters that cannot be shown')
    .meta({ example: 'Blue key' }),
  response: registrationResponse.describe("WebAuthn's `RegistrationResponseJSON`."),
});

export const passkeyAnswerToChallengeSchema = z.strictObject({
  response: authenticationResponse.describe("WebAuthn's `AuthenticationResponseJSON`."),
});

export const emptySchema = z.object({});

export function passkeyAnswer({ id, name, backedUp, createdAt, lastUsedAt }: Passkey) {
  return {
    id,
    name,
    backed_up: backedUp,
    created_at: new Date(createdAt).toISOString(),
    last_used_at: lastUsedAt === null ? null : new Date(lastUsedAt).toISOString(),
  };
}
