import { z } from 'zod';

import type { LiveMessage, LiveResult } from '../../auth/live-session.js';
import { LIGHT_COLOURS, LIGHT_MODES, MOVEMENTS } from '../../face/live/challenge.js';
import { HINTS } from '../../face/live/live-event.js';
import { type ProblemBody, problemBody } from '../problems.js';
import { toProblem } from '../problem.filter.js';
import { userAnswer, userSchema } from '../schemas/answers.js';
import { problemSchema } from '../schemas/problem.js';
import { failureProblem, interruptionProblem } from './live-problem.js';

/** The messages of a live session, for the check at the rim and for /asyncapi.json alike. */

const abilitiesSchema = z.strictObject({
  movements: z
    .array(z.enum(MOVEMENTS))
    .max(MOVEMENTS.length)
    .default([...MOVEMENTS])
    .describe('The movements that the person can make; all of them unless said.'),
  light: z
    .enum(LIGHT_MODES)
    .default('full')
    .describe('How much coloured light the person can bear; ask before the first session.'),
});

export const startMessageSchema = z.strictObject({
  type: z.literal('start'),
  abilities: abilitiesSchema.default({ movements: [...MOVEMENTS], light: 'full' }),
});

export const stopMessageSchema = z.strictObject({ type: z.literal('stop') });

export const clientMessageSchema = z.discriminatedUnion('type', [startMessageSchema, stopMessageSchema]);

export const readyMessageSchema = z.object({
  type: z.literal('ready'),
  session_id: z.string(),
  max_frame_bytes: z.int().describe('Of the whole binary message.'),
  frames_per_second: z.int().describe('Send no more than this until a rate message says otherwise.'),
});

const stageSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('position') }),
  z.object({ kind: z.literal('rest') }),
  z.object({ kind: z.literal('movement'), movement: z.enum(MOVEMENTS) }),
  z.object({
    kind: z.literal('light'),
    mode: z.enum(['full', 'low']),
    colour: z.enum(LIGHT_COLOURS),
    position: z.int(),
    of: z.int(),
  }),
]);

export const stageMessageSchema = z.object({
  type: z.literal('stage'),
  stage: stageSchema,
  nonce: z.string().describe('Eight bytes in base64url; frames that answer the stage carry them.'),
  deadline_ms: z.number(),
  done: z.int().describe('Steps that are done …'),
  total: z.int().describe('… of all; 0 until the challenge is drawn.'),
});

export const guidanceMessageSchema = z.object({
  type: z.literal('guidance'),
  sequence: z.int().describe('Of the frame that it is about.'),
  hint: z.enum(HINTS).nullable().describe('What to tell the person; null when nothing is missing.'),
});

export const rateMessageSchema = z.object({
  type: z.literal('rate'),
  frames_per_second: z.int(),
});

export const errorMessageSchema = z.object({
  type: z.literal('error'),
  code: z.enum([
    'malformed_message',
    'unexpected_message',
    'malformed_frame',
    'frame_out_of_order',
    'frame_too_large',
    'too_many_messages',
    'too_much_data',
  ]),
  detail: z.string(),
});
export type ErrorMessage = z.infer<typeof errorMessageSchema>;

export const passedMessageSchema = z.object({
  type: z.literal('result'),
  outcome: z.literal('passed'),
  user: userSchema,
  token: z.string().optional().describe('Authorization token; of a sign-in only.'),
  completion: z
    .string()
    .optional()
    .describe(
      'In the place of the token, for clients that keep tokens in cookies: POST /user/live-verification/completion.',
    ),
});

export const failedMessageSchema = z.object({
  type: z.literal('result'),
  outcome: z.literal('failed'),
  problem: problemSchema,
});

/** A message of the session in the words of the protocol: a white-list, in which no score has a place. */
export function wireMessage(message: LiveMessage, requestId: string): object {
  switch (message.type) {
    case 'stage':
      return {
        type: 'stage',
        stage: message.stage,
        nonce: message.nonce,
        deadline_ms: Math.round(message.deadlineMs),
        done: message.done,
        total: message.total,
      };
    case 'guidance':
      return { type: 'guidance', sequence: message.sequence, hint: message.hint };
    case 'rate':
      return { type: 'rate', frames_per_second: message.framesPerSecond };
    case 'result':
      return resultMessage(message.result, requestId);
  }
}

function resultMessage(result: LiveResult, requestId: string): object {
  switch (result.outcome) {
    case 'verified':
    case 'passed':
    case 'enrolled':
      return {
        type: 'result',
        outcome: 'passed',
        user: userAnswer(result.account, result.reference.vector),
        ...(result.outcome === 'verified' ? { token: result.token } : {}),
        ...(result.outcome === 'passed' ? { completion: result.completion } : {}),
      };
    case 'failed':
      return failed(problemBody(failureProblem(result.failure), requestId));
    case 'interrupted':
      return failed(problemBody(interruptionProblem(result.by), requestId));
    case 'error':
      return failed(problemBody(toProblem(result.error), requestId));
  }
}

function failed(problem: ProblemBody): object {
  return { type: 'result', outcome: 'failed', problem };
}
