import { z } from 'zod';

import type { Account, Session } from '../../storage/port.js';

/** The white-list of what leaves the server: an answer has these fields, whatever a record may hold. */

const templateSchema = z
  .array(z.number())
  .describe('The face reference (512 numbers of unit length); empty without an enrolled face.');

export const userSchema = z.object({
  id: z.string(),
  email: z.string(),
  fv: templateSchema,
});

export const userAnswerSchema = z.object({ user: userSchema });

export const signedInSchema = z.object({
  user: userSchema,
  token: z
    .string()
    .optional()
    .describe(
      'Authorization token: send it as "Authorization: Bearer …". In a cookie for whoever asked for that.',
    ),
});

export const faceRequiredSchema = z.object({
  verification_token: z
    .string()
    .optional()
    .describe(
      'Short-lived: send it with a picture to compare-faces. It is no authorization token. In a cookie for whoever asked for that.',
    ),
});

export const pendingSignInSchema = z.object({
  methods: z
    .array(z.enum(['face', 'passkey', 'recovery_code']))
    .describe('Empty when nothing is left: then the operator has to help.'),
  expires_at: z.iso.datetime(),
});

export const refreshedSchema = z.object({
  token: z.string().optional().describe('Authorization token; in a cookie for whoever asked for that.'),
});

export const sessionsSchema = z.object({
  sessions: z.array(
    z.object({
      id: z.string(),
      current: z.boolean().describe('Whether it is the one of this call.'),
      device: z.string().nullable(),
      methods: z.array(z.string()).describe('RFC 8176: pwd, face, pop (a passkey), otp (a recovery code).'),
      authenticated_at: z.iso.datetime(),
      last_used_at: z.iso.datetime(),
      expires_at: z.iso.datetime(),
    }),
  ),
});

export const revokedOthersSchema = z.object({ revoked: z.int().describe('How many sessions were ended.') });

export const enrolledSchema = z.object({ fv: templateSchema });

export const comparedSchema = z.object({
  cosine_similarity: z
    .union([z.string(), z.number()])
    .describe('Six decimals as a text; a number with SIMILARITY_FORMAT=number.'),
  result: signedInSchema,
});

export const liveTicketSchema = z.object({
  id: z.string().describe('Of the live session.'),
  ticket: z.string().describe('Opens one live session, once.'),
  expires_at: z.iso.datetime().describe('Until when the session may be opened.'),
  socket: z.string().describe('Path of the WebSocket.'),
  frames: z.string().describe('Path for the same session over plain calls.'),
});

export const exchangedSchema = z.object({
  messages: z
    .array(z.looseObject({ type: z.string() }))
    .describe('As over the socket; /asyncapi.json has their schemas.'),
});

export const revokedSchema = z.object({ revoked: z.literal(true) });

export const liveSchema = z.object({ status: z.literal('live') });

export const readySchema = z.object({
  status: z.literal('ready'),
  checks: z.record(z.string(), z.literal('ok')).describe('What was looked at: storage, models, workers.'),
});

export type User = z.infer<typeof userSchema>;

/** @param vector the account's template, null without a face */
export function userAnswer({ id, email }: Account, vector: Float32Array | null): User {
  return { id, email, fv: vector ? [...vector] : [] };
}

export function sessionAnswer(session: Session, current: Session) {
  return {
    id: session.id,
    current: session.id === current.id,
    device: session.device,
    methods: [...session.methods],
    authenticated_at: new Date(session.createdAt).toISOString(),
    last_used_at: new Date(session.lastUsedAt).toISOString(),
    expires_at: new Date(session.expiresAt).toISOString(),
  };
}
