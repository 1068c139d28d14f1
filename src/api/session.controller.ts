import { Body, Controller, Delete, Get, HttpCode, Inject, Post, Res, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { z } from 'zod';

import { PasswordChange } from '../auth/password-change.js';
import { type AuthenticatedCaller, Sessions } from '../auth/sessions.js';
import { Answers, JsonBody, bodyProblems } from './api-documentation.js';
import { Caller, SessionGuard } from './bearer.js';
import { PathId } from './path-id.js';
import { Expensive } from './rate-limits.js';
import {
  refreshedSchema,
  revokedOthersSchema,
  revokedSchema,
  sessionAnswer,
  sessionsSchema,
} from './schemas/answers.js';
import * as examples from './schemas/examples.js';
import { passwordChangeSchema } from './schemas/requests.js';
import { TokenAnswers } from './token-answers.js';

@ApiTags('Sessions and password')
@ApiBearerAuth('authorization')
@UseGuards(SessionGuard)
@Controller('user')
export class SessionController {
  constructor(
    @Inject(Sessions) private readonly sessions: Sessions,
    @Inject(PasswordChange) private readonly passwords: PasswordChange,
    @Inject(TokenAnswers) private readonly tokens: TokenAnswers,
  ) {}

  @Get('sessions')
  @ApiOperation({ summary: 'Where the account is signed in, the latest first' })
  @Answers(
    { 200: { schema: sessionsSchema, description: 'The sessions that live.', example: examples.sessions } },
    ['invalid_token'],
  )
  async list(@Caller() { account, session }: AuthenticatedCaller) {
    const sessions = await this.sessions.list(account.id);
    return { sessions: sessions.map((other) => sessionAnswer(other, session)) };
  }

  @Post('sessions/revoke-others')
  @HttpCode(200)
  @ApiOperation({ summary: 'Sign out everywhere else' })
  @Answers(
    { 200: { schema: revokedOthersSchema, description: 'They have ended.', example: { revoked: 2 } } },
    bodyProblems('invalid_token'),
  )
  async revokeOthers(@Caller() { session }: AuthenticatedCaller) {
    return { revoked: await this.sessions.revokeOthers(session) };
  }

  @Delete('sessions/:id')
  @ApiParam({ name: 'id', description: 'Of a session of this account.' })
  @ApiOperation({ summary: 'End one session' })
  @Answers(
    { 200: { schema: revokedSchema, description: 'It has ended.', example: { revoked: true } } },
    bodyProblems('invalid_token', 'session_not_found'),
  )
  async revokeOne(@Caller() caller: AuthenticatedCaller, @PathId() id: string) {
    await this.sessions.revokeById(caller, id);
    return { revoked: true };
  }

  @Post('password')
  @HttpCode(200)
  @Expensive()
  @ApiOperation({
    summary: 'Change the password; all sessions end, and a new one takes the place of the own',
    description: 'The caller must have signed in lately (`REAUTH_MAX_AGE`).',
  })
  @JsonBody(passwordChangeSchema)
  @Answers(
    {
      200: {
        schema: refreshedSchema,
        description: 'It is changed. The token is of the new session; the old one is worthless at once.',
        example: { token: examples.TOKEN },
      },
    },
    bodyProblems(
      'validation_failed',
      'invalid_token',
      'invalid_credentials',
      'reauthentication_required',
      'too_many_attempts',
      'busy',
    ),
  )
  async changePassword(
    @Caller() caller: AuthenticatedCaller,
    @Body({ schema: passwordChangeSchema }) body: z.infer<typeof passwordChangeSchema>,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    const renewed = await this.passwords.run(caller, {
      current: body.current_password,
      replacement: body.password,
    });
    return this.tokens.refreshed(reply, renewed);
  }
}
