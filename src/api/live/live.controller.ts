import {
  Body,
  Controller,
  Headers,
  HttpCode,
  Inject,
  Param,
  Post,
  Req,
  Res,
  UseGuards,
} from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';

import { LiveEnrolment } from '../../auth/live-enrolment.js';
import type { LivePurpose } from '../../auth/live-tickets.js';
import { LiveVerification } from '../../auth/live-verification.js';
import type { AuthenticatedCaller } from '../../auth/sessions.js';
import { Answers, JsonBody, LiveMessagesForm, bodyProblems } from '../api-documentation.js';
import { Bearer, Caller, SessionGuard, Ticket } from '../bearer.js';
import { Expensive } from '../rate-limits.js';
import type { FormRequest } from '../form-parts.js';
import { CONSENT_DESCRIPTION, CONSENT_HEADER } from '../sample-upload.js';
import { exchangedSchema, liveTicketSchema, signedInSchema } from '../schemas/answers.js';
import * as examples from '../schemas/examples.js';
import { completionSchema } from '../schemas/requests.js';
import { TokenAnswers } from '../token-answers.js';
import { asksForCookies } from '../token-transport.js';
import { UploadGate } from '../upload-gate.js';
import { LiveCalls } from './live-calls.js';
import { readLiveForm } from './live-form.js';
import { LiveSessions } from './live-sessions.js';

const TICKET = {
  201: {
    schema: liveTicketSchema,
    description: 'A ticket for one live session.',
    example: examples.liveTicket,
  },
} as const;
const EXCHANGED = {
  200: {
    schema: exchangedSchema,
    description: 'What the server has said since the last call; the last message of a session is its result.',
    example: examples.exchanged,
  },
} as const;
const EXCHANGE_PROBLEMS = bodyProblems(
  'invalid_token',
  'live_session_not_found',
  'live_check_not_offered',
  'too_many_attempts',
  'malformed_upload',
  'image_too_large',
  'busy',
);

@ApiTags('Live check')
@Controller('user')
export class LiveController {
  constructor(
    @Inject(LiveVerification) private readonly verification: LiveVerification,
    @Inject(LiveEnrolment) private readonly enrolment: LiveEnrolment,
    @Inject(LiveSessions) private readonly sessions: LiveSessions,
    @Inject(LiveCalls) private readonly calls: LiveCalls,
    @Inject(UploadGate) private readonly uploads: UploadGate,
    @Inject(TokenAnswers) private readonly tokens: TokenAnswers,
  ) {}

  @Post('live-verification')
  @Expensive()
  @ApiBearerAuth('verification')
  @ApiOperation({
    summary: 'Get a ticket for a live session that completes the sign-in',
    description:
      'Open the WebSocket `socket` with the subprotocols `vultus.live.v1` and `vultus.ticket.` + ticket, or post to `frames`. /asyncapi.json describes the messages.',
  })
  @Answers(
    TICKET,
    bodyProblems(
      'invalid_token',
      'too_many_attempts',
      'face_suspended',
      'reference_incompatible',
      'live_check_not_offered',
    ),
  )
  async startVerification(@Bearer('verification') token: string, @Req() request: FastifyRequest) {
    this.sessions.requireOffered();
    return ticketAnswer('verification', await this.verification.issueTicket(token, asksForCookies(request)));
  }

  @Post('live-verification/completion')
  @HttpCode(200)
  @ApiBearerAuth('verification')
  @ApiOperation({
    summary: 'Collect the session of a passed live check, for clients that keep tokens in cookies',
    description:
      'Over a socket no cookie can be set: the result of such a client has a `completion` in the place of the token. It is worth a session once, within 30 seconds, and only beside the verification token of the same sign-in.',
  })
  @JsonBody(completionSchema)
  @Answers(
    { 200: { schema: signedInSchema, description: 'Signed in.', example: examples.signedIn } },
    bodyProblems('validation_failed', 'invalid_token'),
  )
  async collect(
    @Bearer('verification') token: string,
    @Body({ schema: completionSchema }) { completion }: z.infer<typeof completionSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const signedIn = await this.verification.collect(token, completion);
    return this.tokens.signedIn(reply, signedIn, signedIn.reference.vector);
  }

  @Post('live-enrolment')
  @Expensive()
  @UseGuards(SessionGuard)
  @ApiHeader({
    name: CONSENT_HEADER,
    required: false,
    description: CONSENT_DESCRIPTION,
  })
  @ApiBearerAuth('authorization')
  @ApiOperation({
    summary: 'Get a ticket for a live session that enrols the face',
    description: 'As for a sign-in. The caller must have signed in lately (`REAUTH_MAX_AGE`).',
  })
  @Answers(
    TICKET,
    bodyProblems(
      'invalid_token',
      'reauthentication_required',
      'validation_failed',
      'consent_required',
      'live_check_not_offered',
    ),
  )
  async startEnrolment(
    @Caller() caller: AuthenticatedCaller,
    @Headers(CONSENT_HEADER) consentVersion: string | undefined,
  ) {
    this.sessions.requireOffered();
    return ticketAnswer('enrolment', await this.enrolment.issueTicket(caller, consentVersion ?? null));
  }

  @Post('live-verification/:id/frames')
  @HttpCode(200)
  @ApiBearerAuth('ticket')
  @ApiParam({ name: 'id', description: 'Of the live session, as answered beside the ticket.' })
  @ApiOperation({
    summary: 'Carry on a live session that completes the sign-in, without a socket',
    description: 'The fields and files are the messages that the socket would carry.',
  })
  @LiveMessagesForm()
  @Answers(EXCHANGED, [...EXCHANGE_PROBLEMS, 'reference_incompatible'])
  exchangeVerification(
    @Param('id') id: string,
    @Ticket() ticket: string,
    @Req() request: FormRequest & FastifyRequest,
  ) {
    return this.#exchange('verification', id, ticket, request);
  }

  @Post('live-enrolment/:id/frames')
  @HttpCode(200)
  @ApiBearerAuth('ticket')
  @ApiParam({ name: 'id', description: 'Of the live session, as answered beside the ticket.' })
  @ApiOperation({
    summary: 'Carry on a live session that enrols the face, without a socket',
    description: 'The fields and files are the messages that the socket would carry.',
  })
  @LiveMessagesForm()
  @Answers(EXCHANGED, EXCHANGE_PROBLEMS)
  exchangeEnrolment(
    @Param('id') id: string,
    @Ticket() ticket: string,
    @Req() request: FormRequest & FastifyRequest,
  ) {
    return this.#exchange('enrolment', id, ticket, request);
  }

  async #exchange(purpose: LivePurpose, id: string, ticket: string, request: FormRequest & FastifyRequest) {
    const messages = await this.uploads.admit(`live ${id}`, () =>
      this.calls.exchange(purpose, id, ticket, request.id, () => readLiveForm(request)),
    );
    return { messages };
  }
}

function ticketAnswer(
  purpose: LivePurpose,
  { id, ticket, expiresAt }: { id: string; ticket: string; expiresAt: number },
) {
  const path = `/user/live-${purpose}`;
  return {
    id,
    ticket,
    expires_at: new Date(expiresAt).toISOString(),
    socket: path,
    frames: `${path}/${id}/frames`,
  };
}
